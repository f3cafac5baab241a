/** The sink's surroundings, real but for what it never uses: blobs, bodies, a folder, records. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { Envelope, Episode, TrajectoryBody } from '../../schemas/generated/types.ts';
import { noUsage } from '../../services/ports/usage.ts';
import { childId, sha256 } from '../../services/runtime/ids.ts';
import { createCodec } from '../../services/runtime/records/codec.ts';
import type {
  CrashPoint,
  RejectRecord,
  StageRecord,
  Writer,
} from '../../services/runtime/stage.ts';
import { openLocalBlobStore } from '../../services/runtime/store/blobs.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import type { ObjectStore } from '../../services/runtime/store/objects/object-store.ts';
import { flattenRepository } from '../../services/stages/flatten/document.ts';
import { openSinkWriter } from '../../services/stages/sink/commit/writer.ts';
import { type SinkKnobs, sinkKnobs } from '../../services/stages/sink/config.ts';
import type { SinkTools } from '../../services/stages/sink/report.ts';
import {
  openTokenizer,
  type Tokenizer,
  type TokenizerOptions,
} from '../../services/stages/sink/tokens/tokenizer.ts';
import { byteTokenizerFile } from './inputs/byte-tokenizer.ts';
import { type SampleFile, sampleParts, sampleTeacher } from './inputs/file-thoughts.ts';

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'backstory-sink-'));
}

/** A folder of its own for the output of one test. */
export function newOutput({ folder }: Harness): string {
  return mkdtempSync(join(folder, 'out-'));
}

/** A record as the sink reads it; `partition` and `offset` are where it lies in its topic. */
export type SinkRecord =
  | StageRecord<'trajectory'>
  | StageRecord<'dropped'>
  | StageRecord<'input-closed'>;

export interface Repository {
  readonly name: string;
  readonly files: readonly SampleFile[];
  /** Divides it into episodes of about this length. */
  readonly episodeTokens?: number;
}

export interface Harness {
  readonly folder: string;
  readonly blobs: Awaited<ReturnType<typeof openLocalBlobStore>>;
  readonly tokenizer: Tokenizer;
  tools(out: string, options?: HarnessOptions): SinkTools;
  open(out: string, options?: HarnessOptions): Promise<Writer>;
  trajectory(repository: Repository, sequence: number): Promise<StageRecord<'trajectory'>>;
  remove(): void;
}

export interface HarnessOptions {
  readonly knobs?: Partial<SinkKnobs>;
  readonly crashPoint?: CrashPoint;
  readonly bounded?: boolean;
  readonly runId?: string;
  readonly wrap?: (store: ObjectStore) => ObjectStore;
  readonly reject?: RejectRecord;
  /** Entries of one manifest checkpoint. */
  readonly span?: number;
}

/** For writers whose samples are all there. */
export const rejectNothing: RejectRecord = async (_at, error) => {
  throw error;
};

