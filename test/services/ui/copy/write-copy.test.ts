/** A copy holds what the server answers, in files of bounded size with names of numbers. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOutput } from '../../../../services/dataset/open-output.ts';
import { readSample } from '../../../../services/dataset/samples.ts';
import type { OutputState, SamplePage, SegmentText } from '../../../../services/ui/api.ts';
import { copiedSample } from '../../../../services/ui/copy/places.ts';
import { writeCopy } from '../../../../services/ui/copy/write-copy.ts';
import { type Answer, createAnswers } from '../../../../services/ui/server/answers.ts';
import { showOutputs } from '../../../../services/ui/server/shown.ts';
import { makeOutput } from '../../../samples/export-output.ts';
import { createHarness, type Harness } from '../../../samples/sink-harness.ts';
import { type Served, serveFolders } from '../server/serve-output.ts';

let harness: Harness;
let out: string;
let served: Served;
let answers: ReadonlyMap<string, Answer>;

beforeAll(async () => {
  harness = await createHarness();
  out = (await makeOutput(harness, 'out', { repositories: 3 })).out;
  served = await serveFolders([out, out]);
  await Promise.all(served.outputs.map((output) => output.settled()));
  answers = createAnswers(showOutputs(served.options).shown);
});

afterAll(async () => {
  await served.close();
  harness.remove();
});

const copyTo = (folder: string, from = answers) =>
  writeCopy({
    ...{ answers: from, folder, onSample: () => {} },
    page: new Map([
      ['/', { type: 'text/html', bytes: Buffer.from('the served page') }],
      ['/page.js', { type: 'text/javascript', bytes: Buffer.from('the script') }],
    ]),
    hide: (text) => text.replaceAll('my-secret-key', '***'),
  });

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

test('every document of every output is there, and nothing tells where it was made', async () => {
  const folder = join(harness.folder, 'copy');
  const report = await copyTo(folder);
  const files = filesOf(folder);
  expect(report).toMatchObject({ samples: 6, files: files.length });
  const sizes = files.map((path) => statSync(path).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(report.bytes);
  for (const path of files) {
    expect(path.slice(folder.length + 1)).toMatch(
      /^(?:index\.html|page\.js|data\/(?:outputs|\d+\/(?:t\/\d+\/\d+\/)?[a-z]+(?:-\d+)*)\.json)$/,
    );
    expect(readFileSync(path, 'utf8')).not.toContain(harness.folder);
  }
  const json = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as unknown;
  const [first] = json('data/outputs.json') as OutputState[];
  expect(first).toMatchObject({ label: 'out', kept: 'in this copy', closed: true });
  expect(json('data/1/totals.json')).toEqual(await served.json('/api/totals?out=1'));
  const { rows } = json('data/0/samples-0.json') as SamplePage;
  const output = await openOutput(out);
  for (const [row, { id }] of rows.entries()) {
    const { segments } = await readSample(output, id);
    const texts = json(copiedSample(0, row, 'texts-0')) as SegmentText[];
    expect(texts.map(({ text }) => text)).toEqual(segments.map(({ body }) => body));
  }
  expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain("default-src 'none'");
});

test('a copy that fails leaves the folder empty, so that it can begin again', async () => {
  const folder = join(harness.folder, 'failed');
  mkdirSync(folder);
  const failing = new Map(answers).set('journey', async () => {
    expect(filesOf(folder).length).toBeGreaterThan(0);
    throw new Error('no journey');
  });
  await expect(copyTo(folder, failing)).rejects.toThrow('no journey');
  expect(readdirSync(folder)).toEqual([]);
  await copyTo(folder);
});

test('a folder that holds something is refused, and stays as it is', async () => {
  const folder = join(harness.folder, 'full');
  mkdirSync(folder);
  writeFileSync(join(folder, 'mine'), '');
  await expect(copyTo(folder)).rejects.toMatchObject({ code: 'USAGE', subject: '--bundle' });
  await expect(copyTo(join(folder, 'mine'))).rejects.toMatchObject({ code: 'USAGE' });
  expect(readdirSync(folder)).toEqual(['mine']);
});
