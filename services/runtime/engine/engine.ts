/**
 * What the stage runners of one process share: the bus, the codec, facts about the run, and the one
 * place where records are made and produced. Outputs of a record are produced in one call, before
 * the record is acknowledged; their ids derive from content, so producing them twice is harmless
 * (I7).
 */
import type { Logger } from 'pino';
import type { Envelope, TopicBodies, Usage } from '../../../schemas/generated/types.ts';
import {
  deadLetterTopic,
  graph,
  lifecycle,
  physicalTopic,
  type StageName,
  type TopicName,
} from '../../../schemas/topology.ts';
import { noUsage } from '../../ports/usage.ts';
import type { Bus, IncomingRecord, OutgoingRecord } from '../bus/bus.ts';
import { type Clock, timeOfDayMs } from '../clock.ts';
import type { RuntimeKnobs } from '../config/knobs.ts';
import { type ErrorCode, PipelineError, waitsForNextRun } from '../errors.ts';
import { childId } from '../ids.ts';
import { type Emit, emit, type Subject } from '../outcomes.ts';
import { type Codec, inlineBytesMax } from '../records/codec.ts';
import type { AnyStage, AnyTools, CrashPoint, RunFacts } from '../stage.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { RunProgress } from '../watch/progress.ts';
import type { Traces } from '../watch/traces/traces.ts';
import type { Burials } from './burials.ts';
import type { CrashJournal } from './crash-journal.ts';

export interface Engine {
  readonly bus: Bus;
  readonly codec: Codec;
  readonly run: RunFacts;
  readonly settings: RuntimeKnobs;
  readonly clock: Clock;
  readonly log: Logger;
  /** Removes secrets from text that others wrote, as records of failures quote it. */
  readonly hide: (text: string) => string;
  readonly metrics: Metrics;
  readonly progress: RunProgress;
  readonly traces: Traces;
  readonly crashes: CrashJournal;
  readonly burials: Burials;
  readonly crashPoint: CrashPoint;
  /** Aborted when the run ends, for any reason. */
  readonly signal: AbortSignal;
  /** Ends the run with an error. */
  readonly fail: (error: unknown) => void;
  /** Ends a bounded run successfully: its output is complete and durable. */
  readonly finish: () => void;
  /** Throws this stage's state away and starts it again, after a handler crashed. */
  readonly restart: (stage: StageName) => void;
  readonly toolsFor: (stage: AnyStage) => AnyTools;
  /** Holds paused stages back; absent where stages cannot be paused. */
  readonly gate?: StageGate;
  /** Absent where the input is what the configuration names, as in every bounded run. */
  readonly inputs?: AddedSources;
}

export interface StageGate {
  /** Resolves when the stage may take its next record, or the signal aborts. */
  pass(stage: StageName, signal: AbortSignal): Promise<void>;
}

/** Sources that people have added to a live data set. */
export interface AddedSources {
  /** In the order in which they were added; one that was added again is there again. */
  added(): readonly string[];
  /** Resolves when there are more than so many, or the signal aborts. */
  addedBeyond(count: number, signal: AbortSignal): Promise<void>;
}

/** A running stage. */
export interface StageRunner {
  /** Partitions that this process holds; null for a source, which has none. */
  assigned(): number | null;
  /** Takes no more records, waits for those being handled, and commits. */
  stop(): Promise<void>;
}

export interface PlannedRecord {
  readonly topic: TopicName;
  readonly envelope: Envelope;
  readonly body: TopicBodies[TopicName];
}

/** Tells the metrics how long a record has waited for its stage. */
export function beganRecord({ metrics }: Engine, stage: StageName, record: IncomingRecord): void {
  if (record.timeMs !== undefined) metrics.waited(stage, (timeOfDayMs() - record.timeMs) / 1000);
}

/** The record that a stage's `emit` makes from a parent. */
export function childRecord(stage: StageName, parent: Envelope, output: Emit): PlannedRecord {
  const { version } = graph[stage];
  return {
    topic: output.topic,
    body: output.body,
    envelope: {
      ...parent,
      id: childId(parent.id, stage, version, output.topic, output.ordinal),
      parentId: parent.id,
      stage,
      stageVersion: version,
    },
  };
}

/** The parent envelope of records about the whole data set. */
export function datasetEnvelope(engine: Engine): Envelope {
  const { dataset, seed } = engine.run;
  return {
    id: dataset,
    parentId: '',
    repositoryId: dataset,
    dataset,
    stage: '',
    stageVersion: 0,
    seed,
    eventTimeMs: 0,
    sourceSequence: 0,
    attempt: 0,
  };
}

/**
 * Encodes and produces records in one durable call. Large bodies are written to the blob store
 * first.
 */
export async function produce(
  engine: Engine,
  records: readonly PlannedRecord[],
  others: readonly OutgoingRecord[] = [],
): Promise<void> {
  const safe = records.map(({ body, ...record }) => ({ ...record, body: hideIn(engine, body) }));
  const outgoing = await Promise.all(
    safe.map(async ({ topic, envelope, body }) => ({
      topic: physicalTopic(engine.run.dataset, topic),
      key: envelope.repositoryId,
      value: await engine.codec.encode(topic, envelope, body),
    })),
  );
  if (outgoing.length + others.length > 0) await engine.bus.produce([...outgoing, ...others]);
  for (const { topic, envelope, body } of safe) engine.progress.observe(topic, envelope, body);
}

