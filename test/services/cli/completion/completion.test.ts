/** The scripts of the shells, run by the shells themselves. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runLine } from '../terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-completion-'));
const script = (shell: string) => join(folder, `backstory.${shell}`);

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out, exitCode } = await runLine(['completion', shell], { workingFolder: folder });
    expect(exitCode).toBe(0);
    writeFileSync(script(shell), out);
  }
  writeFileSync(join(folder, 'a file.tar'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(shell: string, parameters: readonly string[]): string[] {
  const env = { PATH: process.env.PATH ?? '', HOME: folder, TERM: 'dumb' };
  const result = spawnSync(shell, parameters, { cwd: folder, encoding: 'utf8', env });
  expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: '' });
  return result.stdout.split('\n').filter((line) => line !== '');
}

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

/** What bash offers for the last of these words. */
function byBash(...words: string[]): string[] {
  const code = [
    'source "$1"; shift; COMP_WORDS=(backstory "$@"); COMP_CWORD=$#; _backstory',
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('; ');
  return run('bash', ['-c', code, 'bash', script('bash'), ...words]);
}

/** What fish offers, without the descriptions. */
function byFish(line: string): string[] {
  const lines = run('fish', [
    '--no-config',
    '-c',
    `source ${script('fish')}; complete -C '${line}'`,
  ]);
  return lines.map((each) => each.split('\t')[0] ?? '');
}

/** What zsh is told to offer: its own functions only print what they are given. */
function byZsh(...words: string[]): string[] {
  const code = [
    'compdef() { :; }; _arguments() { print -rl -- "$@"; }',
    '_describe() { print -rl -- $commands; }',
    'file=$1; shift; source $file; words=(backstory "$@"); CURRENT=$#words; PREFIX=$words[-1]',
    '_backstory',
  ].join('; ');
  return run('zsh', ['-f', '-c', code, 'zsh', script('zsh'), ...words]);
}

describe.skipIf(!has('bash'))('bash', () => {
  test.each([
    [['ex'], ['export']],
    [
      ['topics', ''],
      ['graph', 'plan', 'apply'],
    ],
    [['export', 'data', '--fo'], ['--format']],
    [
      ['export', 'data', '--format', 'p'],
      ['parquet', 'preferences'],
    ],
    [['run', '.', '--set', 'search.it'], ['search.iterations=']],
    [
      ['serve', 'si'],
      ['simulate', 'sink'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    // An empty reply lets bash complete files.
    [['run', ''], []],
    [['run', '.', '--out', ''], []],
    [['dlq', 'list', '--a'], ['--all']],
    // A folder that is called like a command is a folder.
    [['verify', 'run', '--q'], ['--quiet']],
  ])('%s', (words, expected) => {
    expect(byBash(...words)).toEqual(expected);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  test.each([
    ['backstory ex', ['export']],
    ['backstory topics ', ['apply', 'graph', 'plan']],
    ['backstory export data --format p', ['parquet', 'preferences']],
    ['backstory run . --set search.it', ['search.iterations=']],
    ['backstory serve si', ['simulate', 'sink']],
    ['backstory verify a', ['a file.tar']],
  ])('%s', (line, expected) => {
    expect(byFish(line).sort()).toEqual(expected);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  test('offers the commands with what they do', () => {
    expect(byZsh('')).toContain(
      'verify:rebuild every file from the tokens and check every mask and hash',
    );
    expect(byZsh('dlq', '')).toHaveLength(4);
  });

  test('offers the options of a command with what follows them', () => {
    const specs = byZsh('export', 'data', '--');
    expect(specs).toContain('--compression[of shards and rows]:value:(none zstd)');
    expect(specs).toContain('*: :_files');
    expect(byZsh('serve', '')).toContainEqual(expect.stringMatching(/^\*: :\(discover /));
  });
});
