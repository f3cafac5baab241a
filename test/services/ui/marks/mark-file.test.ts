/** Marks are lines that are only added: durable one by one, whole or passed over, and no link. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Mark, marksName } from '../../../../schemas/marks.ts';
import { noteCharactersMax, verdicts } from '../../../../schemas/verdicts.ts';
import { openMarks, parseMarks } from '../../../../services/ui/marks/mark-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-marks-'));
  path = join(folder, marksName);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const markOf = (segment: number, changes: Partial<Mark> = {}): Mark => ({
  ...{ format: 1, sampleId: 'sample', segment, verdict: 'good', note: '', atMs: 1 },
  ...{ name: 'rooms', path: 'src/a.ts', kind: 'think', textSha256: 'ab'.repeat(32) },
  ...changes,
});

test('of several marks of a step the last counts, and one can be taken back', async () => {
  const marks = openMarks(folder);
  expect(await marks.list()).toEqual({ marks: [], damaged: 0 });
  await marks.add(markOf(1));
  await marks.add(markOf(2, { note: 'two\nlines' }));
  await marks.add(markOf(1, { verdict: 'leak' }));
  await marks.add(markOf(3));
  await marks.add(markOf(3, { verdict: null }));
  const { marks: found } = await openMarks(folder).list();
  expect(found.map(({ segment, verdict }) => [segment, verdict])).toEqual([
    [2, 'good'],
    [1, 'leak'],
  ]);
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(5);
});

test('many marks at once are all there, each whole', async () => {
  const [one, two] = [openMarks(folder), openMarks(folder)];
  const places = Array.from({ length: 40 }, (_, place) => place);
  await Promise.all(places.map((place) => (place % 2 === 0 ? one : two).add(markOf(place))));
  const { marks, damaged } = await one.list();
  expect([marks.length, damaged]).toEqual([40, 0]);
});

test('wherever a kill cuts the last line, the marks before it stay and the next one is whole', () => {
  const lines = [markOf(1), markOf(2, { note: 'naïve 🜁' })].map((each) => JSON.stringify(each));
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const first = Buffer.byteLength(lines[0] ?? '');
  return fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes.length }), async (cut) => {
      writeFileSync(path, bytes.subarray(0, cut));
      await openMarks(folder).add(markOf(9));
      const { marks, damaged } = await openMarks(folder).list();
      const kept = marks.map(({ segment }) => segment);
      expect(kept.at(-1)).toBe(9);
      expect(kept.includes(1)).toBe(cut >= first);
      expect(kept.includes(2)).toBe(cut >= bytes.length - 1);
      expect(kept.length - 1 + damaged).toBeLessThanOrEqual(2);
    }),
    { numRuns: 40 },
  );
});

test('lines that are no mark are counted and passed over', () => {
  const good = JSON.stringify(markOf(1));
  const bad = [
    'null',
    '[]',
    '{"format":2}',
    JSON.stringify({ ...markOf(2), verdict: 'fine' }),
    JSON.stringify({ ...markOf(2), more: 1 }),
    JSON.stringify({ ...markOf(2), note: 'x'.repeat(noteCharactersMax + 1) }),
    '\u0000',
  ];
  expect(parseMarks([...bad, good, ''].join('\n'))).toMatchObject({ damaged: bad.length });
  expect(parseMarks(good).marks).toEqual([markOf(1)]);
  for (const verdict of verdicts) {
    expect(parseMarks(JSON.stringify(markOf(1, { verdict }))).marks).toHaveLength(1);
  }
});

test('a link is neither read nor written through', async () => {
  const other = join(folder, 'other');
  writeFileSync(other, 'a file of somebody\n');
  symlinkSync(other, path);
  const marks = openMarks(folder);
  await expect(marks.add(markOf(1))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  await expect(marks.list()).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
  expect(readFileSync(other, 'utf8')).toBe('a file of somebody\n');
  symlinkSync(join(folder, 'absent'), join(folder, 'dangling'));
  expect(existsSync(join(folder, 'absent'))).toBe(false);
});

test('a folder in its place is told', async () => {
  mkdirSync(path);
  await expect(openMarks(folder).add(markOf(1))).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
  });
  await expect(openMarks(folder).list()).rejects.toMatchObject({ code: 'OUTPUT_UNREADABLE' });
});

test('what another process adds is seen', async () => {
  const marks = openMarks(folder);
  await marks.add(markOf(1));
  expect((await marks.list()).marks).toHaveLength(1);
  appendFileSync(path, `${JSON.stringify(markOf(2))}\n`);
  expect((await marks.list()).marks).toHaveLength(2);
});
