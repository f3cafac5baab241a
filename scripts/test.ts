/**
 * `npm test`: every test that this machine can run, TypeScript and Python, and one closing line
 * `N passed, N failed` for any tool. Skips are listed loudly; with CI=true a skip is a failure.
 * Arguments filter test files, e.g. `npm test -- services/admit`; then Python tests stay out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
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

/** Python's own unittest: a bare machine has nothing else. */
function runPythonTests(counts: Counts): void {
  const folder = 'test/services/feed';
  const present =
    existsSync(`${root}/${folder}`) &&
    readdirSync(`${root}/${folder}`).some((file) => /^test_.*\.py$/.test(file));
  if (!present) return;
  console.log(`\npython3 -m unittest discover ${folder}`);
  const run = spawnSync('python3', ['-m', 'unittest', 'discover', '-v', '-s', folder], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: root, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (run.error !== undefined) {
    counts.skipped.push(`${folder}: python3 does not start (${run.error.message})`);
    return;
  }
  console.log(run.stderr.trimEnd());
  countPython(run.stderr, run.status ?? 1, counts);
}

/** Reads unittest's closing lines, e.g. `Ran 9 tests in 1.2s` and `FAILED (failures=1)`. */
export function countPython(output: string, status: number, counts: Counts): void {
  const figure = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? 0);
  const ran = figure(/^Ran (\d+) tests? in/m);
  const failed = figure(/failures=(\d+)/) + figure(/errors=(\d+)/);
  const skipped = [...output.matchAll(/^(.*) \.\.\. skipped (.*)$/gm)];
  for (const [, name = '', reason = ''] of skipped) counts.skipped.push(`${name}: ${reason}`);
  counts.failed += failed === 0 && (status !== 0 || ran === 0) ? 1 : failed;
  counts.passed += Math.max(0, ran - failed - skipped.length);
}

async function main(): Promise<void> {
  const filters = process.argv.slice(2);
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  await runTypeScriptTests(filters, counts);
  if (filters.length === 0) runPythonTests(counts);
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
