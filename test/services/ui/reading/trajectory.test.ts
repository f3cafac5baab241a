/** A document that a thread hands over says what its sample says, and its first texts are there. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type OpenOutput,
  openOutput,
  openReader,
} from '../../../../services/dataset/open-output.ts';
import {
  listSamples,
  readSampleIn,
  type TokenizedSample,
} from '../../../../services/dataset/samples.ts';
import type { DocumentReader } from '../../../../services/dataset/template/document-reader.ts';
import {
  arraysOf,
  bodyOf,
  documentOf,
  placeOf,
  type ServedDocument,
} from '../../../../services/ui/reading/document.ts';
import { readOpening } from '../../../../services/ui/reading/sample-parts.ts';
import {
  textsOf,
  viewOpening,
  viewTrajectory,
} from '../../../../services/ui/reading/trajectory.ts';
import { makeOutput } from '../../../samples/export-output.ts';
import { createHarness, type Harness } from '../../../samples/sink-harness.ts';

let harness: Harness;
let output: OpenOutput;
let reader: DocumentReader;
let sample: TokenizedSample;
/** As it arrives: what is handed over is gone where it came from. */
let document: ServedDocument;

beforeAll(async () => {
  harness = await createHarness();
  const lines = (sequence: number) => (sequence === 1 ? 200 : 5);
  output = await openOutput((await makeOutput(harness, 'out', { repositories: 2, lines })).out);
  reader = await openReader(output);
  const { id = '' } = (await listSamples(output)).find(({ name }) => name === 'r1') ?? {};
  const read = () => readSampleIn(output.store, output.shards, id, reader);
  sample = await read();
  const made = documentOf(await read());
  document = structuredClone(made, { transfer: arraysOf(made) });
  expect(made.text.byteLength).toBe(0);
});

afterAll(() => harness.remove());

const viewAt = (wanted: Parameters<typeof viewTrajectory>[2]) =>
  viewTrajectory(document, () => 'a shard', wanted);
const numbersOf = (texts: readonly { readonly segment: number }[]) =>
  texts.map(({ segment }) => segment);

test('each segment has its text, at the place where the document has it', () => {
  expect(sample.segments.some(({ body }) => body.includes('\u00e4 \u{1f600}'))).toBe(true);
  for (const [segment, { body }] of sample.segments.entries()) {
    expect(bodyOf(document, segment)).toBe(body);
    expect(placeOf(document, segment)?.start).toBe(sample.placed[segment]?.start);
  }
  expect([placeOf(document, sample.segments.length), bodyOf(document, -1)]).toEqual([null, '']);
});

test('a trajectory brings the texts from the step on to which the reader goes', () => {
  const all = sample.segments.map((_, segment) => segment);
  const { texts, segments } = viewAt({});
  expect(numbersOf(texts)).toEqual(all);
  expect(texts.map(({ text }) => text)).toEqual(sample.segments.map(({ body }) => body));
  expect(numbersOf(viewAt({ step: '3' }).texts)).toEqual(all.slice(3));
  expect(numbersOf(viewAt({ step: '999999' }).texts)).toEqual(all.slice(-1));
  const at = segments.findIndex(({ kind }) => kind === 'file');
  expect(at).toBeGreaterThan(0);
  expect(numbersOf(viewAt({ file: 'a' }).texts)).toEqual(all.slice(at));
  expect(viewAt({ file: 'nothing.ts', step: 'x' }).texts).toEqual(texts);
});

test('texts end at a bound of characters, and there is one at least', () => {
  expect(numbersOf(textsOf(document, 1, 3, 1_000_000))).toEqual([1, 2, 3]);
  expect(numbersOf(textsOf(document, 1, 3, 0))).toEqual([1]);
  expect(textsOf(document, sample.segments.length, 3, 0)).toEqual([]);
});

test('its beginning is told by its first piece alone, in whole segments', async () => {
  expect(sample.pieces.length).toBeGreaterThan(1);
  const openings = output.shards.map((shard) =>
    readOpening(output.store, shard, sample.overview.id, reader),
  );
  const [opening, ...others] = (await Promise.all(openings)).filter((each) => each !== null);
  if (opening === undefined) throw new Error('one shard has the first piece');
  expect(others).toEqual([]);
  const { length } = opening.segments;
  expect(length).toBeGreaterThan(2);
  expect(opening.segments).toEqual(sample.segments.slice(0, length));
  const view = viewOpening(documentOf(opening), { tokens: 7, trainedTokens: 3 });
  expect(view).toMatchObject({ id: sample.overview.id, tokens: 7, isWhole: false, places: [] });
  const { segments, texts, isWhole } = viewAt({});
  expect(isWhole).toBe(true);
  expect(view.segments).toEqual(segments.slice(0, length));
  expect(view.texts).toEqual(texts.slice(0, length));
});

test('a document of one piece has no beginning apart from it', async () => {
  const options = { repositories: 1, contextLength: 4096 };
  const whole = await openOutput((await makeOutput(harness, 'whole', options)).out);
  const [{ id } = { id: '' }] = await listSamples(whole);
  const [shard] = whole.shards;
  if (shard === undefined) throw new Error('the output has a shard');
  expect((await readSampleIn(whole.store, [shard], id, reader)).pieces).toHaveLength(1);
  expect(await readOpening(whole.store, shard, id, reader)).toBeNull();
});
