/**
 * How a stage is declared. Four shapes cover the graph: a source makes records from nothing, a map
 * turns one record into outcomes, a join gathers the parts of one repository, a writer owns durable
 * output and decides itself where it resumes. A stage sees `Tools`, never the environment.
 */
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { BlobReference, Envelope, TopicBodies, Usage } from '../../schemas/generated/types.ts';
import {
  graph,
  type Neighbour,
  type NeighbourOf,
  type ReadsOf,
  type StageName,
  type TopicName,
} from '../../schemas/topology.ts';
import type { CodeHost } from '../ports/code-host.ts';
import type { Scorer } from '../ports/scorer.ts';
import type { Teacher } from '../ports/teacher.ts';
import type { DropCode, PipelineError } from './errors.ts';
import type { Emit, Outcome, Subject } from './outcomes.ts';
import type { CounterOf, NoReport, StageReport } from './report.ts';
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

/** A point where a test may kill the process; the name says between which two effects it lies. */
export type CrashPoint = (name: string) => void;

/** Thrown by a test's crash point: from here on nothing of this process may take effect. */
export class ProcessDeath extends Error {
  override readonly name = 'ProcessDeath';
}

/** Facts about the run that are not a stage's own knobs. */
export interface RunFacts {
  readonly dataset: string;
  readonly seed: number;
  /** Output folder of an embedded run; shards, manifest and provenance live below it. */
  readonly outputFolder: string;
  /**
   * True for `run` and `replay`: the input ends, order is restored, bytes do not depend on time.
   */
  readonly bounded: boolean;
  /** Hash of everything the output depends on: configuration, versions of the stages, data set. */
  readonly runId: string;
}

/**
 * The tools that every stage gets. Blobs and bodies are among them because records refer to them.
 */
export interface CommonTools<Config, Counter extends string> {
  readonly config: Config;
  readonly run: RunFacts;
  readonly log: Logger;
  readonly blobs: BlobStore;
  readonly bodies: BodyStore;
  /** Aborted on a graceful stop; long work should listen. */
  readonly signal: AbortSignal;
  readonly crashPoint: CrashPoint;
  /** Adds to a counter that the stage's report declares. */
  readonly count: (counter: Counter, by?: number) => void;
}

/** Tools that a stage gets only if the topology says that it talks to the neighbour. */
export interface NeighbourTools {
  readonly teacher: Teacher;
  /** Null when the search is off. */
  readonly scorer: Scorer | null;
  /** Null when no source is on a code host. */
  readonly codeHost: CodeHost | null;
  /** Where a writer keeps its durable output. */
  readonly objects: ObjectStore;
}

/** The tool for each neighbour; null for neighbours that a stage opens itself. */
export const neighbourTools = {
  teacher: 'teacher',
  scorer: 'scorer',
  'shard store': 'objects',
  'code host': 'codeHost',
  'parser child processes': null,
  tokenizer: null,
} as const satisfies Readonly<Record<Neighbour, keyof NeighbourTools | null>>;

type ToolFor<Name extends Neighbour> = Exclude<(typeof neighbourTools)[Name], null>;

/** The tools of the stage of this name. */
export type Tools<
  Name extends StageName,
  Config,
  Report extends StageReport = NoReport,
> = CommonTools<Config, CounterOf<Report>> & Pick<NeighbourTools, ToolFor<NeighbourOf<Name>>>;

/** Knobs of a stage: a Zod object, whose fields are the section of the stage's name. */
type Knobs = z.ZodObject;

export interface StageCommon<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
> {
  /** Knobs with defaults; parsed before the stage starts. */
  readonly config: Config;
  readonly report?: Report;
  /**
   * Called once at start, for resources such as child processes; `close` ends them. `open`, every
   * call and `close` get the same tools object: stages keep resources keyed by it, because a
   * process may open a stage more than once.
   */
  readonly open?: (tools: Tools<Name, z.infer<Config>, Report>) => Promise<void>;
  readonly close?: (tools: Tools<Name, z.infer<Config>, Report>) => Promise<void>;
}

export interface SourceItem {
  /** From the content, never from the place in the input: whoever reads it again gets the same. */
  readonly repositoryId: string;
  readonly eventTimeMs: number;
  /** The name that people know it by, for a `dropped` record. */
  readonly subject: Subject;
  readonly outcome: Emit | Unreadable | Known;
}

