/**
 * The graph: every topic and which stage reads and writes it. The only place that names topics;
 * topic creation, dead-letter names, the README's diagram and the dashboards derive from it.
 */

export type TopicName =
  | 'repo-found'
  | 'repo-admitted'
  | 'repo-structure'
  | 'repo-plan'
  | 'file-task'
  | 'file-trace'
  | 'file-thought'
  | 'trajectory'
  | 'shard-sealed'
  | 'dropped'
  | 'input-closed';

export type StageName =
  | 'discover'
  | 'admit'
  | 'extract'
  | 'plan'
  | 'simulate'
  | 'search'
  | 'flatten'
  | 'sink';

export interface TopicSpec {
  /** What keys a record: everything of one repository meets in one partition. */
  readonly key: 'repositoryId' | 'dataset';
  /** What one record is about. */
  readonly about: 'repository' | 'file' | 'dataset';
  readonly partitions: number;
  /** Delete after this many days; null keeps for ever, so that a replay is always possible. */
  readonly retentionDays: number | null;
}

export interface StageSpec {
  readonly reads: readonly TopicName[];
  readonly writes: readonly TopicName[];
  readonly talksTo: readonly string[];
  /** Raised when the bytes that the stage writes change for the same input; part of every id. */
  readonly version: number;
}

const perRepository: TopicSpec = {
  key: 'repositoryId',
  about: 'repository',
  partitions: 12,
  retentionDays: null,
};
const perFile: TopicSpec = { ...perRepository, about: 'file' };
const perDataset: TopicSpec = {
  key: 'dataset',
  about: 'dataset',
  partitions: 1,
  retentionDays: null,
};

export const topics: Readonly<Record<TopicName, TopicSpec>> = {
  'repo-found': perRepository,
  'repo-admitted': perRepository,
  'repo-structure': perRepository,
  'repo-plan': perRepository,
  'file-task': perFile,
  'file-trace': perFile,
  'file-thought': perFile,
  trajectory: perRepository,
  'shard-sealed': perDataset,
  dropped: perRepository,
  'input-closed': perDataset,
};

/** In dataflow order. Every stage but the first may also write `dropped` through its outcomes. */
export const graph: Readonly<Record<StageName, StageSpec>> = {
  discover: {
    reads: [],
    writes: ['repo-found', 'input-closed', 'dropped'],
    talksTo: ['code host', 'blob store'],
    version: 1,
  },
  admit: {
    reads: ['repo-found'],
    writes: ['repo-admitted', 'dropped'],
    talksTo: ['blob store'],
    version: 1,
  },
  extract: {
    reads: ['repo-admitted'],
    writes: ['repo-structure', 'dropped'],
    talksTo: ['parser child processes'],
    version: 1,
  },
  plan: {
    reads: ['repo-structure'],
    writes: ['repo-plan', 'file-task', 'dropped'],
    talksTo: ['teacher'],
    version: 1,
  },
  simulate: { reads: ['file-task'], writes: ['file-trace'], talksTo: ['teacher'], version: 1 },
  search: {
    reads: ['file-trace'],
    writes: ['file-thought'],
    talksTo: ['teacher', 'scorer'],
    version: 1,
  },
  flatten: {
    reads: ['file-thought'],
    writes: ['trajectory', 'dropped'],
    talksTo: ['blob store'],
    version: 1,
  },
  sink: {
    reads: ['trajectory', 'dropped', 'input-closed'],
    writes: ['shard-sealed'],
    talksTo: ['tokenizer', 'shard store'],
    version: 2,
  },
};

export const stageNames = Object.keys(graph) as readonly StageName[];
export const topicNames = Object.keys(topics) as readonly TopicName[];

/** Topic that holds the dead letters of a topic. */
export function deadLetterTopic(topic: TopicName): string {
  return `${topic}-dead`;
}

/** Topics that carry records from the stages before one to it and those after it. */
export function boundaryTopics(from: StageName): readonly TopicName[] {
  const first = stageNames.indexOf(from);
  const written = new Set(stageNames.slice(0, first).flatMap((stage) => graph[stage].writes));
  const read = new Set(stageNames.slice(first).flatMap((stage) => graph[stage].reads));
  return topicNames.filter((topic) => written.has(topic) && read.has(topic));
}

/** Topic in which people tell a running cluster what to do; stages neither read nor write it. */
export const controlTopic = 'control';

/** True when equal keys meet in partitions of equal number. */
export function arePartitionedAlike(a: TopicName, b: TopicName): boolean {
  return topics[a].partitions === topics[b].partitions;
}

/** Name on the broker. Data sets never share a topic, so a replay cannot overwrite. */
export function physicalTopic(dataset: string, topic: string): string {
  return `${dataset}--${topic}`;
}

export function consumerGroup(dataset: string, stage: StageName): string {
  return `${dataset}--${stage}`;
}
