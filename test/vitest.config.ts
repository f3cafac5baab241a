/** Vitest configuration: one process per file, and a closing line that any tool can read. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: Vitest loads its configuration as a default export.
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Vitest leaves a core to itself; two workers share a machine of two cores well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: ['test/samples/servers/cluster-setup.ts'],
    // No test measures time by these: they only end what hangs, on a busy machine too.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
