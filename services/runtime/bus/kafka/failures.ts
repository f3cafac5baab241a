/**
 * Decides whether a failed call to Kafka is retried or given up with a code. Nearly every failure
 * passes when brokers come back; the broker marks the others as not retriable.
 */
import { type Clock, describeSkew } from '../../clock.ts';
import { PipelineError } from '../../errors.ts';
import { retryFailures } from '../../retry.ts';

/** The fields of kafkajs errors that decide. */
interface KafkaFailure {
  readonly name?: string;
  readonly message?: string;
  readonly type?: string;
  readonly retriable?: boolean;
  readonly cause?: unknown;
  readonly stack?: string;
}

/** The error that a broker or a socket gave, below what kafkajs wrapped around it. */
export function originOf(error: unknown): KafkaFailure {
  let origin = error as KafkaFailure;
  while (origin.cause instanceof Error && origin.cause !== origin) origin = origin.cause;
  return origin;
}

/** Refusals of a consumer whose membership has changed: it commits again after it has rejoined. */
const membershipTypes = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** kafkajs calls these not retriable, but their cause is a broker that is away for a moment. */
const passingNames = new Set([
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
]);

const tooLargeTypes = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** A certificate that is too young or too old, by this machine's clock. */
const clockTrouble = /certificate (is not yet valid|has expired)/i;

/**
 * True when the same call may succeed later. A plain "Broker not connected" has no `retriable` flag
 * at all; broken connections and timeouts are marked `retriable`, while the errors that wrap them
 * may say otherwise.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof PipelineError) return false;
  const origin = originOf(error);
  if (isProgrammingError(origin)) return false;
  if (origin.type !== undefined && membershipTypes.has(origin.type)) return true;
  if (passingNames.has(origin.name ?? '')) return true;
  if (origin.name === 'KafkaJSSASLAuthenticationError') return false;
  return origin.retriable !== false;
}

/**
 * True for a bug in our code, false for one in kafkajs. When a connection closes while kafkajs asks
 * for metadata, it reads an answer that is not there and throws a TypeError; a retry succeeds.
 */
function isProgrammingError({ name = '', stack = '' }: KafkaFailure): boolean {
  if (!/^(Type|Range|Reference|Syntax)Error$/.test(name)) return false;
  const [, where = ''] = stack.split(/\n\s+at /);
  return name !== 'TypeError' || !where.includes('/kafkajs/');
}

/** A coded error for a failure that will not pass, or that has not passed in time. */
export function codedFailure(error: unknown, doing: string, brokers: string): PipelineError {
  if (error instanceof PipelineError) return error;
  const origin = originOf(error);
  const said = origin.message ?? String(error);
  if (origin.type !== undefined && tooLargeTypes.has(origin.type)) {
    return new PipelineError(
      'RECORD_TOO_LARGE',
      `${doing}: the broker refuses the batch (${said}); set kafka.batchBytesMax below its message.max.bytes`,
      { subject: 'kafka.batchBytesMax', cause: error },
    );
  }
  // By default a broker refuses records from more than an hour ahead of its own clock.
  if (origin.type === 'INVALID_TIMESTAMP' || clockTrouble.test(said)) {
    return new PipelineError(
      'CLOCK_SKEWED',
      `${doing}: Kafka at ${brokers} refuses because of the time (${said}): ${describeSkew('Kafka', null)}`,
      { subject: brokers, cause: error },
    );
  }
  if (mayPass(error)) {
    return new PipelineError(
      'BROKER_UNAVAILABLE',
      `${doing}: no answer from Kafka at ${brokers} (${said}); check that it runs and kafka.brokers names it, then start again: the work goes on at its commits`,
      { subject: brokers, cause: error },
    );
  }
  return new PipelineError(
    'BROKER_REFUSED',
    `${doing}: Kafka at ${brokers} refuses (${said}); check the rights and the settings of section kafka`,
    { subject: brokers, cause: error },
  );
}

export interface Patience {
  readonly clock: Clock;
  /** How long a call may fail before it is given up. */
  readonly patienceMs: number;
  readonly brokers: string;
  /** When true, a failing call is not retried: it rejects with its failure at once. */
  readonly isClosed: () => boolean;
  /** Called for each failure that is retried. */
  readonly onWait?: (doing: string, why: string, waitedMs: number) => void;
  /** Called when a call succeeds after failures. */
  readonly onBack?: (doing: string, waitedMs: number) => void;
}

/** A broker's restart takes seconds; the short first pauses are for faults that pass sooner. */
const pauses = { baseMs: 50, waitMsMax: 2000 };

/** Repeats a call with growing pauses until it succeeds, cannot succeed, or patience is out. */
export async function patiently<T>(
  doing: string,
  patience: Patience,
  task: () => Promise<T>,
): Promise<T> {
  const { clock, patienceMs, brokers, isClosed } = patience;
  const onWait = (error: unknown, waitedMs: number) =>
    patience.onWait?.(doing, originOf(error).message ?? String(error), waitedMs);
  const onBack = (waitedMs: number) => patience.onBack?.(doing, waitedMs);
  const isWaitedFor = (error: unknown) => mayPass(error) && !isClosed();
  try {
    return await retryFailures({ clock, ...pauses, patienceMs, onWait, onBack }, isWaitedFor, task);
  } catch (error) {
    throw codedFailure(error, doing, brokers);
  }
}
