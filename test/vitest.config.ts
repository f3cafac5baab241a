/** Vitest configuration: one process per file, and a closing line that any tool can read. */
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: Vitest loads its configuration as a default export.
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    globalSetup: ['test/samples/cluster-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
