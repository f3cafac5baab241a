/**
 * How a stage is declared. Four shapes cover the graph: a source makes records from nothing, a
 * map turns one record into outcomes, a join gathers the parts of one repository, a writer owns
 * durable output and says itself where it resumes. A stage sees `Tools`, never the environment.
 */
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { BlobReference, Envelope, TopicBodies } from '../../schemas/generated/types.ts';
import type { StageName, TopicName } from '../../schemas/topology.ts';
import type { Scorer } from '../ports/scorer.ts';
import type { Teacher } from '../ports/teacher.ts';
import type { Clock } from './clock.ts';
import type { Emit, Outcome, Subject } from './outcomes.ts';
import type { BlobStore } from './store/blobs.ts';
import type { ObjectStore } from './store/objects/object-store.ts';

/** A decoded record as a handler sees it. Offsets are for writers and logs, not for results. */
export interface StageRecord<Topic extends TopicName = TopicName> {
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: number;
  readonly envelope: Envelope;
  readonly body: TopicBodies[Topic];
}

/** Bodies kept beside the stream, addressed by content; decoded ones are cached and shared. */
export interface BodyStore {
  save<Topic extends TopicName>(topic: Topic, body: TopicBodies[Topic]): Promise<BlobReference>;
  load<Topic extends TopicName>(
    topic: Topic,
    reference: BlobReference,
  ): Promise<TopicBodies[Topic]>;
}

/** A place where a test kills the process: the name says between which two effects. */
export type CrashPoint = (name: string) => void;

/** Thrown by a test's crash point: from here on nothing of this process may take effect. */
export class ProcessDeath extends Error {
  override readonly name = 'ProcessDeath';
}

/** Facts about the run that are no stage's own knobs. */
export interface RunFacts {
  readonly dataset: string;
  readonly seed: number;
  /** Output folder of an embedded run; shards, manifest and provenance live below it. */
  readonly outputFolder: string;
  /**
   * True for `run` and `replay`: the input ends, order is restored, bytes do not depend on time.
   */
  readonly bounded: boolean;
  /** Hash of what the output is a function of: configuration, versions of the stages, data set. */
  readonly runId: string;
}

export interface Tools<Config> {
  readonly config: Config;
  readonly run: RunFacts;
  readonly log: Logger;
  readonly blobs: BlobStore;
  /** Where a writer keeps its durable output. */
  readonly objects: ObjectStore;
  readonly bodies: BodyStore;
  readonly clock: Clock;
  readonly teacher: Teacher;
  /** Null when the search is off. */
  readonly scorer: Scorer | null;
  /** Aborted on a graceful stop; long work should listen. */
  readonly signal: AbortSignal;
  readonly crashPoint: CrashPoint;
  /** Adds to a counter of the metrics registry; the name must be in metrics.ts. */
  readonly count: (metric: CounterName, by?: number) => void;
}

/** Counters a stage may raise; each is defined with its help text in metrics.ts. */
export type CounterName =
  | 'files_admitted'
  | 'files_skipped'
  | 'secrets_redacted'
  | 'bytes_admitted'
  | 'files_parsed'
  | 'thoughts_written'
  | 'candidates_scored'
  | 'candidates_accepted'
  | 'bytes_scored'
  | 'tokens_packed'
  | 'tokens_trained'
  | 'packs_written'
  | 'shards_sealed';

export interface StageCommon<Config> {
  readonly name: StageName;
  /** Knobs with defaults; parsed before the stage starts. */
  readonly config: z.ZodType<Config>;
  /**
   * Called once at start, for resources such as child processes; `close` ends them. The same tools
   * go to `open`, every call and `close`: resources are kept under them, for a process may open a
   * stage more than once.
   */
  readonly open?: (tools: Tools<Config>) => Promise<void>;
  readonly close?: (tools: Tools<Config>) => Promise<void>;
}

