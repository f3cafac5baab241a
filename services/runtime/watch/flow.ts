/** How far every stage and topic of a data set is, from offsets and commits alone. */
import type { StageFlow, TopicFlow } from '../../../schemas/run-now.ts';
import {
  deadLetterTopic,
  graph,
  type StageName,
  stageNames,
  topicNames,
} from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { partitionLags, recordsIn } from '../bus/lag.ts';

export function readStages(bus: Bus, dataset: string): Promise<StageFlow[]> {
  return Promise.all(stageNames.map((stage) => readStage(bus, dataset, stage)));
}

async function readStage(bus: Bus, dataset: string, stage: StageName): Promise<StageFlow> {
  const { reads, writes } = graph[stage];
  if (reads.length === 0) {
    const [first] = writes;
    return {
      stage,
      waiting: null,
      done: first === undefined ? 0 : await recordsIn(bus, dataset, first),
    };
  }
  const lags = await partitionLags(bus, dataset, stage);
  return {
    stage,
    waiting: lags.reduce((sum, { unfinished }) => sum + unfinished, 0),
    done: lags.reduce((sum, { committed, doneAbove }) => sum + committed + doneAbove, 0),
  };
}

export function readTopics(bus: Pick<Bus, 'endOffsets'>, dataset: string): Promise<TopicFlow[]> {
  return Promise.all(
    topicNames.map(async (topic) => ({
      topic,
      records: await recordsIn(bus, dataset, topic),
      dead: await recordsIn(bus, dataset, deadLetterTopic(topic)),
    })),
  );
}
