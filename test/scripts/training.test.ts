/** The training commands: what they refuse before anything is installed or changed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'backstory-training-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(script: string, ...parameters: string[]) {
  const line = [join(root, 'scripts', script), ...parameters];
  const { status, stdout, stderr } = spawnSync(process.execPath, line, {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

describe('npm run train', () => {
  it('refuses a model that is not there, and a number of steps that is none', () => {
    const wrong = [
      ['--model', 'nowhere', 'there is no model at'],
      ['--steps', 'many', '--steps many is no number'],
      ['--stepps', '3', "Unknown option '--stepps'"],
    ];
    for (const [option = '', value = '', told = ''] of wrong) {
      const { status, said } = run('train.ts', option, value, '--to', join(folder, 'run'));
      expect([status, said]).toEqual([1, expect.stringContaining(told)]);
      expect(said).toMatch(/^error .*\n$/);
    }
    expect(readdirSync(folder)).not.toContain('run');
  });
});

describe('npm run live', () => {
  it('refuses a list that cannot grow, a source that is no folder, and a place that is taken', () => {
    const wrong = [
      [Array(4).fill(folder), folder, 'is there already'],
      [Array(3).fill(folder), join(folder, 'new'), 'name 4 or more'],
      [[folder, join(folder, 'nowhere')], join(folder, 'new'), 'nowhere is no folder'],
    ] as const;
    for (const [sources, to, told] of wrong) {
      const { status, said } = run('training/live.ts', ...sources, '--to', to);
      expect([status, said]).toEqual([1, expect.stringContaining(told)]);
      expect(said).toMatch(/^error .*\n$/);
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});
