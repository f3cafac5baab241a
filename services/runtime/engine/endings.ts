/**
 * How a record ends: one table for every shape of stage. It says what becomes of a record by what
 * happened and where; the functions below carry it out. A fault that may pass never costs a good
 * record (I5, I11): outside a handler the step is tried again, and in the end the process stops.
 */
import type { Envelope } from '../../../schemas/generated/types.ts';
import type { StageName, TopicName } from '../../../schemas/topology.ts';
import type { IncomingRecord } from '../bus/bus.ts';
import { asPipelineError, type Disposition, PipelineError } from '../errors.ts';
import type { Emit, Subject } from '../outcomes.ts';
import { retryFailures } from '../retry.ts';
import { ProcessDeath, type StageRecord } from '../stage.ts';
import {
  type Cause,
  childRecord,
  countDeadLetter,
  deadLetterRecord,
  type Engine,
  type PlannedRecord,
  produce,
} from './engine.ts';
import { deadLetterUnreadable } from './unreadable.ts';

export type Fate =
  /** Its outputs are durable, then it is complete. */
  | 'complete'
  /** What tells the graph of its end is durable (`dropped`, or a failed child): complete. */
  | 'drop'
  /** The same, with a dead letter. */
  | 'dead letter'
  /** A dead letter; and the stage is started again, for the crash may have broken it. */
  | 'poison'
  /** What failed is tried again after a pause. */
  | 'again'
  /** It stays: the stage is started again from its commits, and the record comes again. */
  | 'restart'
  /** It stays: the process ends with the error, and the record comes to the next process. */
  | 'stop';

/** What was thrown: a coded error by its disposition; anything else is our bug, a crash. */
export type Thrown = Disposition | 'crash';

/** What becomes of a record; two where tries or crashes are counted: at first, and at the limit. */
type Row = readonly [Fate] | readonly [first: Fate, last: Fate];

export const endings = {
  /** In the handler: by what it decided or threw. */
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
  /** Around it, while the record is read or its end is written: by what was thrown. */
  around: {
    // A drop is a decision about what is in a record, and here nobody has looked into it.
    drop: ['dead letter'],
    reject: ['dead letter'],
    /** For `runtime.patienceMs`. The bus, the store or the registry is at fault, not the record. */
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

/** A record on its way to an end; of a repository that a join completes, one of its parts. */
export interface Handling {
  readonly engine: Engine;
  readonly stage: StageName;
  readonly topic: TopicName;
  /** What a dead letter carries. */
  readonly record: IncomingRecord;
  /** Crashes are counted under this name, also when the record comes again. */
  readonly subject: string;
  /** Null until the record was read. */
  readonly origin: Origin | null;
}

/** What ends descend from. */
export interface Origin {
  readonly envelope: Envelope;
  /** The record that tells the graph of an end. */
  readonly ending: (disposition: 'drop' | 'dead_letter', cause: HandlerCause) => PlannedRecord;
}

/** A handler may know what a person calls the repository. */
export type HandlerCause = Cause & { readonly subject?: Subject };

/** What a handler came to, all retries included. */
export type Happened =
  | { readonly kind: 'emit'; readonly outputs: readonly Emit[] }
  | { readonly kind: 'drop' | 'reject' | 'retry'; readonly cause: HandlerCause }
  | { readonly kind: 'thrown'; readonly error: unknown }
  /** The run is over: nothing was decided. */
  | { readonly kind: 'stopped' };

/** Ends a record by what its handler came to. False: it stays, and comes again later. */
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

/** Ends a record by what was thrown. False: it stays, and comes again later. */
export async function endThrown(
  handling: Handling,
  place: keyof typeof endings,
  error: unknown,
): Promise<boolean> {
  const { engine, stage, subject } = handling;
  if (engine.signal.aborted) return false;
  const coded = asPipelineError(error, subject);
  const kind = thrownAs(coded);
  // Noted before anything is done about it: the process may not outlive that.
  const crashes = kind === 'crash' ? noteCrash(handling, coded) : 0;
  const comesAgain = kind === 'crash' && crashes < engine.settings.crashesMax;
  // A failure that may pass has used up its tries or its patience before it comes here.
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
 * For what is in no row: a source works on no record, and a writer's state holds those of many. An
 * error of their own ends the process, and the next one goes on from what is durable.
 */
export function stopProcess(engine: Engine, stage: StageName, error: unknown): void {
  if (!engine.signal.aborted) engine.fail(asPipelineError(error, stage));
}

/** The longest wait between two tries, of a handler or around it. */
export const waitMsMax = 60_000;

/** Does a step around a handler, again and again while what fails may pass. */
export function patiently<Result>(
  { engine, stage }: Pick<Handling, 'engine' | 'stage'>,
  step: () => Promise<Result>,
): Promise<Result> {
  const { clock, signal, log, settings } = engine;
  const { retryBaseMs: baseMs, patienceMs } = settings;
  const onWait = (error: unknown, waitedMs: number) =>
    log.warn({ stage, err: error, waitedMs }, 'waiting for what may pass');
  const mayPass = (error: unknown) => endings.around[thrownAs(error)][0] === 'again';
  return retryFailures({ clock, signal, baseMs, waitMsMax, patienceMs, onWait }, mayPass, step);
}

/** What the stage sees of a record. */
export async function readRecord<Topic extends TopicName>(
  handling: Pick<Handling, 'engine' | 'stage' | 'record'> & { readonly topic: Topic },
): Promise<StageRecord<Topic>> {
  const { engine, topic, record } = handling;
  const { partition, offset, value } = record;
  const decoded = await patiently(handling, () => engine.codec.decode(topic, value));
  return { topic, partition, offset, ...decoded };
}

/** What a record is called before it was read. */
export function placeOf({ topic, partition, offset }: IncomingRecord): string {
  return `${topic}/${partition}/${offset}`;
}

function originOf({ stage, origin }: Handling): Origin {
  if (origin === null) throw new Error(`${stage} has handled a record that was not read`);
  return origin;
}

async function complete(handling: Handling, outputs: readonly Emit[]): Promise<void> {
  const { engine, stage } = handling;
  const { envelope } = originOf(handling);
  const records = outputs.map((output) => childRecord(stage, envelope, output));
  await patiently(handling, () => produce(engine, records));
}

/** Writes what tells the graph of an end, and people of a dead letter. */
async function tell(
  handling: Handling,
  fate: 'drop' | 'dead letter',
  cause: HandlerCause,
): Promise<void> {
  const { engine, stage, topic, record, origin } = handling;
  const letter = { stage, topic, record, cause };
  const isDead = fate === 'dead letter';
  await patiently(handling, async () => {
    if (origin === null) return deadLetterUnreadable(engine, letter);
    const ending = origin.ending(isDead ? 'dead_letter' : 'drop', cause);
    const letters = isDead ? [deadLetterRecord(engine, letter, origin.envelope)] : [];
    return produce(engine, [ending], letters);
  });
  if (isDead) countDeadLetter(engine, `${stage}: ${cause.detail}`);
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