/** The source gave no repository. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: DropCode;
  readonly detail: string;
}

/** The data set has a record of the repository, so it was not fetched again. */
export interface Known {
  readonly kind: 'known';
}

/** What a source has written so far, in this and in earlier processes. */
export interface SourcePast {
  /** Whether the data set has a record of this repository, be it a drop. */
  has(repositoryId: string): boolean;
  /** Whether a repository with these files was emitted: another one is dropped. */
  hasTree(treeSha256: string): boolean;
  /** The readable bodies of the source's own records in one of its topics, in order. */
  bodies<Topic extends TopicName>(
    topic: Topic,
    visit: (body: TopicBodies[Topic], sourceSequence: number) => void,
  ): Promise<void>;
  /**
   * Why the input is read: to take what is new; again, in a live data set, so that also what was
   * read before may have changed; or to compare it with the records of a finished run, for which
   * nobody outside is asked: what was never listed counts as one new item.
   */
  readonly purpose: 'read' | 'again' | 'compare';
  /** Sources that were added to the running data set, beside those of the configuration. */
  readonly added: readonly string[];
  /** True where only the added ones are to be read. */
  readonly addedOnly: boolean;
}

interface SourceDeclaration<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
> extends StageCommon<Name, Config, Report> {
  /**
   * Yields the whole input each time; the runtime knows by their ids which items it has taken
   * already. Between the items it may yield records about the input as such, which the runtime
   * writes and a later process reads in `past`. When it ends, a bounded run closes its input.
   */
  readonly items: (
    tools: Tools<Name, z.infer<Config>, Report>,
    past: SourcePast,
  ) => AsyncIterable<SourceItem | Emit>;
  /** How long after its end the input of a live data set is read again; null never. */
  readonly againMs?: (config: z.infer<Config>) => number | null;
}

/** Why a record was given up. */
export interface Failure {
  /** Code and message. */
  readonly reason: string;
  /** It may succeed when it is tried again: nothing final may be made of it. */
  readonly passing: boolean;
  /** What was paid for in vain. */
  readonly usage: Usage;
}

/** How the graph learns that a record ended here without output. */
export type MapEnd<Topic extends TopicName> =
  /** The record is a whole repository: gives the subject of its `dropped` record. */
  | { readonly subject: (record: StageRecord<Topic>) => Subject }
  /** The record is a part of a repository: gives the failed child that the join waits for. */
  | { readonly failed: (record: StageRecord<Topic>, failure: Failure) => Emit };

interface MapDeclaration<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
  Topic extends TopicName,
> extends StageCommon<Name, Config, Report> {
  /** Records handled at once. */
  readonly concurrency: (config: z.infer<Config>) => number;
  readonly handle: (
    record: StageRecord<Topic>,
    tools: Tools<Name, z.infer<Config>, Report>,
  ) => Promise<readonly Outcome[]>;
  readonly end: MapEnd<Topic>;
}

/** Which part this is and how many there are; redelivered parts replace, never count twice. */
export interface Part {
  readonly ordinal: number;
  readonly of: number;
  /** It was given up, and its record may be tried again. */
  readonly failed: boolean;
}

interface JoinDeclaration<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
  Topic extends TopicName,
> extends StageCommon<Name, Config, Report> {
  readonly part: (record: StageRecord<Topic>) => Part;
  /** Called once with all parts of a repository, in ordinal order. */
  readonly complete: (
    parts: readonly StageRecord<Topic>[],
    tools: Tools<Name, z.infer<Config>, Report>,
  ) => Promise<readonly Outcome[]>;
}

export interface WriterResult {
  readonly outcomes: readonly Emit[];
  /** Which repositories the writer has just made durable under which name, for traces alone. */
  readonly stored?: readonly { readonly name: string; readonly repositoryIds: readonly string[] }[];
  /** True when a bounded run is complete and everything is durable. */
  readonly done: boolean;
}

/**
 * Ends one record of many that a writer holds, with a code that rejects: when it resolves, its dead
 * letter is durable.
 */
export type RejectRecord = (
  at: Pick<StageRecord, 'topic' | 'partition' | 'offset'>,
  error: PipelineError,
) => Promise<void>;

