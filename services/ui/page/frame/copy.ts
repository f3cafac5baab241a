/** Answers questions from the files of a copy, where the page has no server behind it. */
import type { Mark } from '../../../../schemas/marks.ts';
import {
  type DropPage,
  type DropRow,
  type FileView,
  type OutputState,
  type Rewrite,
  type SamplePage,
  type SampleRow,
  type SegmentText,
  type SegmentTokens,
  type SortColumn,
  sortColumns,
  type TrajectoryView,
} from '../../api.ts';
import { type Columns, createColumns } from '../../catalogue/columns.ts';
import { createFinder, type Finder, pageOfSamples, queryOf } from '../../catalogue/query.ts';
import type { ShardRow } from '../../catalogue/rows.ts';
import {
  type CopiedPieces,
  copiedOutputs,
  copiedPlace,
  copiedSample,
  lineCharacters,
} from '../../copy/places.ts';
import { countVerdicts, type MarkPage, pickMarks } from '../../marks/view.ts';
import { pageOfDrops } from '../../reading/drops.ts';
import { stepsOfFile, viewFile } from '../../reading/file.ts';
import { Refused } from './refused.ts';
import type { Parameters } from './route.ts';

/** Whether this page is a copy. */
export const isCopy = document.querySelector('meta[name="backstory-copy"]') !== null;

export function readOutputs(): Promise<readonly OutputState[]> {
  return read(copiedOutputs);
}

/** What a server would answer. */
export async function askCopy(question: string, parameters: Parameters): Promise<unknown> {
  const answer = answers[question];
  if (answer !== undefined) return answer(parameters, Number(parameters.out ?? 0));
  const message = 'this copy of a page has no server, which that needs';
  throw new Refused({ code: 'GONE', message, subject: question });
}

type CopiedAnswer = (parameters: Parameters, out: number) => Promise<unknown>;

const answers: Readonly<Record<string, CopiedAnswer>> = {
  totals: (_, out) => read(copiedPlace(out, 'totals')),
  funnel: (_, out) => read(copiedPlace(out, 'funnel')),
  quality: (_, out) => read(copiedPlace(out, 'quality')),
  drops: findDrops,
  marks: findMarks,
  marksOf: async ({ id = '' }, out) => ({
    marks: (await marksOf(out)).filter(({ sampleId }) => sampleId === id),
    mayMark: false,
  }),
  samples: findSamples,
  file: findFile,
  trajectory: async ({ id = '' }, out) => read(await placeOf(out, id, 'view')),
  journey: async ({ id = '' }, out) => read(await placeOf(out, id, 'journey')),
  texts: findTexts,
  tokens: findTokens,
  line: findLine,
  rewrite: findRewrite,
};

const filesKeptMax = 64;
const kept = new Map<string, Promise<unknown>>();

function read<Value>(path: string): Promise<Value> {
  const known = kept.get(path);
  if (known !== undefined) return known as Promise<Value>;
  const value = fetchFile(path);
  kept.set(path, value);
  if (kept.size > filesKeptMax) kept.delete([...kept.keys()][0] ?? '');
  value.catch(() => kept.delete(path));
  return value as Promise<Value>;
}

async function fetchFile(path: string): Promise<unknown> {
  const response = await fetch(path).catch(() => null);
  if (response?.ok === true) return response.json();
  const message = `${path} of this copy cannot be read`;
  throw new Refused({ code: 'GONE', message, subject: path });
}

interface Page<Row> {
  readonly matched: number;
  readonly rows: readonly Row[];
}

/** All rows of a list that was written in pages. */
async function readAll<Row>(
  name: string,
  out: number,
  pageOf: (value: unknown) => Page<Row>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let number = 0; ; number += 1) {
    const page = pageOf(await read(copiedPlace(out, `${name}-${number}`)));
    rows.push(...page.rows);
    if (rows.length >= page.matched || page.rows.length === 0) return rows;
  }
}

async function findDrops(parameters: Parameters, out: number): Promise<DropPage> {
  const { q = '', stage, reason, from = '0', count = '100' } = parameters;
  const all = await readAll<DropRow>('drops', out, (page) => page as DropPage);
  const filter = { stage: stage ?? null, reason: reason ?? null, text: q };
  return pageOfDrops(all, filter, Number(from), Number(count));
}

async function marksOf(out: number): Promise<readonly Mark[]> {
  const newestFirst = await readAll<Mark>('marks', out, (page) => {
    const { matched, marks } = page as MarkPage;
    return { matched, rows: marks };
  });
  return newestFirst.toReversed();
}

async function findMarks({ q = '', verdict }: Parameters, out: number): Promise<MarkPage> {
  const all = await marksOf(out);
  const marks = pickMarks(all, { verdict: verdict ?? null, text: q });
  const page = { marks, matched: marks.length, from: 0, counts: countVerdicts(all) };
  return { ...page, mayMark: false, damaged: 0, why: null };
}

interface Samples {
  readonly columns: Columns;
  readonly finder: Finder;
}

const samples = new Map<number, Promise<Samples>>();

function samplesOf(out: number): Promise<Samples> {
  const known = samples.get(out) ?? readSamples(out);
  samples.set(out, known);
  return known;
}

async function readSamples(out: number): Promise<Samples> {
  const columns = createColumns();
  const rows = await readAll<SampleRow>('samples', out, (page) => page as SamplePage);
  columns.add({ version: 0, rows: rows.map(rowOf), languages: [] });
  return { columns, finder: createFinder(columns) };
}

