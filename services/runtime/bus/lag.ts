/**
 * How far behind a stage is, from end offsets and commits alone. Nothing is consumed, so any
 * process may ask. Commit metadata lists the records that are done above the watermark.
 */
import {
  consumerGroup,
  graph,
  physicalTopic,
  type StageName,
  type TopicName,
} from '../../../schemas/topology.ts';
import type { Bus } from './bus.ts';
import { deletedBefore, endsBefore } from './truncation.ts';
import { decodeDone } from './watermark.ts';

export interface PartitionLag {
  readonly topic: TopicName;
  readonly partition: number;
  /** First offset that was not deleted. */
  readonly start: number;
  readonly end: number;
  /** First offset that is not yet done; 0 where the group has committed nothing. */
  readonly committed: number;
  /** Number of done records above `committed`. */
  readonly doneAbove: number;
  /** Records that are there and not done. */
  readonly unfinished: number;
  /** Records that were deleted before they were done, or that the topic has lost since. */
  readonly gone: number;
}

/** Every partition that a stage reads. */
export async function partitionLags(
  bus: Bus,
  dataset: string,
  stage: StageName,
): Promise<PartitionLag[]> {
  const group = consumerGroup(dataset, stage);
  const lagsOf = async (topic: TopicName) => {
    const name = physicalTopic(dataset, topic);
    const [starts, ends, commits] = await Promise.all([
      bus.startOffsets(name),
      bus.endOffsets(name),
      bus.committedOf(group, name),
    ]);
    const lagOf = (end: number, partition: number): PartitionLag => {
      const commit = commits[partition] ?? null;
      const committed = commit?.offset ?? 0;
      const start = starts[partition] ?? 0;
      const from = Math.max(start, committed);
      const done = decodeDone(committed, commit?.metadata ?? '');
      const doneThere = done.filter((offset) => offset >= from).length;
      return {
        ...{ topic, partition, start, end, committed, doneAbove: done.length },
        unfinished: Math.max(0, end - from - doneThere),
        gone: committed > end ? committed - end : from - committed - (done.length - doneThere),
      };
    };
    return ends.map(lagOf);
  };
  return (await Promise.all(graph[stage].reads.map(lagsOf))).flat();
}

/** Records that the stage has not finished, whether they wait or are being processed. */
export async function unfinished(bus: Bus, dataset: string, stage: StageName): Promise<number> {
  const lags = await partitionLags(bus, dataset, stage);
  return lags.reduce((total, lag) => total + lag.unfinished, 0);
}

/** LOG_TRUNCATED where records of the partition are gone that the stage needs; else null. */
export function truncationOf(dataset: string, { topic, partition, ...lag }: PartitionLag) {
  if (lag.gone === 0) return null;
  const at = { topic: physicalTopic(dataset, topic), partition };
  if (lag.committed > lag.end) return endsBefore(at, lag.committed);
  return deletedBefore(at, lag.committed, lag.start);
}

/** The first one of a stage, or null. */
export async function findTruncation(bus: Bus, dataset: string, stage: StageName) {
  const lags = await partitionLags(bus, dataset, stage);
  return lags.map((lag) => truncationOf(dataset, lag)).find((found) => found !== null) ?? null;
}

/** Records that were ever written to a topic, those that are deleted by now among them. */
export async function recordsIn(
  bus: Pick<Bus, 'endOffsets'>,
  dataset: string,
  topic: string,
): Promise<number> {
  const ends = await bus.endOffsets(physicalTopic(dataset, topic));
  return ends.reduce((total, end) => total + end, 0);
}
