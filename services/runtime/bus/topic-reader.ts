/** Reads a topic, or the tail of a partition, up to its current end, without a consumer group. */
import type { Bus, IncomingRecord } from './bus.ts';
import { requireReadable } from './truncation.ts';

const batchMax = 1000;

export interface ReadOptions {
  /** Only this partition. */
  readonly partition?: number;
  /** At most this many of the last records of each partition. */
  readonly tailMax?: number;
  /** Offset to begin at, by partition. */
  readonly from?: readonly number[];
}

/** Calls `visit` for every record, partition by partition, in order. */
export async function forEachRecord(
  bus: Pick<Bus, 'endOffsets' | 'read'>,
  topic: string,
  visit: (record: IncomingRecord) => Promise<void>,
  { partition: only, tailMax = Number.POSITIVE_INFINITY, from = [] }: ReadOptions = {},
): Promise<void> {
  const ends = await bus.endOffsets(topic);
  for (const [partition, end] of ends.entries()) {
    if (only !== undefined && partition !== only) continue;
    let position = Math.max(from[partition] ?? 0, end - tailMax);
    while (position < end) {
      const records = await bus.read({ topic, partition }, position, batchMax);
      const last = records.at(-1);
      if (last === undefined) break;
      for (const record of records) if (record.offset < end) await visit(record);
      position = last.offset + 1;
    }
  }
}

/** LOG_TRUNCATED when records of the topic, from its beginning on, were deleted. */
export async function requireWhole(bus: Bus, topic: string): Promise<void> {
  const ends = await bus.endOffsets(topic);
  for (const [partition, start] of (await bus.startOffsets(topic)).entries()) {
    requireReadable({ topic, partition }, 0, { start, end: ends[partition] ?? start });
  }
}
