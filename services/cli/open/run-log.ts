/**
 * What the log of an embedded run tells beyond the shards: the search's gain per file and the
 * thought before and after. The log is optional; a copied output without it shows less.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileThoughtBody, FileTraceBody, Step } from '../../../schemas/generated/types.ts';
import { physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { openSqliteBus } from '../../runtime/bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../../runtime/bus/topic-reader.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { type Codec, createCodec, type DecodedRecord } from '../../runtime/records/codec.ts';
import { openLocalBlobStore } from '../../runtime/store/blobs.ts';

export interface FileGain {
  readonly path: string;
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
}

/** A thought that the search improved, with its first wording. */
export interface ImprovedThought extends FileGain {
  readonly before: string;
  readonly after: string;
}

export interface RunLog {
  readonly bus: Bus;
  readonly codec: Codec;
  readonly dataset: string;
}

/** Gains per path of one repository; empty where the log is absent or in use by a run. */
export async function readFileGains(
  outputFolder: string,
  name: string,
): Promise<ReadonlyMap<string, FileGain>> {
  const gains = await withRunLog(outputFolder, async (log) => {
    const found: [string, FileGain][] = [];
    const repositoryId = await findRepository(log, name);
    await forEachBody(log, 'file-thought', ({ envelope, body }) => {
      if (envelope.repositoryId !== repositoryId || body.search === null) return;
      found.push([body.path, gainOf(body, body.search)]);
    });
    return new Map(found);
  });
  return gains ?? new Map();
}

/** A file to show has some code, little enough to read, and something was read for it. */
const showBytes = { min: 1_200, max: 4_000 };
const showReadsMax = 3;

/**
 * The file whose bits per byte fell most, among those worth showing if there are any; null when no
 * rewrite was kept.
 */
export async function readBestImprovement(outputFolder: string): Promise<ImprovedThought | null> {
  return withRunLog(outputFolder, async (log) => {
    let best: { body: FileThoughtBody; gain: FileGain; repositoryId: string } | null = null;
    let bestFall = 0;
    await forEachBody(log, 'file-thought', ({ envelope: { repositoryId }, body }) => {
      if (body.search === null || body.search.targetBytes === 0) return;
      const { targetBytes, bitsBefore, bitsAfter } = body.search;
      const reads = body.steps.filter(({ kind }) => kind === 'read').length;
      const readable = targetBytes >= showBytes.min && targetBytes <= showBytes.max;
      const worthShowing = readable && reads > 0 && reads <= showReadsMax;
      // A fall is far below a thousand bits per byte, so files worth showing always come first.
      const fall = (bitsBefore - bitsAfter) / targetBytes + (worthShowing ? 1_000 : 0);
      if (bitsAfter >= bitsBefore || fall <= bestFall) return;
      bestFall = fall;
      best = { body, gain: gainOf(body, body.search), repositoryId };
    });
    return best === null ? null : withFirstThought(log, best);
  });
}

async function withFirstThought(
  log: RunLog,
  best: { body: FileThoughtBody; gain: FileGain; repositoryId: string },
): Promise<ImprovedThought | null> {
  let trace: FileTraceBody | null = null;
  await forEachBody(log, 'file-trace', ({ envelope, body }) => {
    if (envelope.repositoryId === best.repositoryId && body.path === best.body.path) trace = body;
  });
  if (trace === null) return null;
  const { steps } = trace as FileTraceBody;
  return { ...best.gain, before: thoughtsOf(steps), after: thoughtsOf(best.body.steps) };
}

function thoughtsOf(steps: readonly Step[]): string {
  return steps.flatMap(({ kind, text }) => (kind === 'think' ? [text ?? ''] : [])).join('\n');
}

function gainOf(
  { path }: FileThoughtBody,
  { targetBytes, bitsBefore, bitsAfter }: Omit<FileGain, 'path'>,
): FileGain {
  return { path, targetBytes, bitsBefore, bitsAfter };
}

async function findRepository(log: RunLog, name: string): Promise<string | null> {
  let found: string | null = null;
  await forEachBody(log, 'repo-found', ({ envelope, body }) => {
    if (body.name === name) found = envelope.repositoryId;
  });
  return found;
}

export async function forEachBody<Topic extends TopicName>(
  { bus, codec, dataset }: RunLog,
  topic: Topic,
  visit: (record: DecodedRecord<Topic>) => void,
): Promise<void> {
  await forEachRecord(bus, physicalTopic(dataset, topic), async ({ value }) => {
    visit(await codec.decode(topic, value));
  });
}

export async function withRunLog<Result>(
  outputFolder: string,
  read: (log: RunLog) => Promise<Result>,
): Promise<Result | null> {
  const folder = join(outputFolder, 'log');
  if (!existsSync(join(folder, 'log.db'))) return null;
  let bus: Bus;
  try {
    bus = openSqliteBus(folder);
  } catch (error) {
    // A run is under way: what the shards tell is enough.
    if (error instanceof PipelineError && error.code === 'OUTPUT_LOCKED') return null;
    throw error;
  }
  try {
    const run = JSON.parse(await readFile(join(outputFolder, 'run.json'), 'utf8')) as {
      dataset: string;
    };
    const codec = createCodec(await openLocalBlobStore(join(outputFolder, 'blobs')));
    return await read({ bus, codec, dataset: run.dataset });
  } finally {
    await bus.close();
  }
}
