/** Fetches the offsets and metadata that a group has committed. */
import type { Admin } from 'kafkajs';
import type { Commit, TopicPartition } from '../bus.ts';
import { partitionName } from '../bus.ts';
import { type Patience, patiently } from './failures.ts';

/** Commits by partition name; partitions that the group has never committed are absent. */
export async function fetchCommitted(
  admin: Admin,
  group: string,
  partitions: readonly TopicPartition[],
  patience: Patience,
): Promise<ReadonlyMap<string, Commit>> {
  const commits = new Map<string, Commit>();
  if (partitions.length === 0) return commits;
  const wanted = new Set(partitions.map(partitionName));
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  const found = await patiently(`reading the commits of ${group}`, patience, () =>
    admin.fetchOffsets({ groupId: group, topics }),
  );
  for (const { topic, partitions: offsets } of found) {
    for (const { partition, offset, metadata } of offsets) {
      const name = partitionName({ topic, partition });
      // Kafka reports a missing commit as offset -1.
      if (!wanted.has(name) || Number(offset) < 0) continue;
      commits.set(name, { topic, partition, offset: Number(offset), metadata: metadata ?? '' });
    }
  }
  return commits;
}
