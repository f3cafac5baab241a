/**
 * Where records lie in the SQLite file: a record's rowid is partition id × 2^32 + offset, so a
 * partition is one range of the table.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { timeOfDayMs } from '../../clock.ts';
import { PipelineError } from '../../errors.ts';
import type { IncomingRecord, TopicPartition } from '../bus.ts';

export const offsetsPerPartition = 2 ** 32;

export interface Partition {
  readonly topic: string;
  readonly partition: number;
  /** Row of the partitions table; also the high half of its rowids. */
  readonly id: number;
  end: number;
}

export type PartitionRow = Omit<Partition, 'end'>;

export interface Partitions {
  has(topic: string): boolean;
  /** CONFIG_INVALID for a topic that does not exist. */
  of(topic: string): readonly Partition[];
  add(row: PartitionRow): void;
  /** One past the last offset, from the table, so it is also right in an open transaction. */
  tail(partition: Partition): number;
  /** Records before the partition's `end`. */
  read(at: TopicPartition, fromOffset: number, limit: number): IncomingRecord[];
  /** Also the empty rows of records that were taken back, so that no offset is missing. */
  readRows(at: TopicPartition, fromOffset: number, limit: number): IncomingRecord[];
}

export function openPartitions(database: DatabaseSync): Partitions {
  const topics = new Map<string, Partition[]>();
  const lastRecord = database.prepare(
    'SELECT max(id) AS last FROM records WHERE id >= ? AND id < ?',
  );
  const readFrom = (condition: string) =>
    database.prepare(
      `SELECT id, key, value FROM records WHERE id >= ? AND id < ? ${condition} ORDER BY id LIMIT ?`,
    );
  // The row of a record that was taken back is empty; no record is.
  const readRecords = readFrom('AND length(value) > 0');
  const readRows = readFrom('');
  const tail = ({ id }: PartitionRow) => {
    const low = id * offsetsPerPartition;
    const row = lastRecord.get(low, low + offsetsPerPartition) as { last: number | null };
    return row.last === null ? 0 : row.last - low + 1;
  };
  const add = (row: PartitionRow) => {
    const partitions = topics.get(row.topic) ?? [];
    partitions[row.partition] = { ...row, end: tail(row) };
    topics.set(row.topic, partitions);
  };
  const of = (topic: string) => {
    const partitions = topics.get(topic);
    if (partitions !== undefined) return partitions;
    throw new PipelineError('CONFIG_INVALID', `topic ${topic} does not exist`, { subject: topic });
  };
  const rows = database.prepare('SELECT id, topic, partition FROM partitions ORDER BY id').all();
  for (const row of rows as unknown as PartitionRow[]) add(row);
  const reading =
    (statement: StatementSync): Partitions['read'] =>
    (at, fromOffset, limit) => {
      const partition = of(at.topic)[at.partition];
      if (partition === undefined || fromOffset >= partition.end) return [];
      const low = partition.id * offsetsPerPartition;
      const found = statement.all(low + fromOffset, low + partition.end, limit);
      const timeMs = timeOfDayMs();
      return (found as { id: number; key: string; value: Uint8Array }[]).map((row) => ({
        topic: at.topic,
        partition: at.partition,
        offset: row.id - low,
        key: row.key,
        value: row.value,
        timeMs,
      }));
    };
  return {
    has: (topic) => topics.has(topic),
    of,
    add,
    tail,
    read: reading(readRecords),
    readRows: reading(readRows),
  };
}
