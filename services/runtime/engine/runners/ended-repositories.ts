/**
 * Tells which repositories have ended for a join: those for which it wrote an output, and those in
 * which another stage dropped an unreadable file record, so that the last part never comes. The
 * join reads its own outputs and the drops when a partition is assigned, and follows the drops
 * while any repository is open.
 */
import {
  arePartitionedAlike,
  graph,
  lifecycle,
  physicalTopic,
  type StageName,
  type TopicName,
  topics,
} from '../../../../schemas/topology.ts';
import type { IncomingRecord } from '../../bus/bus.ts';
import { forEachRecord } from '../../bus/topic-reader.ts';
import type { Engine } from '../engine.ts';
import { readEnvelope } from '../unreadable.ts';

/**
 * Number of last records of a partition that are read when it is assigned. The repository of a
 * leftover part is hardly older than those in flight, and `runtime.openRepositoriesMax` bounds
 * those; 10,000 is far above that bound and takes about a second to read.
 */
const tailMax = 10_000;

export interface EndedRepositories {
  has(repositoryId: string): boolean;
  add(repositoryId: string): void;
  /** Whether the join wrote an output for the repository; false if it was only dropped. */
  isWritten(repositoryId: string): Promise<boolean>;
  /** Marks a dropped repository as open again. */
  reopen(repositoryId: string): void;
  /**
   * Reads the drops since the last call, at least up to `ends`, and returns the repositories that
   * they ended.
   */
  follow(ends: readonly number[]): Promise<readonly string[]>;
}

/**
 * Returns the topic of drops. If the join's topic is partitioned alike, a repository's drops are in
 * the partition of the same number.
 */
export const dropsTopic = (engine: Engine) => physicalTopic(engine.run.dataset, lifecycle.dropped);

export async function endedRepositories(
  engine: Engine,
  join: { readonly name: StageName; readonly reads: TopicName },
  partition: number,
): Promise<EndedRepositories> {
  const ids = new Set<string>();
  const only = (topic: TopicName) => (arePartitionedAlike(topic, join.reads) ? { partition } : {});
  const add = async (topic: TopicName, record: IncomingRecord, added: string[] = []) => {
    const envelope = await readEnvelope(engine.codec, topic, record);
    if (envelope === null || !endsJoin(join.name, envelope.stage)) return;
    ids.add(envelope.repositoryId);
    added.push(envelope.repositoryId);
  };
  const from = [...(await engine.bus.endOffsets(dropsTopic(engine)))];
  for (const topic of graph[join.name].writes) {
    const visit = (record: IncomingRecord) => add(topic, record);
    const name = physicalTopic(engine.run.dataset, topic);
    await forEachRecord(engine.bus, name, visit, { tailMax, ...only(topic) });
  }
  return {
    has: (id) => ids.has(id),
    add: (id) => ids.add(id),
    reopen: (id) => ids.delete(id),
    isWritten: async (id) => {
      let written = false;
      for (const topic of graph[join.name].writes) {
        if (topic === lifecycle.dropped) continue;
        const name = physicalTopic(engine.run.dataset, topic);
        const visit = async ({ key }: IncomingRecord) => {
          written ||= key === id;
        };
        await forEachRecord(engine.bus, name, visit, only(topic));
      }
      return written;
    },
    follow: async (ends) => {
      const added: string[] = [];
      if (ends.every((end, at) => end <= (from[at] ?? 0))) return added;
      const visit = (record: IncomingRecord) => add(lifecycle.dropped, record, added);
      await forEachRecord(engine.bus, dropsTopic(engine), visit, {
        from,
        ...only(lifecycle.dropped),
      });
      for (const [at, end] of ends.entries()) from[at] = Math.max(from[at] ?? 0, end);
      return added;
    },
  };
}

/**
 * Whether a drop by the stage ends the repository for the join: true for the join itself and every
 * stage that works on single files. A repository dropped by an earlier stage has no parts here, and
 * may be tried again as a whole.
 */
function endsJoin(join: StageName, stage: string): boolean {
  if (stage === join) return true;
  const reads = graph[stage as StageName]?.reads ?? [];
  return reads.some((topic) => topics[topic].about === 'file');
}
