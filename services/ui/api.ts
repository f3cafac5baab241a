/**
 * What the server of `backstory ui` answers, as types that page and server share. Plain JSON; texts
 * are as the output has them, so whoever shows one makes it safe. Pure.
 */
import type { Edge, Lack, ModelIdentity, Refused } from '../../schemas/generated/types.ts';
import type { SegmentKind } from '../../schemas/trajectory-text.ts';

/** Columns by which samples can be sorted. */
export const sortColumns = [
  'order',
  'name',
  'licence',
  'files',
  'tokens',
  'trained',
  'bytes',
  'gain',
  'lacks',
] as const;
export type SortColumn = (typeof sortColumns)[number];

/** The element of the page that holds the state of all outputs when it is sent, as JSON. */
export const outputsElement = 'outputs';

/** One output among those that the command named. */
export interface OutputState {
  /** The name that the command line gave it. */
  readonly label: string;
  readonly dataset: string;
  readonly runId: string;
  /** SHA-256 of the last entry of the manifest: it names this state of the data set. */
  readonly head: string;
  /** Changes when samples leave the data set; all others stay as they are once they are whole. */
  readonly optOuts: string;
  readonly closed: boolean;
  readonly shards: number;
  /** Shards that the catalogue holds; below `shards` while it is built. */
  readonly shardsRead: number;
  /** What keeps the catalogue from being read on; null normally. */
  readonly problem: Problem | null;
  /** Where the catalogue is kept between calls, or why it is not kept. */
  readonly kept: string;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly subject: string | null;
}

export interface Count {
  readonly name: string;
  readonly samples: number;
  readonly files: number;
  readonly tokens: number;
  readonly bytes: number;
}

/** How many samples lie in each range: bounds are powers of two. */
export interface Histogram {
  /** Bucket b holds values from 2^b to 2^(b+1), the first one also smaller ones. */
  readonly buckets: readonly number[];
}

export interface Totals {
  readonly samples: number;
  readonly repositories: number;
  /** Samples of which only some pieces are in shards yet. */
  readonly incomplete: number;
  readonly files: number;
  /** Of documents, as the catalogue has them. */
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly textBytes: number;
  readonly packs: number;
  readonly shards: number;
  readonly contextLength: number;
  /** Share of the context left empty over all packs, 0 to 1. */
  readonly paddingShare: number;
  readonly tokenizer: string;
  readonly template: string;
  readonly masking: string;
  readonly licences: readonly Count[];
  readonly languages: readonly Count[];
  readonly teachers: readonly ModelIdentity[];
  /** Null stands for samples whose search was off. */
  readonly scorers: readonly (ModelIdentity | null)[];
  readonly lengths: Histogram;
  readonly trainedShares: readonly number[];
  /** Over all samples that were searched; null if none was. */
  readonly search: Gain | null;
  readonly lacks: readonly { readonly what: string; readonly count: number }[];
}

export interface Gain {
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
}

export interface SampleRow {
  readonly id: string;
  readonly name: string;
  readonly episode: string | null;
  readonly origin: string;
  readonly licence: string;
  readonly files: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly bytes: number;
  readonly lacks: number;
  readonly gain: Gain | null;
  readonly complete: boolean;
}

export interface SamplePage {
  readonly samples: number;
  readonly matched: number;
  readonly from: number;
  readonly rows: readonly SampleRow[];
}

/** A hit of a search through the documents themselves. */
export interface Hit {
  readonly id: string;
  readonly name: string;
  readonly path: string | null;
  /** Place of the segment in its document; null for a hit in a path. */
  readonly segment: number | null;
  readonly text: string;
}

export interface HitPage {
  readonly hits: readonly Hit[];
  /** Further ones in the same shards, which are only counted. */
  readonly left: number;
  /** Shards looked through so far, of all. */
  readonly shardsRead: number;
  readonly shards: number;
  /** Where to go on; null at the end. */
  readonly next: number | null;
}

/** A segment without its text. */
export interface SegmentFacts {
  readonly kind: SegmentKind;
  readonly path: string | null;
  readonly lines: readonly [from: number, to: number] | null;
  readonly earlier: boolean;
  /** The file's language, as the table of languages names it. */
  readonly language: string | null;
  readonly role: string | null;
  readonly trained: boolean;
  readonly tokens: number;
  readonly bytes: number;
  /** Lines of its text. */
  readonly rows: number;
  /** Characters of its longest line. */
  readonly widest: number;
}

export interface TrajectoryView {
  readonly id: string;
  readonly name: string;
  readonly episode: { readonly number: number; readonly of: number } | null;
  readonly origin: string;
  readonly commit: string | null;
  readonly licence: string;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly teacher: ModelIdentity;
  readonly scorer: ModelIdentity | null;
  readonly search: Gain | null;
  readonly lacks: readonly Lack[];
  readonly refused: readonly Refused[];
  readonly segments: readonly SegmentFacts[];
  /** Where its pieces lie. */
  readonly places: readonly PiecePlace[];
  /** False for its beginning, which is there before the rest is read. */
  readonly isWhole: boolean;
  /** Of the steps from the wanted one on, so that it is drawn at once. */
  readonly texts: readonly SegmentText[];
}

