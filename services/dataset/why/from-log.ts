/**
 * What the log of the run tells of a repository, from the source to its trajectory. Of records with
 * one id the last counts, because what was tried again comes later.
 */
import type {
  DroppedBody,
  Envelope,
  FileThoughtBody,
  RepoAdmittedBody,
  RepoFoundBody,
  RepoPlanBody,
  RepoStructureBody,
  TrajectoryBody,
} from '../../../schemas/generated/types.ts';
import {
  deadLetterTopic,
  physicalTopic,
  type TopicName,
  topicNames,
} from '../../../schemas/topology.ts';
import { forEachRecord } from '../../runtime/bus/topic-reader.ts';
import type { DecodedRecord } from '../../runtime/records/codec.ts';
import { forEachBody, type RunLog } from '../run-log/run-log.ts';
import type { Asked } from './asked.ts';
import type { Matches } from './found.ts';

/** A failure that gave a record up, and whether it is the last word on it. */
export interface LetterFact {
  readonly topic: TopicName;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
  readonly attempts: number;
}

/** Everything in the log under the key of one repository. */
export interface LogStory {
  found: { readonly envelope: Envelope; readonly body: RepoFoundBody } | null;
  admitted: RepoAdmittedBody['repository'] | null;
  /** Version of the stage with the gates. */
  admitVersion: number;
  structure: Omit<RepoStructureBody, 'repository'> | null;
  plan: RepoPlanBody | null;
  readonly thoughts: Map<string, FileThoughtBody>;
  trajectory: TrajectoryBody | null;
  readonly drops: Map<string, DroppedBody>;
  readonly letters: LetterFact[];
}

function emptyStory(): LogStory {
  return {
    found: null,
    admitted: null,
    admitVersion: 0,
    structure: null,
    plan: null,
    thoughts: new Map(),
    trajectory: null,
    drops: new Map(),
    letters: [],
  };
}

/** Finds the repositories in the log that answer to what was asked, dropped ones too. */
export async function matchLog(log: RunLog, asked: Asked, matches: Matches): Promise<void> {
  const addNamed = (repositoryId: string, named: Parameters<Asked['repository']>[0]) => {
    const match = asked.repository(named, [repositoryId]);
    if (match !== null) matches.add(match, { repositoryId, name: named.name, sampleId: null });
  };
  await forEachBody(log, 'repo-found', ({ envelope: { repositoryId }, body }) =>
    addNamed(repositoryId, body),
  );
  await forEachBody(log, 'dropped', ({ envelope: { repositoryId }, body }) =>
    addNamed(repositoryId, body),
  );
  // A name decides; to look for a path, the list of each repository's files has to be read.
  if (matches.level === 0) return;
  await forEachBody(log, 'repo-admitted', ({ envelope: { repositoryId }, body }) => {
    const { name, files, skipped } = body.repository;
    for (const { path } of [...files, ...skipped]) {
      const match = asked.file(path);
      if (match !== null) matches.add(match, { repositoryId, name, sampleId: null });
    }
  });
}

/** The stories of these repositories, each with what there is. */
export async function readStories(
  log: RunLog,
  repositoryIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, LogStory>> {
  const stories = new Map<string, LogStory>();
  const storyOf = (id: string): LogStory => {
    const story = stories.get(id) ?? emptyStory();
    stories.set(id, story);
    return story;
  };
  const visit = async <Topic extends TopicName>(
    topic: Topic,
    add: (story: LogStory, record: DecodedRecord<Topic>) => void,
  ) => {
    await forEachRecord(log.bus, physicalTopic(log.dataset, topic), async ({ key, value }) => {
      if (repositoryIds.has(key)) add(storyOf(key), await log.codec.decode(topic, value));
    });
  };
  await visit('repo-found', (story, record) => {
    story.found = record;
  });
  await visit('dropped', (story, { envelope, body }) => {
    story.drops.set(envelope.id, body);
  });
  await visit('repo-admitted', (story, { envelope, body }) => {
    story.admitVersion = envelope.stageVersion;
    story.admitted = body.repository;
  });
  await visit('repo-structure', (story, { body: { repository: _, ...structure } }) => {
    story.structure = structure;
  });
  await visit('repo-plan', (story, { body }) => {
    story.plan = body;
  });
  await visit('file-thought', (story, { body }) => {
    story.thoughts.set(body.path, body);
  });
  await visit('trajectory', (story, { body }) => {
    story.trajectory = body;
  });
  await readLetters(log, repositoryIds, storyOf);
  return stories;
}

async function readLetters(
  { bus, codec, dataset }: RunLog,
  repositoryIds: ReadonlySet<string>,
  storyOf: (id: string) => LogStory,
): Promise<void> {
  for (const topic of topicNames) {
    const letters = physicalTopic(dataset, deadLetterTopic(topic));
    await forEachRecord(bus, letters, async ({ key, value }) => {
      if (!repositoryIds.has(key)) return;
      const { body } = await codec.decodeDeadLetter(topic, value);
      const { stage, reason, detail, attempts } = body;
      storyOf(key).letters.push({ topic, stage, reason, detail, attempts });
    });
  }
}