/** Durable output with its own commit protocol. Calls are serial, in partition order. */
export interface Writer {
  /** First offset still needed from a partition, from durable state; 0 at the start. */
  resumeOffset(topic: TopicName, partition: number): number;
  /**
   * Called once, before any record: returns what the durable state already implies. The process may
   * have died before it announced its last commit, and a complete bounded run has no record left to
   * read.
   */
  begin(): WriterResult;
  accept(record: StageRecord): Promise<WriterResult>;
  /**
   * Called once when no record has come for `WriterStage.quietMs`: makes pending data durable
   * without waiting for more. Never called in a bounded run, whose bytes must not depend on the
   * clock.
   */
  idle?(): Promise<WriterResult>;
  close(): Promise<void>;
}

interface WriterDeclaration<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
> extends StageCommon<Name, Config, Report> {
  readonly openWriter: (
    tools: Tools<Name, z.infer<Config>, Report>,
    reject: RejectRecord,
  ) => Promise<Writer>;
  /**
   * Called before a bounded run goes on, where repositories from this source position on are tried
   * again: forgets what is durable from there on. It is made anew, with the same bytes up to there.
   */
  readonly rewind?: (
    tools: Tools<Name, z.infer<Config>, Report>,
    sequence: number,
  ) => Promise<void>;
  /** How long a live stream must be quiet before `idle` is called. */
  readonly quietMs?: (config: z.infer<Config>) => number;
}

interface Named<Name extends StageName, Shape extends string> {
  readonly name: Name;
  readonly shape: Shape;
}

/** A stage that reads one topic, which the topology names. */
interface Reading<Topic extends TopicName> {
  readonly reads: Topic;
}

export type SourceStage<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
> = Named<Name, 'source'> & SourceDeclaration<Name, Config, Report>;

export type MapStage<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
  Topic extends TopicName,
> = Named<Name, 'map'> & Reading<Topic> & MapDeclaration<Name, Config, Report, Topic>;

export type JoinStage<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
  Topic extends TopicName,
> = Named<Name, 'join'> & Reading<Topic> & JoinDeclaration<Name, Config, Report, Topic>;

export type WriterStage<
  Name extends StageName,
  Config extends Knobs,
  Report extends StageReport,
> = Named<Name, 'writer'> & WriterDeclaration<Name, Config, Report>;

/**
 * Knobs, report and topic of a stage that is not known statically; the runtime has parsed and
 * decoded them.
 */
// biome-ignore lint/suspicious/noExplicitAny: every stage has its own.
type Erased = any;
export type AnySource = SourceStage<StageName, Erased, Erased>;
export type AnyMap = MapStage<StageName, Erased, Erased, Erased>;
export type AnyJoin = JoinStage<StageName, Erased, Erased, Erased>;
export type AnyWriter = WriterStage<StageName, Erased, Erased>;
/** All existing tools. */
export type AnyTools = Tools<StageName, Erased, Erased>;
export type AnyStage = AnySource | AnyMap | AnyJoin | AnyWriter;

export function defineSource<
  const Name extends StageName,
  Config extends Knobs,
  Report extends StageReport = NoReport,
>(name: Name, stage: SourceDeclaration<Name, Config, Report>): SourceStage<Name, Config, Report> {
  return { name, shape: 'source', ...stage };
}

export function defineStage<
  const Name extends StageName,
  Config extends Knobs,
  Report extends StageReport = NoReport,
>(
  name: Name,
  stage: MapDeclaration<Name, Config, Report, ReadsOf<Name>>,
): MapStage<Name, Config, Report, ReadsOf<Name>> {
  return { name, shape: 'map', reads: onlyTopic(name), ...stage };
}

export function defineJoin<
  const Name extends StageName,
  Config extends Knobs,
  Report extends StageReport = NoReport,
>(
  name: Name,
  stage: JoinDeclaration<Name, Config, Report, ReadsOf<Name>>,
): JoinStage<Name, Config, Report, ReadsOf<Name>> {
  return { name, shape: 'join', reads: onlyTopic(name), ...stage };
}

function onlyTopic<Name extends StageName>(name: Name): ReadsOf<Name> {
  const [topic, ...others] = graph[name].reads;
  if (topic === undefined || others.length > 0) throw new Error(`${name} must read one topic`);
  return topic as ReadsOf<Name>;
}

export function defineWriter<
  const Name extends StageName,
  Config extends Knobs,
  Report extends StageReport = NoReport,
>(name: Name, stage: WriterDeclaration<Name, Config, Report>): WriterStage<Name, Config, Report> {
  return { name, shape: 'writer', ...stage };
}