export interface SourceItem {
  /** Position in the input, dense from 0. A repository has one position for ever. */
  readonly sequence: number;
  readonly repositoryId: string;
  readonly eventTimeMs: number;
  /** What a person calls it, for a `dropped` record. */
  readonly subject: Subject;
  readonly outcome:
    | Emit
    | {
        readonly kind: 'unreadable';
        readonly reason: 'SOURCE_UNREADABLE' | 'SOURCE_EMPTY';
        readonly detail: string;
      };
}

export interface SourceStage<Config> extends StageCommon<Config> {
  readonly shape: 'source';
  /** Yields items from `fromSequence` on; when it ends, a bounded run closes its input. */
  readonly items: (tools: Tools<Config>, fromSequence: number) => AsyncIterable<SourceItem>;
}

export interface MapStage<Config, Topic extends TopicName> extends StageCommon<Config> {
  readonly shape: 'map';
  readonly reads: Topic;
  /** Records handled at once. */
  readonly concurrency: (config: Config) => number;
  readonly handle: (
    record: StageRecord<Topic>,
    tools: Tools<Config>,
  ) => Promise<readonly Outcome[]>;
  /**
   * The record that ends a child for its join when the runtime dead-letters it; null where a
   * `dropped` record (a whole repository ends) is right instead.
   */
  readonly failed: ((record: StageRecord<Topic>, reason: string) => Emit) | null;
}

export interface JoinStage<Config, Topic extends TopicName> extends StageCommon<Config> {
  readonly shape: 'join';
  readonly reads: Topic;
  /** Which part this is and how many there are; redelivered parts replace, never count twice. */
  readonly part: (record: StageRecord<Topic>) => { readonly ordinal: number; readonly of: number };
  /** Called once with all parts of a repository, in ordinal order. */
  readonly complete: (
    parts: readonly StageRecord<Topic>[],
    tools: Tools<Config>,
  ) => Promise<readonly Outcome[]>;
}

export interface WriterResult {
  readonly outcomes: readonly Emit[];
  /** True when a bounded run is complete and everything is durable. */
  readonly done: boolean;
}

/** Durable output with its own commit protocol. Calls are serial, in partition order. */
export interface Writer {
  /** First offset still needed from a partition, from durable state; 0 at the start. */
  resumeOffset(topic: TopicName, partition: number): number;
  /**
   * Called once, before any record: what durable state already implies. The process may have died
   * before it told of its last commit, and a complete bounded run has nothing left to read.
   */
  begin(): WriterResult;
  accept(record: StageRecord): Promise<WriterResult>;
  /**
   * Called when no record came for `WriterStage.quietMs`, once until the next one: makes durable
   * what waits for more. Never in a bounded run, whose bytes must not depend on the clock.
   */
  idle?(): Promise<WriterResult>;
  close(): Promise<void>;
}

export interface WriterStage<Config> extends StageCommon<Config> {
  readonly shape: 'writer';
  readonly openWriter: (tools: Tools<Config>) => Promise<Writer>;
  /** How long a live stream must be quiet before the writer is told. */
  readonly quietMs?: (config: Config) => number;
}

export type AnyStage =
  // biome-ignore lint/suspicious/noExplicitAny: every stage has its own; the runtime parses them.
  SourceStage<any> | MapStage<any, any> | JoinStage<any, any> | WriterStage<any>;

type Declaration<Stage> = Omit<Stage, 'name' | 'shape'>;

export function defineSource<Config>(
  name: StageName,
  stage: Declaration<SourceStage<Config>>,
): SourceStage<Config> {
  return { name, shape: 'source', ...stage };
}

export function defineStage<Config, Topic extends TopicName>(
  name: StageName,
  stage: Declaration<MapStage<Config, Topic>>,
): MapStage<Config, Topic> {
  return { name, shape: 'map', ...stage };
}

export function defineJoin<Config, Topic extends TopicName>(
  name: StageName,
  stage: Declaration<JoinStage<Config, Topic>>,
): JoinStage<Config, Topic> {
  return { name, shape: 'join', ...stage };
}

export function defineWriter<Config>(
  name: StageName,
  stage: Declaration<WriterStage<Config>>,
): WriterStage<Config> {
  return { name, shape: 'writer', ...stage };
}
