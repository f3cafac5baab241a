/**
 * The questions that the page may ask, each with the form of its parameters. A parameter is a
 * number, a word of a list or a text that is compared: none becomes a path of the file system.
 */
import { z } from 'zod';
import { verdicts } from '../../../schemas/verdicts.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { type FileView, type OpeningView, sortColumns } from '../api.ts';
import type { WatchedLive } from '../live/watch-live.ts';
import type { Marked } from '../marks/marked.ts';
import { stepsOfFile, viewFile } from '../reading/file.ts';
import type { Heat } from '../reading/heat.ts';
import type { RunFacts } from '../reading/run-facts.ts';
import { scan } from '../reading/scan.ts';
import { placeOf, type ServedOutput } from '../reading/served-output.ts';
import { lineOf, textsOf, tokensOf, viewOpening, viewTrajectory } from '../reading/trajectory.ts';
import type { QualityMeter } from './quality-meter.ts';

/** An output with what is asked about it beyond its samples. */
export interface Shown {
  readonly output: ServedOutput;
  readonly facts: RunFacts;
  readonly quality: QualityMeter;
  readonly live: WatchedLive;
  readonly marked: Marked;
  /** Shared by all outputs. */
  readonly heat: Heat;
}

export type Answer = (parameters: Readonly<Record<string, string>>) => Promise<unknown>;

export const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const place = count(0, 2 ** 40);
const text = z.string().max(1_000);
const path = z.string().max(10_000);
export const id = z.string().min(1).max(200);
const yes = z.literal('1').optional();

/** So many rows or texts at once at most. */
const pageMax = 500;
const page = { from: place.default(0), count: count(1, pageMax).default(100) };

export function createAnswers(shown: readonly Shown[]): ReadonlyMap<string, Answer> {
  const out = z.coerce
    .number()
    .int()
    .min(0)
    .max(shown.length - 1)
    .default(0);
  /** An answer about one output, whose parameters are read by the shape. */
  const about = <Shape extends z.ZodRawShape>(
    shape: Shape,
    answer: (one: Shown, values: z.infer<z.ZodObject<Shape>>) => unknown,
  ): Answer => {
    const form = z.object({ out, ...shape });
    return async (parameters) => {
      const parsed = form.safeParse(parameters);
      if (!parsed.success) throw refused(parsed.error);
      const values = parsed.data as z.infer<z.ZodObject<Shape>> & { out: number };
      return answer(shown[values.out] as Shown, values);
    };
  };
  return new Map<string, Answer>([
    ['outputs', async () => shown.map(({ output }) => output.state())],
    ['totals', about({}, ({ output }) => output.catalogue.totals(output.current().head))],
    ['samples', about(sampleShape, answerSamples)],
    [
      'scan',
      about({ in: z.enum(['paths', 'thoughts']), q: text, from: place.default(0) }, answerScan),
    ],
    ['funnel', about({}, ({ facts }) => facts.funnel())],
    ['drops', about(dropShape, answerDrops)],
    ['quality', about({ start: yes }, answerQuality)],
    ['file', about({ name: text, path: path.optional() }, answerFile)],
    ['opening', about({ id }, answerOpening)],
    ['trajectory', about({ id, step: text.optional(), file: path.optional() }, answerTrajectory)],
    ['texts', about({ id, from: place, count: count(1, pageMax) }, answerTexts)],
    ['line', about({ id, segment: place, line: place, from: place, to: place }, answerLine)],
    ['tokens', about({ id, segment: place }, answerTokens)],
    ['heat', about({ id, segment: place }, answerHeat)],
    ['journey', about({ id }, answerJourney)],
    ['rewrite', about({ id, path }, answerRewrite)],
    ['marks', about(markShape, answerMarks)],
    ['marksOf', about({ id }, ({ marked }, question) => marked.ofSample(question.id))],
    ['live', about({}, ({ live }) => live.view())],
    ['letters', about({}, ({ live }) => live.letters())],
    ['letter', about({ id }, ({ live }, question) => live.letter(question.id))],
  ]);
}

export function refused(error: z.ZodError): PipelineError {
  const [issue] = error.issues;
  const name = String(issue?.path[0] ?? 'request');
  return new PipelineError('USAGE', `${name}: ${issue?.message ?? 'not understood'}`, {
    subject: name,
  });
}

const sampleShape = {
  ...page,
  q: text.default(''),
  licence: text.optional(),
  min: place.optional(),
  max: place.optional(),
  lacking: yes,
  searched: yes,
  sort: z.enum(sortColumns).default('order'),
  desc: yes,
};
type SampleQuestion = z.infer<z.ZodObject<typeof sampleShape>>;

