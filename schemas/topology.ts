/**
 * The graph: every topic, and the stages that read and write it. Only this file names topics; topic
 * creation, dead-letter names, the README's diagram and the dashboards derive from it.
 */

export interface TopicSpec {
  /** The key of a record; it brings all records of one repository into one partition. */
  readonly key: 'repositoryId' | 'dataset';
  /** What one record is about. */
  readonly about: 'repository' | 'file' | 'dataset';
  readonly partitions: number;
  /** Days until records are deleted; null keeps them for ever, so that replays stay possible. */
  readonly retentionDays: number | null;
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

/** In dataflow order. */
const topicSpecs = {
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
  'source-listed': perDataset,
  'input-closed': perDataset,
} as const satisfies Readonly<Record<string, TopicSpec>>;

export type TopicName = keyof typeof topicSpecs;
export const topics: Readonly<Record<TopicName, TopicSpec>> = topicSpecs;

/**
 * The topics whose records begin or end something. The runtime follows a repository through the
 * graph by these and by `about`; it names no topic itself.
 */
export const lifecycle = {
  /** A repository was found; the body has its name and origin. */
  found: 'repo-found',
  /** The repository's files are known; with this record comes one in `fileBegun` for each file. */
  split: 'repo-plan',
  fileBegun: 'file-task',
  fileEnded: 'file-thought',
  /** The repository ended as a trajectory. */
  written: 'trajectory',
  /** The repository ended without one; the body says why. */
  dropped: 'dropped',
  /** What a code host listed: the source reads it back, and no other stage reads it. */
  listed: 'source-listed',
  /** A bounded input ended; the body says how many sources it had. */
  closed: 'input-closed',
} as const satisfies Readonly<Record<string, TopicName>>;

/** What a stage may use besides topics and blobs, which every stage has. */
export type Neighbour =
  | 'code host'
  | 'parser child processes'
  | 'teacher'
  | 'scorer'
  | 'tokenizer'
  | 'shard store';

export interface StageSpec {
  /** What it does, in a few words, for the table in the README. */
  readonly does: string;
  readonly reads: readonly TopicName[];
  readonly writes: readonly TopicName[];
  /** The neighbours that the runtime gives to the stage; it gets no others. */
  readonly talksTo: readonly Neighbour[];
  /** Raised when the bytes that the stage writes change for the same input; part of every id. */
  readonly version: number;
}

/** In dataflow order. Every stage but the first may also write `dropped` through its outcomes. */
const stageSpecs = {
  discover: {
    does: 'folder, archive, list or GitHub → one stored archive per repository',
    reads: [],
    writes: ['repo-found', 'source-listed', 'input-closed', 'dropped'],
    talksTo: ['code host'],
    version: 5,
  },
  admit: {
    does: 'what may be used: licence, secrets, personal data, size, binary, generated, vendored',
    reads: ['repo-found'],
    writes: ['repo-admitted', 'dropped'],
    talksTo: [],
    version: 19,
  },
  extract: {
    does: 'symbols and dependency edges of source files and notebooks; writing order',
    reads: ['repo-admitted'],
    writes: ['repo-structure', 'dropped'],
    talksTo: ['parser child processes'],
    version: 6,
  },
  plan: {
    does: 'requirements, architecture, modules, one purpose per file, by the teacher',
    reads: ['repo-structure'],
    writes: ['repo-plan', 'file-task', 'dropped'],
    talksTo: ['teacher'],
    version: 5,
  },
  simulate: {
    does: 'per file: read what was written before → think → write',
    reads: ['file-task'],
    writes: ['file-trace'],
    talksTo: ['teacher'],
    version: 4,
  },
  search: {
    does: 'rewrites thoughts; keeps one only if the scorer needs fewer bits for the real code',
    reads: ['file-trace'],
    writes: ['file-thought'],
    talksTo: ['teacher', 'scorer'],
    version: 3,
  },
  flatten: {
    does: 'all files of a repository as one text, or as episodes; each segment trained or not',
    reads: ['file-thought'],
    writes: ['trajectory', 'dropped'],
    talksTo: [],
    version: 6,
  },
  sink: {
    does: 'tokens, packs of 65,536, MDS shards, and a manifest that a killed writer cannot tear',
    reads: ['trajectory', 'dropped', 'input-closed'],
    writes: ['shard-sealed'],
    talksTo: ['tokenizer', 'shard store'],
    version: 4,
  },
} as const satisfies Readonly<Record<string, StageSpec>>;

export type StageName = keyof typeof stageSpecs;
export const graph: Readonly<Record<StageName, StageSpec>> = stageSpecs;

/** The topics that a stage reads, and its neighbours, for types that depend on its name. */
export type ReadsOf<Name extends StageName> = (typeof stageSpecs)[Name]['reads'][number];
export type NeighbourOf<Name extends StageName> = (typeof stageSpecs)[Name]['talksTo'][number];

export const stageNames = Object.keys(graph) as readonly StageName[];
export const topicNames = Object.keys(topics) as readonly TopicName[];

export function writersOf(topic: TopicName): readonly StageName[] {
  return stageNames.filter((stage) => graph[stage].writes.includes(topic));
}

export function readersOf(topic: TopicName): readonly StageName[] {
  return stageNames.filter((stage) => graph[stage].reads.includes(topic));
}

/** The stage that writes a topic; the first one if several do. */
export function writerOf(topic: TopicName): StageName {
  return firstOf(writersOf(topic), topic);
}

export function readerOf(topic: TopicName): StageName {
  return firstOf(readersOf(topic), topic);
}

function firstOf([first]: readonly StageName[], topic: TopicName): StageName {
  if (first === undefined) throw new Error(`no stage at ${topic}`);
  return first;
}

/** True when one of the stages has to do with it. */
export function talkTo(stages: readonly StageName[], neighbour: Neighbour): boolean {
  return stages.some((stage) => graph[stage].talksTo.includes(neighbour));
}

/** Topic that holds the dead letters of a topic. */
export function deadLetterTopic(topic: TopicName): string {
  return `${topic}-dead`;
}

/** Topics that carry records from the stages before `from` to `from` and the stages after it. */
export function boundaryTopics(from: StageName): readonly TopicName[] {
  const first = stageNames.indexOf(from);
  const written = new Set(stageNames.slice(0, first).flatMap((stage) => graph[stage].writes));
  const read = new Set(stageNames.slice(first).flatMap((stage) => graph[stage].reads));
  return topicNames.filter((topic) => written.has(topic) && read.has(topic));
}

/** Topic with people's commands to a running cluster; stages neither read nor write it. */
export const controlTopic = 'control';

/** True when records with equal keys lie in partitions of equal number. */
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
