/** Names out of hour files of GH Archive: each repository once, and every fault told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readArchivedNames } from '../../../../../services/stages/discover/gh-archive/hour-files.ts';
import { expandAdded, expandSources } from '../../../../../services/stages/discover/sources.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-gharchive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const event = (type: string, id: number, name: string) =>
  `${JSON.stringify({ id: '1', type, actor: { login: 'a' }, repo: { id, name, url: 'u' } })}\n`;

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), file.endsWith('.gz') ? gzipSync(text) : text);
}

test('pushes, creations and releases name repositories, by hour, each once by its newest name', async () => {
  write(
    '2026-01-01-15.json.gz',
    event('PushEvent', 1, 'a/renamed') + event('ReleaseEvent', 3, 'c/c'),
  );
  write(
    '2026-01-01-9.json.gz',
    event('PushEvent', 1, 'a/a') + event('WatchEvent', 9, 'x/x') + event('CreateEvent', 2, 'b/b'),
  );
  expect(await readArchivedNames(folder, 10)).toEqual({
    names: ['a/renamed', 'b/b', 'c/c'],
    faults: [],
  });
  const specs = await expandSources([`gharchive:${folder}`], null);
  expect(specs).toMatchObject([
    { kind: 'hosted', origin: 'github:a/renamed', repository: 'a/renamed', reference: null },
    { kind: 'hosted', repository: 'b/b' },
    { kind: 'hosted', repository: 'c/c' },
  ]);
});

test('a file that is cut off or holds other lines costs what is lost, and is told', async () => {
  const whole = gzipSync(event('PushEvent', 1, 'a/a').repeat(2_000) + event('PushEvent', 2, 'b/b'));
  writeFileSync(join(folder, '2026-01-01-0.json.gz'), whole.subarray(0, whole.length - 20));
  write(
    '2026-01-01-1.json',
    `${event('PushEvent', 3, 'c/c')}no event\n${event('PushEvent', 4, '../up')}`,
  );
  const { names, faults } = await readArchivedNames(folder, 10);
  expect(names).toContain('c/c');
  expect(faults).toEqual([
    {
      file: '2026-01-01-0.json.gz',
      detail: expect.stringMatching(/^it cannot be read to its end/),
    },
    { file: '2026-01-01-1.json', detail: '2 of its lines are no events of GitHub' },
  ]);
  const specs = await expandAdded([`gharchive:${folder}`], 10);
  expect(specs.filter(({ kind }) => kind === 'unreadable')).toHaveLength(2);
});

test('a folder without hour files, or with too many names, is an error that names it', async () => {
  await expect(expandSources([`gharchive:${folder}`], null)).rejects.toMatchObject({
    code: 'SOURCE_UNREADABLE',
  });
  await expect(expandSources([`gharchive:${folder}/none`], null)).rejects.toMatchObject({
    code: 'SOURCE_MISSING',
  });
  write('2026-01-01-0.json', event('PushEvent', 1, 'a/a') + event('PushEvent', 2, 'b/b'));
  await expect(expandSources([`gharchive:${folder}`], null, 1)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});
