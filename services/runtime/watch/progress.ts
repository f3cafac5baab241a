/** What a run tells while it goes and when it ends. Plain data; drawing it is the CLI's part. */
import type { Envelope, TopicBodies, Usage } from '../../../schemas/generated/types.ts';
import type { StageName, TopicName } from '../../../schemas/topology.ts';

/** What the runners of one process tell of their work, and what holds the source back. */
export interface RunProgress {
  /** Dead letters so far, against `runtime.deadLettersMax`. */
  deadLetters: number;
  /** A record was produced. */
  observe(topic: TopicName, envelope: Envelope, body: TopicBodies[TopicName]): void;
  /** Resolves when fewer than `limit` repositories are open, or the signal aborts. */
  openBelow(limit: number, signal: AbortSignal): Promise<void>;
}

export interface ProgressSnapshot {
  /** `total` is null until the input is closed. `done` counts trajectories, not shards. */
  readonly repositories: { found: number; total: number | null; done: number; dropped: number };
  readonly files: { planned: number; done: number };
  /** Teacher calls answered. */
  readonly calls: number;
  readonly tokens: number;
  readonly shards: number;
  /** The stage that has most to do. */
  readonly phase: string;
}

export interface DroppedRepository {
  readonly name: string;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
  readonly disposition: 'drop' | 'dead_letter';
}

export interface SearchTotals {
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
  /** Bits before and after over the files in which a rewrite was accepted, and their bytes. */
  readonly improved: { files: number; targetBytes: number; bitsBefore: number; bitsAfter: number };
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface RunSummary {
  readonly repositories: { found: number; written: number; dropped: readonly DroppedRepository[] };
  readonly deadLetters: number;
  readonly files: number;
  readonly skippedFiles: Readonly<Record<string, number>>;
  readonly admittedBytes: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly packs: number;
  readonly shards: number;
  /** Share of context left empty over all packs, 0 to 1. */
  readonly paddingShare: number;
  readonly usage: Usage;
  /** Null when the search was off. */
  readonly search: SearchTotals | null;
  /** Time spent inside each stage's handlers, summed over concurrent calls. */
  readonly stageBusyMs: Readonly<Record<StageName, number>>;
  readonly wallMs: number;
  readonly resumed: boolean;
}
