/**
 * `npm test`: every test that this machine can run (a Python suite runs inside the Vitest file
 * that makes its input), and one closing line `N passed, N failed` for any tool. Skips are listed
 * loudly; with CI=true a skip is a failure. Arguments filter files: `npm test --
 * services/stages/admit`.
 */
import { fileURLToPath } from 'node:url';
import type { TestModule } from 'vitest/node';
import { startVitest } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Adds up one finished run; a file that fails to load counts as one failure. */
export function countModules(
  modules: readonly TestModule[],
  unhandledErrors: number,
  counts: Counts,
): void {
  counts.failed += unhandledErrors;
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'failed') counts.failed += 1;
      else counts.skipped.push(`${module.relativeModuleId}: ${test.fullName}`);
    }
  }
}

async function runTypeScriptTests(filters: string[], counts: Counts): Promise<void> {
  let ended = false;
  const counter = {
    onTestRunEnd: (modules: readonly TestModule[], errors: readonly unknown[]) => {
      ended = true;
      countModules(modules, errors.length, counts);
    },
  };
  const vitest = await startVitest(filters, {
    root,
    config: 'test/vitest.config.ts',
    watch: false,
    reporters: ['default', counter],
  });
  await vitest.close();
  // A run that did not even start is a failure, not zero tests.
  if (!ended) counts.failed += 1;
}

async function main(): Promise<void> {
  const filters = process.argv.slice(2);
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  await runTypeScriptTests(filters, counts);
  if (counts.skipped.length > 0) {
    console.log(`\nSKIPPED ${counts.skipped.length}:`);
    for (const line of counts.skipped) console.log(`  ${line}`);
  }
  if (process.env.CI === 'true' && counts.skipped.length > 0) {
    console.log('CI may skip nothing: each skip counts as a failure.');
    counts.failed += counts.skipped.length;
  }
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

if (import.meta.main) await main();