/** Null where the whole trajectory is as soon there. */
export interface OpeningView {
  readonly view: TrajectoryView | null;
}

/** The step that an address names, by its number or by the file that it begins; null for none. */
export function stepOf(
  {
    step = '',
    file = '',
  }: { readonly step?: string | undefined; readonly file?: string | undefined },
  segments: readonly SegmentFacts[],
): number | null {
  if (/^\d{1,9}$/.test(step)) return Math.min(Number(step), segments.length - 1);
  if (file === '') return null;
  const found = segments.findIndex(({ kind, path }) => kind === 'file' && path === file);
  return found < 0 ? null : found;
}

export interface PiecePlace {
  readonly shard: string;
  readonly pack: number;
  readonly tokens: readonly [from: number, to: number];
}

/** Lines longer than this are sent shortened; `cut` has the length of each. */
export const lineCharactersMax = 2_000;

export interface SegmentText {
  readonly segment: number;
  readonly text: string;
  /** Number of a shortened line, from 0, and how many characters it has. */
  readonly cut: readonly (readonly [line: number, characters: number])[];
}

/** One file of a repository, as whoever compares it reads it. */
export interface FileView {
  /** The sample that writes it; else the repository's first one. Null where there is none. */
  readonly id: string | null;
  /** All files of the repository, in the order in which they are written. */
  readonly paths: readonly string[];
  /** Null where it is not written. */
  readonly file: FileText | null;
}

export interface FileText {
  readonly path: string;
  readonly thinkTokens: number;
  readonly writeTokens: number;
  /** Its thoughts and its code, in order. */
  readonly steps: readonly FileStep[];
  /** Further ones, which are too much for one answer. */
  readonly stepsLeft: number;
}

export interface FileStep {
  readonly kind: SegmentKind;
  readonly text: SegmentText;
}

/** Where the tokens of a segment end, in characters of its text. */
export interface SegmentTokens {
  readonly ends: readonly number[];
  readonly ids: readonly number[];
}

/** Bits of each line of code with the thought before it, and without. */
export interface HeatView {
  readonly lines: readonly (readonly [after: number, before: number])[];
  /** Why there are none; null where there are. */
  readonly why: string | null;
}

export interface CandidateView {
  readonly thought: number;
  readonly round: number;
  readonly outcome: string;
  readonly bits: number | null;
  readonly textBytes: number;
}

export interface FileSearch extends Gain {
  readonly path: string;
  readonly rewritten: boolean;
  readonly candidates: readonly CandidateView[];
}

/** What the log of the run tells of a trajectory beyond its tokens. */
export interface LogView {
  readonly edges: readonly Edge[];
  readonly searches: readonly FileSearch[];
  /** Why there is nothing; null where the log was read. */
  readonly why: string | null;
}

/** The thoughts of a file before and after the search. */
export interface Rewrite {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface DropCount {
  readonly stage: string;
  readonly reason: string;
  readonly disposition: string;
  readonly count: number;
}

export interface DropRow {
  readonly name: string;
  readonly origin: string;
  readonly stage: string;
  readonly reason: string;
  readonly disposition: string;
  readonly detail: string;
}

/** The way from the input to the shards, with what was left out and what it cost. */
export interface Funnel {
  readonly found: number;
  readonly admitted: number;
  readonly written: number;
  readonly drops: readonly DropCount[];
  /** Drops beyond those that can be listed. */
  readonly unlistedDrops: number;
  readonly skippedFiles: readonly { readonly reason: string; readonly count: number }[];
  readonly redactions: number;
  readonly redactedFiles: number;
  /** What gates point out and leave in place, by gate and kind. */
  readonly marked: Readonly<Record<string, number>>;
  readonly markedFiles: number;
  readonly cost: {
    readonly calls: number;
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly microDollars: number;
  };
}

/** What the log told; or null, with the reason in words that follow "because". */
export interface FunnelView {
  readonly found: Funnel | null;
  readonly why: string | null;
}

export interface DropPage {
  readonly matched: number;
  readonly from: number;
  readonly rows: readonly DropRow[];
}

/** A section of the quality report, as rows of cells. */
export interface QualitySection {
  readonly title: string;
  readonly head: readonly string[] | null;
  readonly rows: readonly (readonly string[])[];
}

export interface QualityView {
  readonly state: 'idle' | 'measuring' | 'done' | 'failed';
  readonly sections: readonly QualitySection[];
  readonly problem: Problem | null;
}

export interface ApiError {
  readonly error: Problem;
}
