/** Tools for stage tests: a real blob store in a temporary folder, bodies as JSON beside it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { BlobReference, Envelope, TopicBodies } from '../../../schemas/generated/types.ts';
import type { Teacher } from '../../../services/ports/teacher.ts';
import type { StageReport } from '../../../services/runtime/report.ts';
import type { BodyStore, StageRecord, Tools } from '../../../services/runtime/stage.ts';
import { openLocalBlobStore } from '../../../services/runtime/store/blobs.ts';

/** Tools of a stage that talks to a teacher alone; counters of any name. */
type TeacherTools<Config> = Tools<'plan', Config, StageReport>;

export interface StageBench<Config> {
  readonly tools: TeacherTools<Config>;
  readonly counts: Map<string, number>;
  close(): Promise<void>;
}

export async function openStageBench<Config>(
  config: Config,
  teacher: Teacher,
): Promise<StageBench<Config>> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-test-'));
  const blobs = await openLocalBlobStore(folder);
  const bodies: BodyStore = {
    save: (_topic, body) => blobs.put(Buffer.from(JSON.stringify(body))),
    load: async <Topic extends keyof TopicBodies>(_topic: Topic, reference: BlobReference) =>
      JSON.parse((await blobs.get(reference)).toString('utf8')) as TopicBodies[Topic],
  };
  const counts = new Map<string, number>();
  const tools: TeacherTools<Config> = {
    config,
    run: { dataset: 'test', seed: 1, outputFolder: folder, bounded: true, runId: 'run' },
    log: pino({ level: 'silent' }),
    blobs,
    bodies,
    teacher,
    signal: new AbortController().signal,
    crashPoint: () => {},
    count: (metric, by = 1) => void counts.set(metric, (counts.get(metric) ?? 0) + by),
  };
  return { tools, counts, close: () => rm(folder, { recursive: true }) };
}

const envelope: Envelope = {
  id: 'a'.repeat(32),
  parentId: '',
  repositoryId: 'b'.repeat(32),
  dataset: 'test',
  stage: 'test',
  stageVersion: 1,
  seed: 1,
  eventTimeMs: 0,
  sourceSequence: 0,
  attempt: 0,
};

export function recordOf<Topic extends keyof TopicBodies>(
  topic: Topic,
  body: TopicBodies[Topic],
): StageRecord<Topic> {
  return { topic, partition: 0, offset: 0, envelope, body };
}
