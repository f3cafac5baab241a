/**
 * `npm run check`: format, lint, types, Python, freshness of generated files, and the tests that
 * hold style and contracts. Everything runs even when something fails, so that one run tells all.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = `${root}/node_modules/.bin`;

const steps: readonly { name: string; command: readonly string[] }[] = [
  { name: 'format and lint', command: [`${bin}/biome`, 'check', '--error-on-warnings'] },
  { name: 'types', command: [`${bin}/tsc`, '-p', '.'] },
  { name: 'types of the page', command: [`${bin}/tsc`, '-p', 'services/ui/page'] },
  { name: 'Python', command: [process.execPath, 'scripts/check-python.ts'] },
  { name: 'generated files', command: [process.execPath, 'scripts/generate.ts', '--check'] },
  { name: 'lock file', command: [process.execPath, 'scripts/complete-lock.ts', '--check'] },
  { name: 'tidy and contracts', command: [process.execPath, 'scripts/test.ts', 'tidy', 'schemas'] },
];

function main(): void {
  const failed: string[] = [];
  for (const { name, command } of steps) {
    const [program = '', ...parameters] = command;
    const start = performance.now();
    const run = spawnSync(program, parameters, { cwd: root, stdio: 'inherit' });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const passed = run.status === 0;
    if (!passed) failed.push(name);
    console.log(`${passed ? 'ok     ' : 'FAILED '} ${name} (${seconds} s)\n`);
  }
  console.log(failed.length === 0 ? 'check passed' : `check failed: ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

main();