function answerSamples({ output }: Shown, question: SampleQuestion) {
  return output.catalogue.samples(question);
}

function answerScan(
  { output }: Shown,
  { in: place, q, from }: { in: 'paths' | 'thoughts'; q: string; from: number },
) {
  return scan(output, { place, text: q, from });
}

const dropShape = {
  ...page,
  stage: text.optional(),
  reason: text.optional(),
  q: text.default(''),
};
type DropQuestion = z.infer<z.ZodObject<typeof dropShape>>;

function answerDrops({ facts }: Shown, { stage, reason, q, from, count }: DropQuestion) {
  return facts.drops({ stage: stage ?? null, reason: reason ?? null, text: q }, from, count);
}

const markShape = {
  ...page,
  verdict: z.enum(verdicts).optional(),
  q: text.default(''),
};
type MarkQuestion = z.infer<z.ZodObject<typeof markShape>>;

function answerMarks({ marked }: Shown, { verdict, q, from, count }: MarkQuestion) {
  return marked.page({ verdict: verdict ?? null, text: q }, from, count);
}

function answerQuality({ quality }: Shown, { start }: { start?: '1' | undefined }) {
  if (start !== undefined) quality.start();
  return quality.view();
}

/** Episodes of a repository count as one. */
async function answerFile(
  { output }: Shown,
  { name, path: wanted = null }: { name: string; path?: string | null | undefined },
): Promise<FileView> {
  const named = await output.catalogue.named(name, pageMax);
  if (named.length === 0) return { id: null, paths: [], file: null };
  const own = named.filter(({ row }) => row.origin === named[0]?.row.origin);
  const wholes = own.filter(({ row }) => row.complete);
  const samples = (wholes.length > 0 ? wholes : own).map(placeOf);
  const { paths, document } = await output.file(samples, wanted);
  const id = document?.overview.id ?? samples[0]?.id ?? null;
  const steps = document === null ? null : stepsOfFile(document.segments, wanted);
  if (document === null || steps === null) return { id, paths, file: null };
  const textAt = (segment: number) => textsOf(document, segment, 1, 0)[0];
  return { id, paths, file: viewFile(steps, document.segments, textAt) };
}

async function answerOpening(
  { output }: Shown,
  { id: wanted }: { id: string },
): Promise<OpeningView> {
  const found = await output.catalogue.find(wanted);
  if (found === null || !found.row.complete) return { view: null };
  const document = await output.opening(placeOf(found));
  return { view: document === null ? null : viewOpening(document, found.row) };
}

interface TrajectoryQuestion {
  readonly id: string;
  readonly step?: string | undefined;
  readonly file?: string | undefined;
}

async function answerTrajectory({ output }: Shown, { id: wanted, ...at }: TrajectoryQuestion) {
  const { shards } = output.current();
  const shardOf = (pack: number) =>
    shards.find(({ firstPack, packs }) => pack >= firstPack && pack < firstPack + packs)?.path ??
    '';
  return viewTrajectory(await output.document(wanted), shardOf, at);
}

/** Texts of one answer together at most, but at least one: a reader asks for the rest. */
const textCharactersMax = 2_000_000;

async function answerTexts(
  { output }: Shown,
  { id: wanted, from, count }: { id: string; from: number; count: number },
) {
  return textsOf(await output.document(wanted), from, count, textCharactersMax);
}

interface LineQuestion {
  readonly id: string;
  readonly segment: number;
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

/** Characters of one line at once at most. */
const partMax = 100_000;

async function answerLine(
  { output }: Shown,
  { id: wanted, segment, line, from, to }: LineQuestion,
) {
  const document = await output.document(wanted);
  return { text: lineOf(document, segment, line, [from, Math.min(to, from + partMax)]) };
}

async function answerTokens(
  { output }: Shown,
  { id: wanted, segment }: { id: string; segment: number },
) {
  return tokensOf(await output.document(wanted), segment);
}

async function answerHeat(
  { output, heat }: Shown,
  { id: wanted, segment }: { id: string; segment: number },
) {
  return heat.of(await output.document(wanted), segment);
}

async function answerJourney({ output, facts }: Shown, { id: wanted }: { id: string }) {
  const { overview } = await output.document(wanted);
  return facts.journey(overview.repositoryId);
}

async function answerRewrite(
  { output, facts }: Shown,
  { id: wanted, path }: { id: string; path: string },
) {
  const { overview } = await output.document(wanted);
  return facts.rewrite(overview.repositoryId, path);
}
