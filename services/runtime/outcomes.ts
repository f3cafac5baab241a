/** What a handler may decide. Every record ends in one or more of these; none ends silently. */
import type { TopicBodies } from '../../schemas/generated/types.ts';
import type { ErrorCode } from './errors.ts';

export type Emit = {
  [Topic in keyof TopicBodies]: {
    readonly kind: 'emit';
    readonly topic: Topic;
    readonly body: TopicBodies[Topic];
    /**
     * Distinguishes the records of one parent; part of the id. Counts from 0 per handled record.
     */
    readonly ordinal: number;
  };
}[keyof TopicBodies];

/** The name that people know the repository by, and where it came from. */
export interface Subject {
  readonly name: string;
  readonly origin: string;
}

export interface Drop {
  readonly kind: 'drop';
  readonly reason: ErrorCode;
  readonly detail: string;
  /** For stages whose records do not name their repository. */
  readonly subject?: Subject;
}

export interface Reject {
  readonly kind: 'reject';
  readonly reason: ErrorCode;
  readonly detail: string;
}

export interface Retry {
  readonly kind: 'retry';
  readonly reason: ErrorCode;
  readonly detail: string;
  /** Wait at least this long; the runtime adds backoff and jitter. */
  readonly afterMs: number;
}

export type Outcome = Emit | Drop | Reject | Retry;

export function emit<Topic extends keyof TopicBodies>(
  topic: Topic,
  body: TopicBodies[Topic],
  ordinal = 0,
): Emit {
  return { kind: 'emit', topic, body, ordinal } as Emit;
}

/** An expected end of a repository: counted, and written to `dropped` with its reason. */
export function drop(reason: ErrorCode, detail: string, subject?: Subject): Drop {
  return { kind: 'drop', reason, detail, ...(subject === undefined ? {} : { subject }) };
}

/** Permanently bad: the record goes to its dead-letter topic. */
export function reject(reason: ErrorCode, detail: string): Reject {
  return { kind: 'reject', reason, detail };
}

export function retry(reason: ErrorCode, detail: string, afterMs: number): Retry {
  return { kind: 'retry', reason, detail, afterMs };
}