/** Fields in which a record says why something failed, often in the words of another program. */
const failureFields = ['detail', 'reason'] as const;

/** In the body itself, and in its lists of what is lacking. */
function hideIn<Body extends object>(engine: Pick<Engine, 'hide'>, body: Body): Body {
  const fields = body as Record<string, unknown>;
  const said = failureFields.flatMap((field): [string, unknown][] => {
    const text = fields[field];
    return typeof text === 'string' ? [[field, engine.hide(text)]] : [];
  });
  const { lacks } = fields;
  if (Array.isArray(lacks)) said.push(['lacks', lacks.map((lack: object) => hideIn(engine, lack))]);
  return said.length === 0 ? body : { ...body, ...Object.fromEntries(said) };
}

/** The `dropped` record that ends a repository. */
export function droppedRecord(
  stage: StageName,
  parent: Envelope,
  name: string,
  origin: string,
  end: { disposition: 'drop' | 'dead_letter' } & Pick<Cause, 'reason' | 'detail' | 'usage'>,
): PlannedRecord {
  const body = { name, origin, stage, ...end, usage: end.usage ?? noUsage };
  return childRecord(stage, parent, emit(lifecycle.dropped, body));
}

/**
 * Most bytes of the failed record that a dead letter carries, so that the dead letter fits wherever
 * other records do: twice what stages put into one record. A larger record, written by another
 * producer, can be read whole at the offset that the dead letter names.
 */
export const carriedBytesMax = 2 * inlineBytesMax;

/** Why a record ended other than by its outputs. */
export interface Cause {
  readonly reason: ErrorCode;
  readonly detail: string;
  readonly attempts: number;
  /** What was paid for in vain; answers are remembered, so each attempt says the whole. */
  readonly usage?: Usage;
}

/** A record of a topic that a stage could not handle. */
export interface DeadLetter {
  readonly stage: StageName;
  readonly topic: TopicName;
  readonly record: IncomingRecord;
  readonly cause: Cause;
}

export function deadLetterRecord(
  engine: Pick<Engine, 'run' | 'codec' | 'hide'>,
  { stage, topic, record, cause }: DeadLetter,
  envelope: Envelope,
): OutgoingRecord {
  const { version } = graph[stage];
  const { reason, detail, attempts } = cause;
  return {
    topic: physicalTopic(engine.run.dataset, deadLetterTopic(topic)),
    key: record.key,
    value: engine.codec.encodeDeadLetter(topic, {
      envelope: {
        ...envelope,
        id: childId(envelope.id, stage, version, deadLetterTopic(topic), 0),
        parentId: envelope.id,
        stage,
        stageVersion: version,
        attempt: attempts,
      },
      body: {
        stage,
        topic,
        partition: record.partition,
        offset: record.offset,
        reason,
        detail: engine.hide(detail),
        attempts,
        payload: Buffer.from(record.value.subarray(0, carriedBytesMax)),
      },
      bodyReference: null,
    }),
  };
}

/** The letter with the name of its repository, for people, where that is known. */
export function named(letter: DeadLetter, repository: Pick<Subject, 'name'> | null): DeadLetter {
  if (repository === null) return letter;
  const { cause } = letter;
  return { ...letter, cause: { ...cause, detail: `${repository.name}: ${cause.detail}` } };
}

/**
 * Makes an ending durable, with its dead letter unless the record was buried before. False when it
 * was.
 */
export async function bury(
  engine: Engine,
  ending: readonly PlannedRecord[],
  letter: DeadLetter,
  envelope: Envelope,
): Promise<boolean> {
  const { topic, stage } = letter;
  const { partition, offset } = letter.record;
  const isNew = !(await engine.burials.has({ topic, stage, partition, offset }));
  await produce(engine, ending, isNew ? [deadLetterRecord(engine, letter, envelope)] : []);
  return isNew;
}

/** Dead letters of this process that only wait for the next run. */
const waiting = new WeakMap<Engine, number>();

/** Counts a dead letter and halts the run when there are too many. */
export function countDeadLetter(engine: Engine, stage: StageName, cause: Cause): void {
  const detail = `${stage}: ${cause.detail}`;
  engine.metrics.buried(stage);
  engine.progress.deadLetters += 1;
  engine.log.warn({ deadLetters: engine.progress.deadLetters, detail }, 'a dead letter');
  if (waitsForNextRun(cause.reason)) waiting.set(engine, (waiting.get(engine) ?? 0) + 1);
  const counted = engine.progress.deadLetters - (waiting.get(engine) ?? 0);
  if (counted <= engine.settings.deadLettersMax) return;
  engine.fail(
    new PipelineError(
      'DEAD_LETTER_LIMIT',
      `more than ${engine.settings.deadLettersMax} dead letters, the last one: ${detail}; ` +
        'mend the cause and run again, or raise runtime.deadLettersMax',
    ),
  );
}

/** The topic's name without the data set. */
export function logicalTopic(engine: Engine, physical: string): TopicName {
  return physical.slice(physicalTopic(engine.run.dataset, '').length) as TopicName;
}
