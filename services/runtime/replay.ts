/**
 * Begins a data set with what an earlier one had before a stage: its records are copied into topics
 * of the new one, which the stages from there on then read. The old data set is only read.
 */
import {
  boundaryTopics,
  physicalTopic,
  type StageName,
  stageNames,
  type TopicName,
} from '../../schemas/topology.ts';
import type { Bus, OutgoingRecord } from './bus.ts';
import { PipelineError } from './errors.ts';
import { canonicalJson } from './ids.ts';
import { recordsIn } from './lag.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { Wire } from './wire.ts';

export interface ReplayFile {
  readonly format: 1;
  readonly of: string;
  readonly from: StageName;
  readonly configurationHash: string;
  readonly seed: number;
  /** Who answers: name, version and model of teacher and scorer. */
  readonly teacher: unknown;
  readonly scorer: unknown;
  /** Up to where the old data set was read, by topic and partition. */
  readonly ends: Readonly<Partial<Record<TopicName, readonly number[]>>>;
}

const filePath = 'replay.json';
const copiedPath = 'replay-copied.json';
const batchMax = 500;

export interface ReplayOptions {
  readonly bus: Bus;
  readonly wire: Wire;
  /** The new data set's store. */
  readonly objects: ObjectStore;
  readonly to: string;
  readonly file: Omit<ReplayFile, 'ends' | 'format'>;
}

/**
 * Copies once: whoever died in the middle copies again, which ids make harmless (I7), and up to the
 * same ends. OUTPUT_MISMATCH when the new data set was begun as another replay.
 */
export async function beginReplay(options: ReplayOptions): Promise<ReplayFile> {
  const { bus, objects } = options;
  await requireClosed(bus, options.file.of);
  const file = await claim(objects, { ...options.file, format: 1, ends: await endsOf(options) });
  if ((await objects.size(copiedPath)) !== null) return file;
  for (const topic of boundaryTopics(file.from)) await copyTopic(options, file, topic);
  await objects.create(copiedPath, Buffer.from('{}\n', 'utf8'));
  return file;
}

/** A live data set has repositories on their way, whose places in the order would stay empty. */
async function requireClosed(bus: Bus, of: string): Promise<void> {
  if ((await recordsIn(bus, of, 'input-closed')) > 0) return;
  throw new PipelineError(
    'CONFIG_INVALID',
    `data set ${of} is live or has not found all of its input: only one whose input is closed can be replayed`,
    { subject: of },
  );
}

async function endsOf({ bus, file }: ReplayOptions): Promise<ReplayFile['ends']> {
  const ends: Partial<Record<TopicName, readonly number[]>> = {};
  for (const topic of boundaryTopics(file.from)) {
    ends[topic] = await bus.endOffsets(physicalTopic(file.of, topic));
  }
  return ends;
}

async function claim(objects: ObjectStore, file: ReplayFile): Promise<ReplayFile> {
  if (await objects.create(filePath, Buffer.from(`${canonicalJson(file)}\n`, 'utf8'))) return file;
  const existing = JSON.parse(String(await objects.read(filePath))) as ReplayFile;
  const facts = ({ ends: _ends, ...rest }: ReplayFile) => canonicalJson(rest);
  if (facts(existing) === facts(file)) return existing;
  throw new PipelineError(
    'OUTPUT_MISMATCH',
    `${objects.place} was begun as another replay (${filePath}); choose another --out and --dataset`,
    { subject: objects.place },
  );
}

async function copyTopic(
  { bus, wire, to }: ReplayOptions,
  { of, from, ends }: ReplayFile,
  topic: TopicName,
): Promise<void> {
  const before = new Set<string>(stageNames.slice(0, stageNames.indexOf(from)));
  for (const [partition, end] of (ends[topic] ?? []).entries()) {
    const at = { topic: physicalTopic(of, topic), partition };
    for (let position = 0; position < end; ) {
      const batch = await bus.read(at, position, batchMax);
      const last = batch.at(-1);
      if (last === undefined) break;
      const copies: OutgoingRecord[] = [];
      for (const { offset, key, value } of batch) {
        if (offset >= end) continue;
        const record = await wire.decode(topic, value);
        // What the replayed stages ended themselves they decide anew.
        if (!before.has(record.envelope.stage)) continue;
        const envelope = { ...record.envelope, dataset: to };
        const copy = wire.encode(topic, { ...record, envelope });
        copies.push({ topic: physicalTopic(to, topic), key, value: copy });
      }
      if (copies.length > 0) await bus.produce(copies);
      position = last.offset + 1;
    }
  }
}
