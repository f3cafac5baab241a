/**
 * What the page shows of a data set that is being made: its graph with rates and queues, and the
 * records that no stage could handle. Types that page and server share. Pure.
 */
import type { LetterNow } from '../../../schemas/run-now.ts';
import type { StageName, TopicName } from '../../../schemas/topology.ts';

/** A stage as one look at the data set tells; null where nobody tells it. */
export interface StageLook {
  readonly stage: StageName;
  /** Records that are there and not done; null also for a stage that reads none. */
  readonly waiting: number | null;
  readonly done: number;
  readonly inFlight: number | null;
  readonly paused: boolean;
  /** Records by how they ended, since the processes began. */
  readonly ended: Readonly<Record<string, number>> | null;
  /** Milliseconds inside handlers since the processes began. */
  readonly busyMs: number | null;
}

export interface TopicLook {
  readonly topic: TopicName;
  readonly records: number;
  readonly dead: number;
}

export interface EndpointLook {
  readonly name: string;
  readonly underWay: number;
  readonly atOnceMax: number;
  readonly resting: boolean;
}

export interface SpendingLook {
  readonly calls: number;
  readonly microDollars: number;
  /** Null where the limit is known to the processes alone. */
  readonly callsMax: number | null;
  readonly microDollarsMax: number | null;
}

export interface Look {
  readonly from: 'run' | 'log' | 'cluster';
  /** `silent`: a run that has not ended and says nothing any more. */
  readonly state: 'running' | 'ended' | 'stopped' | 'silent';
  /** When this was true, in milliseconds since 1970; null for what does not change any more. */
  readonly atMs: number | null;
  readonly stages: readonly StageLook[];
  readonly topics: readonly TopicLook[];
  readonly endpoints: readonly EndpointLook[];
  readonly spending: SpendingLook | null;
  /** Processes that were asked for their metrics and do not answer, with the reason. */
  readonly silent: readonly { readonly place: string; readonly why: string }[];
  /** Processes that answered. */
  readonly answering: number;
}

export interface StageRate {
  /** Records done in a second, over the last looks; null where there was one look only. */
  readonly perSecond: number | null;
  /** Handlers busy at once, on average over the last looks. */
  readonly busy: number | null;
  /** Rates between the last looks, oldest first. */
  readonly recent: readonly number[];
}

export interface LiveView extends Omit<Look, 'stages'> {
  readonly stages: readonly (StageLook & StageRate & StageWords)[];
  /** Whether this page may try dead letters again or drop them. */
  readonly mayAct: boolean;
}

/** What the graph says of a stage. */
export interface StageWords {
  readonly does: string;
  readonly reads: readonly TopicName[];
  readonly writes: readonly TopicName[];
}

/** What is known, or why nothing is. */
export type LiveAnswer =
  | { readonly live: LiveView; readonly why: null }
  | { readonly live: null; readonly why: string };

export interface LetterRow extends LetterNow {
  readonly status: 'waiting' | 'retried' | 'dropped';
  /** How often it was put back; null where only a new run does that. */
  readonly retries: number | null;
}

export interface LetterPage {
  readonly letters: readonly LetterRow[];
  /** All of them, also those that are not listed. */
  readonly count: number;
  readonly waiting: number;
  readonly why: string | null;
}

/** A dead letter with the record that it carries. */
export interface LetterView extends LetterRow {
  readonly partition: number | null;
  readonly offset: number | null;
  readonly bytes: number | null;
  /** The record as JSON, shortened; null where it cannot be read. */
  readonly record: string | null;
  readonly why: string | null;
}

export const letterActs = ['retry', 'drop'] as const;
export type LetterAct = (typeof letterActs)[number];
