/**
 * Detects records that were deleted before they were read. Brokers delete records by age, by size,
 * by key and by command, without telling the reader. Here such a loss always becomes LOG_TRUNCATED.
 */
import { PipelineError } from '../errors.ts';
import { partitionName, type TopicPartition } from './bus.ts';

/** The offsets that a partition holds: the first one, and one past the last. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/** Throws LOG_TRUNCATED unless a reader at `position` can read all records from there on. */
export function requireReadable(at: TopicPartition, position: number, range: OffsetRange): void {
  if (position < range.start) throw deletedBefore(at, position, range.start);
  if (position > range.end) throw endsBefore(at, position);
}

export function deletedBefore(at: TopicPartition, position: number, start: number): PipelineError {
  return truncated(
    at,
    `${partitionName(at)} begins at offset ${start}, but its reader stands at ${position}: ${countOf(start - position)} deleted before ${start - position === 1 ? 'it was' : 'they were'} read, by retention or by hand`,
  );
}

/** Returns the error for missing records: the next record after `position` is at `found`. */
export function missingBetween(at: TopicPartition, position: number, found: number): PipelineError {
  return truncated(
    at,
    `${partitionName(at)} goes on from offset ${position} to ${found}: ${countOf(found - position)} deleted in between, by compaction or by hand`,
  );
}

export function endsBefore(at: TopicPartition, position: number): PipelineError {
  return truncated(
    at,
    `${partitionName(at)} ends before offset ${position}, which its reader had reached: the broker lost records, or the topic was deleted and made again`,
  );
}

const remedy =
  '`backstory topics apply` mends the settings of topics; what is gone does not come back: bring its sources into a new data set, or replay from a stage whose topics are whole';

function truncated(at: TopicPartition, what: string): PipelineError {
  return new PipelineError('LOG_TRUNCATED', `${what}; ${remedy}`, { subject: partitionName(at) });
}

function countOf(records: number): string {
  return records === 1 ? '1 record was' : `${records} records were`;
}

export interface Hole {
  /** The offset that was expected. */
  readonly after: number;
  /** The offset that was delivered. */
  readonly found: number;
}

/** Returns the first hole in a batch; holes that end before `wholeTo` do not count. */
export function holeIn(
  messages: readonly { readonly offset: string | number }[],
  from: number,
  wholeTo = 0,
): Hole | null {
  let after = from;
  for (const message of messages) {
    const found = Number(message.offset);
    if (found !== after && found >= wholeTo) return { after, found };
    after = found + 1;
  }
  return null;
}

interface LossyTopics {
  ranges(topic: string): Promise<readonly OffsetRange[]>;
  /** Whether the broker may delete records from the middle of the topic. */
  isCompacted(topic: string): Promise<boolean>;
}

/** Throws LOG_TRUNCATED if the hole may have held records of ours. */
export async function explainHole(
  topics: LossyTopics,
  at: TopicPartition,
  { after, found }: Hole,
): Promise<void> {
  const range = (await topics.ranges(at.topic))[at.partition] ?? { start: 0, end: 0 };
  requireReadable(at, after, range);
  // The topic was deleted and created again, and is now as long as before.
  if (found < after) throw endsBefore(at, after);
  // Without compaction, a hole is harmless: transactions leave offsets without a record.
  if (await topics.isCompacted(at.topic)) throw missingBetween(at, after, found);
}
