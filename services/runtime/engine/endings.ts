/**
 * How a record ends: one table for every shape of stage. It gives a record's fate by what happened
 * and where; the functions below carry it out. A transient fault never costs a good record (I5,
 * I11): outside a handler the step is retried, and if that does not help the process stops.
 */
import type { Envelope } from '../../../schemas/generated/types.ts';
import type { StageName, TopicName } from '../../../schemas/topology.ts';
import type { IncomingRecord } from '../bus/bus.ts';
import { asPipelineError, type Disposition, PipelineError } from '../errors.ts';
import type { Emit, Subject } from '../outcomes.ts';
import { retryFailures } from '../retry.ts';
import { ProcessDeath, type StageRecord } from '../stage.ts';
import {
  bury,
  type Cause,
  childRecord,
  countDeadLetter,
  type Engine,
  named,
  type PlannedRecord,
  produce,
} from './engine.ts';
import { findRepository } from './found-repository.ts';
import { deadLetterUnreadable } from './unreadable.ts';

export type Fate =
  /** Its outputs are made durable; then it is complete. */
  | 'complete'
  /**
   * The record that ends it in the graph (`dropped`, or a failed child) is made durable; then it is
   * complete.
   */
  | 'drop'
  /** As `drop`, and with a dead letter. */
  | 'dead letter'
  /** As `dead letter`; then the stage is restarted, since the crash may have left it broken. */
  | 'poison'
  /** The step that failed is tried again after a pause. */
  | 'again'
  /** The record stays: the stage restarts from its commits, and the record is delivered again. */
  | 'restart'
  /** The record stays: the process ends with the error, and the next process gets the record. */
  | 'stop';

/**
 * How a thrown error counts: a coded error by its disposition, anything else as our bug, a crash.
 */
export type Thrown = Disposition | 'crash';

/**
 * The fate of a record; two fates where tries or crashes are counted: before the limit and at it.
 */
type Row = readonly [Fate] | readonly [first: Fate, last: Fate];

export const endings = {
  /** In the handler: by what the handler decided or threw. */
  handler: {
    emit: ['complete'],
    drop: ['drop'],
    reject: ['dead letter'],
    /** At most `runtime.retriesMax` times. */
    retry: ['again', 'dead letter'],
    fatal: ['stop'],
    /** Poison at the `runtime.crashesMax`-th crash on one record; restarts do not reset it. */
    crash: ['restart', 'poison'],
  },
  /** Around the handler, while the record is read or its ending is written: by what was thrown. */
  around: {
    // A drop is a decision about a record's content, and outside the handler nobody has looked at
    // it.
    drop: ['dead letter'],
    reject: ['dead letter'],
    /**
     * Retried for `runtime.patienceMs`. The bus, the store or the registry is at fault, not the
     * record.
     */
    retry: ['again', 'stop'],
    fatal: ['stop'],
    crash: ['restart', 'poison'],
  },
} as const satisfies {
  readonly handler: Readonly<Record<'emit' | Thrown, Row>>;
  readonly around: Readonly<Record<Thrown, Row>>;
};

type Last<Of extends Row> = Of extends readonly [Fate, infer Second] ? Second : Of[0];

function lastOf<Of extends Row>(row: Of): Last<Of> {
  return (row[1] ?? row[0]) as Last<Of>;
}

export function thrownAs(error: unknown): Thrown {
  if (error instanceof PipelineError) return error.disposition;
  return error instanceof ProcessDeath ? 'fatal' : 'crash';
}

/** A record that is being handled; for a repository that a join completes, one of its parts. */
export interface Handling {
  readonly engine: Engine;
  readonly stage: StageName;
  readonly topic: TopicName;
  /** The record that a dead letter would carry. */
  readonly record: IncomingRecord;
  /** Crashes are counted under this name, also when the record is delivered again. */
  readonly subject: string;
  /** Null until the record was read. */
  readonly origin: Origin | null;
}

/** The parent of the records that an ending writes. */
export interface Origin {
  readonly envelope: Envelope;
  /** Makes the record that tells the graph how the handled one ended. */
  readonly ending: (disposition: 'drop' | 'dead_letter', cause: HandlerCause) => PlannedRecord;
}

/** A cause; a handler may add the name that people know the repository by. */
export type HandlerCause = Cause & { readonly subject?: Subject };

/** The result of a handler, after all retries. */
export type Happened =
  | { readonly kind: 'emit'; readonly outputs: readonly Emit[] }
  | { readonly kind: 'drop' | 'reject' | 'retry'; readonly cause: HandlerCause }
  | { readonly kind: 'thrown'; readonly error: unknown }
  /** The run ended before the handler decided. */
  | { readonly kind: 'stopped' };

/** Ends a record by the handler's result. False: the record stays, and is delivered again later. */
export async function endHandled(handling: Handling, happened: Happened): Promise<boolean> {
  const { engine, stage } = handling;
  engine.crashPoint(`${stage}:after-handle`);
  if (happened.kind === 'stopped') return false;
  if (happened.kind === 'thrown') return endThrown(handling, 'handler', happened.error);
  if (happened.kind === 'emit') await complete(handling, happened.outputs);
  else await tell(handling, lastOf(endings.handler[happened.kind]), happened.cause);
  engine.crashPoint(`${stage}:after-produce`);
  return true;
}

