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
import { decodeDone } from './watermark.ts';

export interface PartitionLag {
  readonly topic: TopicName;
  readonly partition: number;
  readonly end: number;
  /** First offset that is not yet done. */
  readonly committed: number;
  /** Number of done records above `committed`. */
  readonly doneAbove: number;
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
    const ends = await bus.endOffsets(name);
    const lagOf = async (end: number, partition: number): Promise<PartitionLag> => {
      const commit = await bus.committed(group, { topic: name, partition });
      const committed = commit?.offset ?? 0;
      const doneAbove = decodeDone(committed, commit?.metadata ?? '').length;
      return { topic, partition, end, committed, doneAbove };
    };
    return Promise.all(ends.map(lagOf));
  };
  return (await Promise.all(graph[stage].reads.map(lagsOf))).flat();
}

/** Records that the stage has not finished, whether they wait or are being processed. */
export async function unfinished(bus: Bus, dataset: string, stage: StageName): Promise<number> {
  const lags = await partitionLags(bus, dataset, stage);
  return lags.reduce((total, lag) => total + lag.end - lag.committed - lag.doneAbove, 0);
}

export async function recordsIn(bus: Bus, dataset: string, topic: TopicName): Promise<number> {
  const ends = await bus.endOffsets(physicalTopic(dataset, topic));
  return ends.reduce((total, end) => total + end, 0);
}
