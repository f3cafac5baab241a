/**
 * The quality report of an output. It reads every document once, as its last piece comes, and
 * hands it to each measure. Memory holds a shard, the documents that go on in later shards and the
 * bounded tallies of the measures.
 */
import { type SegmentKind, segmentKinds } from '../../schemas/trajectory-text.ts';
import { type OpenOutput, openOutput } from '../dataset/open-output.ts';
import type { ShardProgress } from '../dataset/read-shards.ts';
import type { FromLog } from '../dataset/run-log/run-log.ts';
import { readThoughtFacts, type ThoughtFacts } from '../dataset/run-log/thoughts.ts';
import { forEachSample, type MaskedSegment, type Sample } from '../dataset/samples.ts';
import type { ObjectStore } from '../runtime/store/objects/object-store.ts';
import { createExamples, type Examples, filesOf } from './examples.ts';
import { createLacks, type LackGroup, type Lacks } from './lacks.ts';
import { createLengths, type Lengths } from './lengths.ts';
import { createPhrases, type Phrases } from './phrases.ts';
import { createRefusals, type RefusedSteps } from './refusals.ts';
import { createRegister, type Register } from './register.ts';
import { createRepetition, type Repetition } from './repetition.ts';
import { createSearchMeasure, type SearchQuality } from './search.ts';
import {
  createSymbols,
  type Share,
  type Symbols,
  shareOf,
  type ThoughtFile,
  type Written,
} from './symbols.ts';

export interface QualityReport {
  /** Version of this form. */
  readonly report: 1;
  readonly dataset: string;
  readonly runId: string;
  /** SHA-256 of the manifest's last entry: equal hashes mean equal numbers. */
  readonly head: string;
  /** False while the output grows: what is not in shards yet is not counted. */
  readonly closed: boolean;
  readonly trajectories: number;
  /** Trajectories of which only some pieces are in shards; no number holds them. */
  readonly incompleteTrajectories: number;
  readonly files: number;
  /** Reads, thoughts and writes. */
  readonly steps: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  /** In tokens, by kind of segment, and of whole trajectories. */
  readonly lengths: Readonly<Partial<Record<SegmentKind | 'trajectory', Lengths>>>;
  readonly thoughtless: ThoughtlessFiles;
  readonly plain: PlainFiles;
  /** What else documents were written without. */
  readonly lacks: readonly LackGroup[];
  /** Answers that were given up because of how they ended. */
  readonly finish: Lacks['finish'];
  /** All answers by how they ended, where servers said it; null where no log tells. */
  readonly answers: ThoughtFacts['finish'] | null;
  /** Plans and thoughts that were asked for again, or given up, by the check that refused them. */
  readonly refusedSteps: readonly RefusedSteps[];
  /** Answers that a check refused, those of the search included; null where no log tells. */
  readonly refused: ThoughtFacts['refused'] | null;
  readonly repetition: Repetition;
  readonly phrases: Phrases;
  readonly register: Register;
  readonly symbols: Symbols;
  /** Thoughts that the search worked on, and those that it rewrote; null where no log tells. */
  readonly rewritten: Share | null;
  /** What the search did; null where nothing was searched, or no log tells. */
  readonly search: SearchQuality | null;
  /** Numbers that are estimates, each with the reason. */
  readonly sampled: readonly string[];
  /** What could not be told, and why. */
  readonly untold: readonly string[];
}

/** Files that were written without the thought that they earn, by reason. */
export interface ThoughtlessFiles {
  readonly files: number;
  /** Of all files. */
  readonly share: number;
  readonly groups: readonly LackGroup[];
}

/** Files of kinds that earn no thought. */
export interface PlainFiles {
  readonly files: number;
  /** Of all files. */
  readonly share: number;
  readonly kinds: Lacks['plain'];
}

export interface MeasuredOutput {
  readonly report: QualityReport;
  readonly examples: Examples;
}

export interface MeasureRequest {
  /** The output: a folder, or another store. */
  readonly place: string | ObjectStore;
  /** The folder that may hold the log of the run; null for a bucket. */
  readonly runFolder: string | null;
  readonly onProgress?: (progress: ShardProgress) => void;
}

export async function measureOutput(request: MeasureRequest): Promise<MeasuredOutput> {
  const output = await openOutput(request.place);
  const measures = createMeasures();
  const incomplete = await forEachSample(output, measures.add, request);
  const search = createSearchMeasure();
  const log = await readThoughtFacts(request.runFolder, search.add);
  const facts = { ...factsOf(output, incomplete.length), ...logFacts(log) };
  const report = { ...facts, ...measures.report(), search: search.report() };
  return {
    report: { ...report, sampled: sampledNumbers(report) },
    examples: measures.examples.report(),
  };
}

function factsOf({ head, headHash }: OpenOutput, incompleteTrajectories: number) {
  const { dataset, runId, closed } = head;
  return { report: 1 as const, dataset, runId, head: headHash, closed, incompleteTrajectories };
}