/** Ends a record by the error thrown. False: the record stays, and is delivered again later. */
export async function endThrown(
  handling: Handling,
  place: keyof typeof endings,
  error: unknown,
): Promise<boolean> {
  const { engine, stage, subject } = handling;
  if (engine.signal.aborted) return false;
  const coded = asPipelineError(error, subject);
  const kind = thrownAs(coded);
  // Noted before anything else, because the process may not survive the crash.
  const crashes = kind === 'crash' ? noteCrash(handling, coded) : 0;
  const comesAgain = kind === 'crash' && crashes < engine.settings.crashesMax;
  // A transient failure has used up its tries or its patience before it comes here.
  const fate = comesAgain ? endings[place].crash[0] : lastOf(endings[place][kind]);
  if (fate === 'stop') stopProcess(engine, stage, coded);
  if (fate === 'restart') engine.restart(stage);
  if (fate === 'stop' || fate === 'restart') return false;
  try {
    await tell(handling, fate === 'drop' ? 'drop' : 'dead letter', causeOf(coded, crashes));
    if (fate === 'poison') engine.restart(stage);
    return true;
  } catch (second) {
    stopProcess(engine, stage, second);
    return false;
  }
}

/**
 * For errors that belong to no record: a source works on no record, and a writer's state holds many
 * records. An error in their own work ends the process, and the next process continues from the
 * durable state.
 */
export function stopProcess(engine: Engine, stage: StageName, error: unknown): void {
  if (!engine.signal.aborted) engine.fail(asPipelineError(error, stage));
}

/** The longest wait between two tries, in a handler or around it. */
export const waitMsMax = 60_000;

/** Runs a step around a handler, and repeats it while it fails transiently. */
export function patiently<Result>(
  { engine, stage }: Pick<Handling, 'engine' | 'stage'>,
  step: () => Promise<Result>,
): Promise<Result> {
  const { clock, signal, log, settings } = engine;
  const { retryBaseMs: baseMs, patienceMs } = settings;
  const onWait = (error: unknown, waitedMs: number) =>
    log.warn({ stage, err: error, waitedMs }, 'retrying after a transient failure');
  const onBack = (waitedMs: number) => log.warn({ stage, waitedMs }, 'works again');
  const mayPass = (error: unknown) => endings.around[thrownAs(error)][0] === 'again';
  const backoff = { clock, signal, baseMs, waitMsMax, patienceMs, onWait, onBack };
  return retryFailures(backoff, mayPass, step);
}

/** Decodes a record into the form that the stage sees. */
export async function readRecord<Topic extends TopicName>(
  handling: Pick<Handling, 'engine' | 'stage' | 'record'> & { readonly topic: Topic },
): Promise<StageRecord<Topic>> {
  const { engine, topic, record } = handling;
  const { partition, offset, value } = record;
  const decoded = await patiently(handling, () => engine.codec.decode(topic, value));
  return { topic, partition, offset, ...decoded };
}

export function originOf({ stage, origin }: Pick<Handling, 'stage' | 'origin'>): Origin {
  if (origin === null) throw new Error(`${stage} has handled a record that was not read`);
  return origin;
}

async function complete(handling: Handling, outputs: readonly Emit[]): Promise<void> {
  const { engine, stage } = handling;
  const { envelope } = originOf(handling);
  const records = outputs.map((output) => childRecord(stage, envelope, output));
  await patiently(handling, () => produce(engine, records));
}

/** Writes the record that tells the graph of the ending and, for people, the dead letter. */
async function tell(
  handling: Handling,
  fate: 'drop' | 'dead letter',
  cause: HandlerCause,
): Promise<void> {
  const { engine, stage } = handling;
  let isNew = false;
  await patiently(handling, async () => {
    // A first try may have written the dead letter before it failed.
    isNew = (await writeEnding(handling, fate, cause)) || isNew;
  });
  if (isNew) countDeadLetter(engine, stage, cause);
}

/** True when this wrote a dead letter. */
async function writeEnding(
  { engine, stage, topic, record, origin }: Handling,
  fate: 'drop' | 'dead letter',
  cause: HandlerCause,
): Promise<boolean> {
  const letter = { stage, topic, record, cause };
  if (origin === null) {
    if (fate === 'dead letter') return deadLetterUnreadable(engine, letter);
    throw new Error(`${stage} drops a record that was not read`);
  }
  if (fate === 'drop') {
    await produce(engine, [origin.ending('drop', cause)]);
    return false;
  }
  const subject = cause.subject ?? (await findRepository(engine, topic, record));
  const known = subject === null ? cause : { ...cause, subject };
  const ending = origin.ending('dead_letter', known);
  return bury(engine, [ending], named(letter, subject), origin.envelope);
}

function noteCrash({ engine, stage, subject }: Handling, error: unknown): number {
  const crashes = engine.crashes.add(stage, subject);
  engine.log.error({ stage, subject, crashes, err: error }, 'a record crashed its stage');
  return crashes;
}

function causeOf(error: unknown, crashes: number): Cause {
  if (error instanceof PipelineError) {
    return { reason: error.code, detail: error.message, attempts: 1 };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { reason: 'STAGE_POISONED', detail, attempts: crashes };
}
