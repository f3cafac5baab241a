/** A run over sources that are nearly the same: what is left out, and what the run tells. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { range, wordsOf } from '../../stages/discover/near-duplicates/words.ts';
import { runLine } from '../terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-near-'));

function write(name: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, name));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, name, path), text);
}

beforeAll(() => {
  process.chdir(folder);
  write('first', { 'a.js': wordsOf(range(0, 100)), 'README.md': '# first\n' });
  write('second', { 'changed.js': wordsOf(range(4, 104)), 'README.md': '# second\n' });
});
afterAll(() => {
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true, force: true });
});

async function run(level: string, out: string, sources: readonly string[]) {
  const options = ['--set', `discover.nearDuplicates=${level}`, '--search', 'off', '--json'];
  const done = await runLine(['run', ...sources, '--out', out, ...options], {
    workingFolder: folder,
  });
  expect(done.exitCode).toBe(0);
  expect((await runLine(['verify', out], { workingFolder: folder })).exitCode).toBe(0);
  return JSON.parse(done.out) as Record<string, unknown>;
}

test('a file is left out, and the summary names the one that it duplicates', async () => {
  expect(await run('file', 'by-file', ['first', 'second'])).toMatchObject({
    repositories: { written: 2, dropped: [] },
    skippedFiles: { 'near-duplicate': 1 },
    skippedPaths: { 'near-duplicate': ['second: changed.js (first: a.js)'] },
  });
});

test('a repository is dropped, also one that comes to a list that was read', async () => {
  const list = join(folder, 'list.txt');
  writeFileSync(list, 'first\n');
  await run('repository', 'by-repository', ['@list.txt']);
  writeFileSync(list, 'first\nsecond\n');
  expect(await run('repository', 'by-repository', ['@list.txt'])).toMatchObject({
    repositories: {
      written: 1,
      dropped: [
        {
          name: 'second',
          reason: 'NEAR_DUPLICATE_REPOSITORY',
          detail: 'nearly the same files came earlier, as first (first)',
        },
      ],
    },
  });
});
