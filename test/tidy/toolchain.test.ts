/** The formatter, the linter, the compiler and the generator find nothing to complain about. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { root } from './rules/source-files.ts';

function run(program: string, ...parameters: string[]) {
  const result = spawnSync(program, parameters, { cwd: root, encoding: 'utf8' });
  return { status: result.status, output: `${result.stdout}${result.stderr}`.slice(-4000) };
}

const bin = `${root}/node_modules/.bin`;

describe('toolchain', () => {
  test('biome: format and lint', () => {
    const { status, output } = run(`${bin}/biome`, 'check', '--error-on-warnings');
    expect(status, output).toBe(0);
  });

  test('tsc: types', () => {
    const { status, output } = run(`${bin}/tsc`, '-p', '.');
    expect(status, output).toBe(0);
  });

  test('generate: nothing is stale', () => {
    const { status, output } = run(process.execPath, 'scripts/generate.ts', '--check');
    expect(status, output).toBe(0);
  });

  test('the lock file names the packages of every platform', () => {
    const { status, output } = run(process.execPath, 'scripts/complete-lock.ts', '--check');
    expect(status, output).toBe(0);
  });
});
