/** Reads a topic from its start to its present end, without a consumer group. */
import type { Bus, IncomingRecord } from './bus.ts';

const batchMax = 1000;

/** Calls `visit` for every record, partition by partition, in order. */
export async function forEachRecord(
  bus: Bus,
  topic: string,
  visit: (record: IncomingRecord) => Promise<void>,
): Promise<void> {
  const ends = await bus.endOffsets(topic);
  for (const [partition, end] of ends.entries()) {
    let position = 0;
    while (position < end) {
      const records = await bus.read({ topic, partition }, position, batchMax);
      const last = records.at(-1);
      if (last === undefined) break;
      for (const record of records) if (record.offset < end) await visit(record);
      position = last.offset + 1;
    }
  }
}