function createMeasures() {
  const totals = { trajectories: 0, files: 0, steps: 0, tokens: 0, trainedTokens: 0 };
  let unthought = 0;
  const lengths = createLengthsByKind();
  const [lacks, refusals, examples] = [createLacks(), createRefusals(), createExamples()];
  const [repetition, phrases] = [createRepetition(), createPhrases()];
  const [register, symbols] = [createRegister(), createSymbols()];
  return {
    examples,
    add: (sample: Sample) => {
      const { overview, segments } = sample;
      const files = filesOf(segments).map(fileOf);
      totals.trajectories += 1;
      totals.files += files.length;
      totals.steps += segments.filter(isStep).length;
      totals.tokens += overview.tokens;
      totals.trainedTokens += overview.trainedTokens;
      unthought += files.filter(({ writes }) => thoughtsOf(writes).length === 0).length;
      lengths.add(sample);
      for (const lack of overview.lacks) lacks.add(lack);
      refusals.add(overview);
      const writes = files.flatMap((file) => file.writes);
      const thoughts = thoughtsOf(writes);
      const observed = segments.filter(({ earlier }) => earlier === true).map(({ body }) => body);
      repetition.addDocument(thoughts, [...writes.map(({ code }) => code), ...observed]);
      symbols.addDocument(files, observed);
      for (const thought of thoughts) {
        phrases.addThought(thought);
        register.addThought(thought);
      }
      examples.addDocument(sample);
    },
    report: () => {
      const { groups, finish, plain } = lacks.report();
      const ofThoughts = groups.filter(({ what }) => what === 'thought');
      const shared = (files: number) => {
        return { files, share: shareOf({ of: totals.files, found: files }).share };
      };
      const unearned = Object.values(plain).reduce((sum, count) => sum + count, 0);
      return {
        ...totals,
        lengths: lengths.report(),
        thoughtless: { ...shared(unthought - unearned), groups: ofThoughts },
        plain: { ...shared(unearned), kinds: plain },
        lacks: groups.filter((group) => !ofThoughts.includes(group)),
        finish,
        refusedSteps: refusals.report(),
        repetition: repetition.report(),
        phrases: phrases.report(),
        register: register.report(),
        symbols: symbols.report(),
      };
    },
  };
}

function isStep({ kind }: MaskedSegment): boolean {
  return kind === 'read' || kind === 'think' || kind === 'write';
}

function fileOf(segments: readonly MaskedSegment[]): ThoughtFile {
  const writes: Written[] = [];
  let thoughts: string[] = [];
  for (const { kind, body } of segments) {
    if (kind === 'think') thoughts.push(body);
    if (kind !== 'write') continue;
    writes.push({ thoughts, code: body });
    thoughts = [];
  }
  return { path: segments.at(-1)?.path ?? '', writes };
}

function thoughtsOf(writes: readonly Written[]): string[] {
  return writes.flatMap(({ thoughts }) => thoughts);
}

function createLengthsByKind() {
  const measures = new Map<SegmentKind | 'trajectory', ReturnType<typeof createLengths>>();
  const add = (kind: SegmentKind | 'trajectory', tokens: number) => {
    const measure = measures.get(kind) ?? createLengths();
    measures.set(kind, measure);
    measure.add(tokens);
  };
  const order = ['trajectory', ...(Object.keys(segmentKinds) as SegmentKind[])] as const;
  return {
    add: ({ overview, segments }: Sample) => {
      add('trajectory', overview.tokens);
      for (const { kind, tokens } of segments) add(kind, tokens);
    },
    report: () =>
      Object.fromEntries(
        order.flatMap((kind) => {
          const measure = measures.get(kind);
          return measure === undefined ? [] : [[kind, measure.report()]];
        }),
      ) as QualityReport['lengths'],
  };
}

function logFacts(log: FromLog<ThoughtFacts>) {
  const untold: string[] = [];
  if (log.found === null) {
    untold.push(`refused answers, finish reasons and rewritten thoughts, because ${log.why}`);
    return { refused: null, answers: null, rewritten: null, untold };
  }
  const { searched, rewritten, refused, finish } = log.found;
  if (searched === 0) untold.push('rewritten thoughts, because no file was searched');
  const share = shareOf({ of: searched, found: rewritten });
  return { refused, answers: finish, rewritten: searched === 0 ? null : share, untold };
}

function sampledNumbers({
  repetition: { sampledDocuments },
  phrases,
}: Pick<QualityReport, 'repetition' | 'phrases'>): string[] {
  const sampled = ['quantiles of lengths: within 1 % above 100 tokens'];
  if (sampledDocuments > 0) {
    const which = `${sampledDocuments} long documents by a part of their runs`;
    sampled.push(`repetition.selfRepetition, repetition.sourceOverlap: ${which}`);
  }
  for (const { words, oneIn } of phrases.distinct) {
    if (oneIn > 1) sampled.push(`phrases of ${words} words: by one phrase in ${oneIn}`);
  }
  return sampled;
}
