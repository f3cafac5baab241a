/** Marks over the server: made by the page of their owner, told of the output's own steps. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mark, marksName } from '../../../../schemas/marks.ts';
import { sha256 } from '../../../../services/runtime/ids.ts';
import type { SamplePage, SegmentText, TrajectoryView } from '../../../../services/ui/api.ts';
import type { MarkPage, MarksOfSample } from '../../../../services/ui/marks/view.ts';
import { makeOutput } from '../../../samples/export-output.ts';
import { createHarness, type Harness } from '../../../samples/sink-harness.ts';
import { askServer, type Served, serveFolders } from './serve-output.ts';

let harness: Harness;
let out: string;
let served: Served;
let id: string;

const headers = () => ({
  cookie: `backstory-ui-${served.server.port}=right`,
  origin: `http://127.0.0.1:${served.server.port}`,
  'content-type': 'application/json',
});

const json = async <Value>(path: string) => {
  const { text } = await served.ask(path, headers());
  return JSON.parse(text) as Value;
};

const mark = (changes: object = {}) => {
  const body = JSON.stringify({ out: 0, id, segment: 1, verdict: 'wrong', note: '', ...changes });
  return askServer(served.server.port, '/api/marks', headers(), 'POST', body);
};

beforeAll(async () => {
  harness = await createHarness();
  out = (await makeOutput(harness, 'out', { repositories: 2 })).out;
  served = await serveFolders([out], { mayChange: true, token: 'right', timeMs: () => 1_000 });
  await served.outputs[0]?.settled();
  id = (await json<SamplePage>('/api/samples')).rows[0]?.id ?? '';
});

afterAll(async () => {
  await served.close();
  harness.remove();
});

test('a mark is kept beside the output, with what the output says of the step', async () => {
  const note = 'untrue: </script><b> \u202e';
  expect((await mark({ note })).status).toBe(200);
  const view = await json<TrajectoryView>(`/api/trajectory?id=${id}`);
  const [text] = await json<SegmentText[]>(`/api/texts?id=${id}&from=1&count=1`);
  const expected: Mark = {
    ...{ format: 1, sampleId: id, segment: 1, verdict: 'wrong', note, atMs: 1_000 },
    ...{ name: view.name, path: view.segments[1]?.path ?? null },
    ...{ kind: view.segments[1]?.kind ?? 'done', textSha256: sha256(text?.text ?? '') },
  };
  expect(JSON.parse(readFileSync(join(out, marksName), 'utf8'))).toEqual(expected);
  expect(await json<MarksOfSample>(`/api/marksOf?id=${id}`)).toEqual({
    marks: [expected],
    mayMark: true,
  });
  expect((await json<MarksOfSample>('/api/marksOf?id=other')).marks).toEqual([]);
  const download = await served.ask('/marks.jsonl?out=0', headers());
  expect(download.headers['content-disposition']).toContain('attachment');
  expect(JSON.parse(download.text)).toEqual(expected);
  expect((await served.ask('/marks.jsonl?out=7', headers())).status).toBe(404);
});

test('marks are filtered by verdict and text, the newest first', async () => {
  await mark({ segment: 2, verdict: 'good', note: 'well said' });
  await mark({ segment: 3, verdict: 'leak' });
  const all = await json<MarkPage>('/api/marks');
  expect(all.marks.map(({ segment }) => segment)).toEqual([3, 2, 1]);
  expect(all).toMatchObject({ matched: 3, counts: { wrong: 1, good: 1, leak: 1 }, damaged: 0 });
  expect((await json<MarkPage>('/api/marks?verdict=leak')).marks).toHaveLength(1);
  expect((await json<MarkPage>('/api/marks?q=WELL')).marks).toMatchObject([{ segment: 2 }]);
  await mark({ segment: 3, verdict: null });
  expect(await json<MarkPage>('/api/marks')).toMatchObject({ matched: 2 });
});

test.each([
  ['a step that is not there', { segment: 9_999 }],
  ['a sample that is not there', { id: 'other' }],
  ['a verdict that is none', { verdict: 'fine' }],
  ['a note that is too long', { note: 'x'.repeat(4_001) }],
  ['a place below zero', { segment: -1 }],
  ['a path', { path: '../elsewhere' }],
])('%s is refused, and nothing is added', async (_, changes) => {
  const before = readFileSync(join(out, marksName), 'utf8');
  expect((await mark(changes)).status).toBe(400);
  expect(readFileSync(join(out, marksName), 'utf8')).toBe(before);
});

test('a page that only reads shows marks and adds none', async () => {
  const reading = await serveFolders([out]);
  try {
    await reading.outputs[0]?.settled();
    expect(await reading.json('/api/marks')).toMatchObject({ matched: 2, mayMark: false });
    const { port } = reading.server;
    const own = { ...headers(), origin: `http://127.0.0.1:${port}` };
    expect((await askServer(port, '/api/marks', own, 'POST', '{}')).status).toBe(405);
  } finally {
    await reading.close();
  }
});

test('an output without marks has none, and looking makes no file', async () => {
  const { out: other } = await makeOutput(harness, 'other', { repositories: 1 });
  const reading = await serveFolders([other], { mayChange: true, token: 'right' });
  try {
    const own = { cookie: `backstory-ui-${reading.server.port}=right` };
    expect((await reading.ask('/api/marks', own)).text).toContain('"matched":0');
    expect(existsSync(join(other, marksName))).toBe(false);
  } finally {
    await reading.close();
  }
});