function rowOf(row: SampleRow): ShardRow {
  const { id, name, origin, licence, episode, bytes, gain, tokens, files, lacks } = row;
  return {
    ...{ id, name, origin, licence, episode, bytes, gain, tokens },
    ...{ repositoryId: '', teacher: '', scorer: '', held: 1, trained: row.trainedTokens },
    pieces: row.complete ? 1 : 2,
    first: { files, lacks: { any: lacks } },
  };
}

async function findSamples(parameters: Parameters, out: number): Promise<SamplePage> {
  const { columns, finder } = await samplesOf(out);
  const { q = '', licence, lacking, searched, desc, from = '0', count = '100' } = parameters;
  const limit = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const query = queryOf({
    ...{ q, licence, lacking, searched, desc, sort: sortOf(parameters.sort) },
    ...{ min: limit(parameters.min), max: limit(parameters.max) },
  });
  const range = { from: Number(from), count: Number(count) };
  return pageOfSamples(columns, finder.find(query), range);
}

function sortOf(name: string | undefined): SortColumn {
  return sortColumns.find((each) => each === name) ?? 'order';
}

async function placeOf(out: number, id: string, name: string): Promise<string> {
  const row = (await samplesOf(out)).columns.rowOf(id);
  if (row !== undefined) return copiedSample(out, row, name);
  throw new Refused({ code: 'USAGE', message: `no sample here has the id ${id}`, subject: id });
}

async function piecesOf(out: number, id: string): Promise<CopiedPieces> {
  return read(await placeOf(out, id, 'pieces'));
}

async function findFile({ name = '', path }: Parameters, out: number): Promise<FileView> {
  const { columns } = await samplesOf(out);
  const rows = columns.rowsNamed(name).map((row) => columns.view(row));
  const own = rows.filter(({ origin, complete }) => complete && origin === rows[0]?.origin);
  const found: FileView = { id: own[0]?.id ?? null, paths: [], file: null };
  return own.reduce<Promise<FileView>>(async (before, { id }) => {
    const { paths, ...last } = await before;
    const { segments } = await read<TrajectoryView>(await placeOf(out, id, 'view'));
    const files = segments.flatMap((each) => (each.kind === 'file' ? [each.path ?? ''] : []));
    const all = [...paths, ...files];
    const steps = last.file === null ? stepsOfFile(segments, path ?? null) : null;
    if (steps === null) return { ...last, paths: all };
    const texts = await textsUpTo(out, id, steps.shown.at(0) ?? 0, steps.shown.at(-1) ?? -1);
    const file = viewFile(steps, segments, (segment) => texts.get(segment));
    return { id, paths: all, file };
  }, Promise.resolve(found));
}

/** By segment. */
async function textsUpTo(out: number, id: string, from: number, to: number) {
  const texts = new Map<number, SegmentText>();
  for (let at = from; at <= to; ) {
    const range = { id, from: String(at), count: String(to - at + 1) };
    const found = await findTexts(range, out);
    for (const text of found) texts.set(text.segment, text);
    at += Math.max(1, found.length);
  }
  return texts;
}

/** From the wanted segment on, as many as its piece has; a reader asks for the rest. */
async function findTexts(parameters: Parameters, out: number): Promise<SegmentText[]> {
  const { id = '', from = '0', count = '1' } = parameters;
  const { texts } = await piecesOf(out, id);
  const piece = texts.findLastIndex((start) => start <= Number(from));
  const all = await read<SegmentText[]>(await placeOf(out, id, `texts-${piece}`));
  const last = Number(from) + Number(count);
  return all.filter(({ segment }) => segment >= Number(from) && segment < last);
}

async function findTokens(parameters: Parameters, out: number): Promise<SegmentTokens> {
  const { id = '', segment = '0' } = parameters;
  const { texts } = await piecesOf(out, id);
  const piece = texts.findLastIndex((start) => start <= Number(segment));
  const all = await read<SegmentTokens[]>(await placeOf(out, id, `tokens-${piece}`));
  return all[Number(segment) - (texts[piece] ?? 0)] ?? { ends: [], ids: [] };
}

async function findLine(parameters: Parameters, out: number): Promise<{ text: string }> {
  const { id = '', segment = '', line = '', from = '0', to = '0' } = parameters;
  const [own] = await findTexts({ id, from: segment, count: '1' }, out);
  const [, characters = 0] = own?.cut.find(([cut]) => cut === Number(line)) ?? [];
  const end = Math.min(Number(to), characters);
  let text = '';
  const first = Math.floor(Number(from) / lineCharacters);
  for (let piece = first; piece * lineCharacters < end; piece += 1) {
    const path = await placeOf(out, id, `line-${Number(segment)}-${Number(line)}-${piece}`);
    const part = await read<{ text: string }>(path);
    const start = piece * lineCharacters;
    text += part.text.slice(Math.max(0, Number(from) - start), end - start);
  }
  return { text };
}

async function findRewrite(parameters: Parameters, out: number): Promise<Rewrite> {
  const { id = '', path = '' } = parameters;
  const { rewrites } = await piecesOf(out, id);
  const piece = rewrites.findIndex((paths) => paths.includes(path));
  if (piece < 0) return { before: [], after: [] };
  const all = await read<[string, Rewrite][]>(await placeOf(out, id, `rewrites-${piece}`));
  return all.find(([each]) => each === path)?.[1] ?? { before: [], after: [] };
}