/** Processes that share a folder share its blobs, as sinks on one machine do. */
export async function createHarness(
  folder = temporaryFolder(),
  options: TokenizerOptions = {},
  file = byteTokenizerFile(),
): Promise<Harness> {
  const tokenizerPath = join(folder, 'bytes.json');
  if (!existsSync(tokenizerPath)) writeFileSync(tokenizerPath, file);
  const tokenizer = await openTokenizer(tokenizerPath, '', options);
  const blobs = await openLocalBlobStore(join(folder, 'blobs'));
  const codec = createCodec(blobs);
  const tools = (out: string, options: HarnessOptions = {}): SinkTools => ({
    config: sinkKnobs.parse({ contextLength: 512, shardBytesMax: 8192, ...options.knobs }),
    run: {
      dataset: 'test',
      seed: 0,
      outputFolder: out,
      bounded: options.bounded ?? true,
      runId: options.runId ?? 'run',
    },
    log: pino({ level: 'silent' }),
    blobs,
    objects: openLocalObjects(out),
    bodies: codec.bodies,
    signal: new AbortController().signal,
    crashPoint: options.crashPoint ?? (() => {}),
    count: () => {},
  });
  return {
    folder,
    blobs,
    tokenizer,
    tools,
    open: (out, options = {}) => {
      const store = openLocalObjects(out, (step) => options.crashPoint?.(`sink:${step}`));
      const reject = options.reject ?? rejectNothing;
      const wrapped = options.wrap?.(store) ?? store;
      return openSinkWriter(tools(out, options), wrapped, tokenizer, reject, options.span);
    },
    trajectory: async (repository, sequence) => {
      const body = await sampleTrajectory(repository, blobs.put);
      const parentId = sha256(repository.name).slice(0, 32);
      const id = childId(parentId, 'flatten', 1, 'trajectory', 0);
      return {
        topic: 'trajectory',
        partition: 0,
        offset: 0,
        envelope: envelope(id, parentId, sequence),
        body,
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function sampleTrajectory(
  repository: Repository,
  put: (bytes: Uint8Array) => Promise<{ sha256: string; bytes: number }>,
): Promise<TrajectoryBody> {
  const parts = sampleParts(repository.name, repository.files);
  const { episodeTokens = null } = repository;
  const limits = { writesWithoutThought: 'trained', episodeTokens, briefBytesMax: 200 } as const;
  const documents: Episode[] = [];
  for (const { document, segments, files } of flattenRepository(parts, limits)) {
    documents.push({ document: await put(document), segments, files, search: null });
  }
  const [first, ...episodes] = documents;
  if (first === undefined) throw new Error('a repository has a document');
  return {
    ...first,
    name: repository.name,
    origin: repository.name,
    commit: null,
    licence: { expression: 'MIT', evidence: [] },
    format: 1,
    teacher: sampleTeacher,
    scorer: null,
    usage: {
      calls: 1,
      promptTokens: 0,
      completionTokens: 0,
      microDollars: 0,
      refused: {},
      finish: {},
    },
    lacks: [],
    refused: [],
    episodes,
  };
}

export function envelope(id: string, parentId: string, sourceSequence: number): Envelope {
  return {
    id,
    parentId,
    repositoryId: parentId,
    dataset: 'test',
    stage: 'flatten',
    stageVersion: 1,
    seed: 0,
    eventTimeMs: 0,
    sourceSequence,
    attempt: 0,
  };
}

export function droppedRecord(sequence: number): StageRecord<'dropped'> {
  const body = {
    name: 'gone',
    origin: 'gone',
    stage: 'admit',
    disposition: 'drop' as const,
    reason: 'LICENCE_REFUSED',
    detail: '',
    usage: noUsage,
  };
  const id = sha256(`dropped ${sequence}`).slice(0, 32);
  return { topic: 'dropped', partition: 0, offset: 0, envelope: envelope(id, id, sequence), body };
}

export function closedRecord(sources: number): StageRecord<'input-closed'> {
  const id = sha256('closed').slice(0, 32);
  return {
    topic: 'input-closed',
    partition: 0,
    offset: 0,
    envelope: envelope(id, '', 0),
    body: { sources },
  };
}

/** The log as partitions: the given records in order, each with its place. */
export function placeRecords(
  records: readonly SinkRecord[],
  partitionOf: (record: SinkRecord, position: number) => number = () => 0,
): SinkRecord[] {
  const next = new Map<string, number>();
  return records.map((record, position) => {
    const partition = record.topic === 'input-closed' ? 0 : partitionOf(record, position);
    const key = `${record.topic}/${partition}`;
    const offset = next.get(key) ?? 0;
    next.set(key, offset + 1);
    return { ...record, partition, offset } as SinkRecord;
  });
}

/** Delivers what the writer still needs, as the runtime does; true when the run is complete. */
export async function deliver(writer: Writer, log: readonly SinkRecord[]): Promise<boolean> {
  let { done } = writer.begin();
  for (const record of log) {
    if (done) break;
    if (record.offset < writer.resumeOffset(record.topic, record.partition)) continue;
    done = (await writer.accept(record as StageRecord)).done;
  }
  return done;
}

/** Shards and provenance by name, as text that can be compared. */
export function outputBytes(out: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const folder of ['shards', 'provenance']) {
    for (const name of readdirSync(join(out, folder)).sort()) {
      files[`${folder}/${name}`] = sha256(readFileSync(join(out, folder, name)));
    }
  }
  return files;
}
