/**
 * Begins a data set from a stage of an earlier one: the records that the earlier data set has in
 * front of that stage are copied into topics of the new one, and the stages from there on read the
 * copies. The old data set is only read, to its end or, with `follow`, as it grows.
 */
import {
  boundaryTopics,
  physicalTopic,
  type StageName,
  stageNames,
  type TopicName,
} from '../../../schemas/topology.ts';
import type { Bus, IncomingRecord, OutgoingRecord, TopicPartition } from '../bus/bus.ts';
import { deletedBefore, holeIn, missingBetween } from '../bus/truncation.ts';
import { type Clock, sleepUnlessAborted } from '../clock.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson } from '../ids.ts';
import type { Wire } from '../records/wire.ts';
import type { ObjectStore } from '../store/objects/object-store.ts';

type Positions = Readonly<Partial<Record<TopicName, readonly number[]>>>;

/** The replay's manifest, `replay.json`: everything that the new data set's bytes depend on. */
export interface ReplayFile {
  readonly format: 1;
  readonly of: string;
  readonly from: StageName;
  readonly follow: boolean;
  readonly configurationHash: string;
  readonly seed: number;
  /** Name, version and model of the teacher; null where no replayed stage asks one. */
  readonly teacher: unknown;
  readonly scorer: unknown;
  /** SHA-256 over the prompts' sources. */
  readonly promptsHash: string;
  readonly tokenizer: { readonly name: string; readonly fingerprint: string };
  /** The program that began the replay; a fixed version may continue it. */
  readonly code: { readonly version: string; readonly hash: string };
  /** The registry's schema ids, by subject. */
  readonly schemaIds: Readonly<Record<string, number>>;
  /** End offsets up to which the old data set was read; null while it is followed. */
  readonly ends: Positions | null;
}

const filePath = 'replay.json';
const copiedPath = 'replay-copied.json';
const batchMax = 500;
const pollMs = 2000;

export interface ReplayOptions {
  readonly bus: Bus;
  readonly wire: Wire;
  readonly clock: Clock;
  /** The new data set's store. */
  readonly objects: ObjectStore;
  readonly to: string;
  readonly file: Omit<ReplayFile, 'ends' | 'format'>;
  /** True when nothing more can be written to the old data set's topics that are copied. */
  readonly isFinal: () => Promise<boolean>;
}

export interface Replay {
  /** Records of the old data set handled so far, those that are left out included. */
  copied(): number;
  /** Copies new records until the old data set is final or the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

/**
 * Copies the records that exist; LOG_TRUNCATED where some of them are gone, because the new data
 * set would lack their repositories, or wait for them. A process that died in the middle copies
 * again from the positions it last noted, which ids make harmless (I7), and, without `follow`, up
 * to the same ends. OUTPUT_MISMATCH when the new data set was begun as another replay.
 */
export async function beginReplay(options: ReplayOptions): Promise<Replay> {
  const { objects, clock } = options;
  const { follow, of, from } = options.file;
  await requireAll(options);
  if (!follow && !(await options.isFinal())) throw notFinal(of, from);
  const file = await claim(objects, {
    ...options.file,
    format: 1,
    ends: follow ? null : await endsOf(options),
  });
  let positions = await readPositions(objects);
  const copyTo = async (ends: Positions) => {
    if (canonicalJson(ends) === canonicalJson(positions)) return;
    for (const topic of boundaryTopics(from)) await copyTopic(options, topic, positions, ends);
    positions = ends;
    await objects.replace(copiedPath, Buffer.from(`${canonicalJson(ends)}\n`, 'utf8'));
  };
  await copyTo(file.ends ?? (await endsOf(options)));
  return {
    copied: () => sum(Object.values(positions).flat()),
    follow: async (signal) => {
      while (!signal.aborted) {
        // Asked before copying, so that records written between the two calls are still copied.
        const final = await options.isFinal();
        await copyTo(await endsOf(options));
        if (final) {
          const complete = canonicalJson({ ...file, ends: positions });
          await objects.replace(filePath, Buffer.from(`${complete}\n`, 'utf8'));
          return;
        }
        await sleepUnlessAborted(clock, pollMs, signal);
      }
    },
  };
}

function notFinal(of: string, from: StageName): PipelineError {
  return new PipelineError(
    'CONFIG_INVALID',
    `data set ${of} is live, or has not finished what lies before ${from}: repositories on their way would leave holes in the order; wait for its end, or follow it with --follow`,
    { subject: of },
  );
}

/** Everything that the old data set had before the stage must still be there. */
async function requireAll({ bus, file: { of, from } }: ReplayOptions): Promise<void> {
  const gone: string[] = [];
  let first: unknown = null;
  for (const topic of boundaryTopics(from)) {
    const name = physicalTopic(of, topic);
    const [starts, ends] = [await bus.startOffsets(name), await bus.endOffsets(name)];
    const [deleted, all] = [sum(starts), sum(ends)];
    if (deleted === 0) continue;
    gone.push(`${topic}: ${all - deleted} of ${all} records are there`);
    const partition = starts.findIndex((start) => start > 0);
    first ??= deletedBefore({ topic: name, partition }, 0, starts[partition] ?? 0);
  }
  if (!(first instanceof PipelineError)) return;
  throw new PipelineError(
    'LOG_TRUNCATED',
    `${of} cannot be replayed from ${from} (${gone.join('; ')}): ${first.message}`,
    { subject: of },
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function endsOf({ bus, file }: ReplayOptions): Promise<Positions> {
  const ends: Partial<Record<TopicName, readonly number[]>> = {};
  for (const topic of boundaryTopics(file.from)) {
    ends[topic] = await bus.endOffsets(physicalTopic(file.of, topic));
  }
  return ends;
}

async function readPositions(objects: ObjectStore): Promise<Positions> {
  const bytes = await objects.read(copiedPath);
  return bytes === null ? {} : (JSON.parse(String(bytes)) as Positions);
}

async function claim(objects: ObjectStore, file: ReplayFile): Promise<ReplayFile> {
  if (await objects.create(filePath, Buffer.from(`${canonicalJson(file)}\n`, 'utf8'))) return file;
  const existing = JSON.parse(String(await objects.read(filePath))) as ReplayFile;
  const facts = ({ ends: _ends, code: _code, ...rest }: ReplayFile): Record<string, unknown> =>
    rest;
  const [old, now] = [facts(existing), facts(file)];
  const different = Object.keys(now).filter(
    (name) => canonicalJson(old[name] ?? null) !== canonicalJson(now[name]),
  );
  if (different.length === 0) return existing;
  throw new PipelineError(
    'OUTPUT_MISMATCH',
    `${objects.place} was begun as another replay (${filePath}: ${different.join(', ')}); choose another --out and --dataset`,
    { subject: objects.place },
  );
}

async function copyTopic(
  { bus, wire, to, file: { of, from } }: ReplayOptions,
  topic: TopicName,
  positions: Positions,
  ends: Positions,
): Promise<void> {
  const before = new Set<string>(stageNames.slice(0, stageNames.indexOf(from)));
  for (const [partition, end] of (ends[topic] ?? []).entries()) {
    const at = { topic: physicalTopic(of, topic), partition };
    for (let position = positions[topic]?.[partition] ?? 0; position < end; ) {
      const batch = await bus.read(at, position, batchMax);
      // What is gone meanwhile, in the middle or at the end, must not pass for copied.
      requireDense(at, position, batch, end);
      const last = batch.at(-1);
      if (last === undefined) break;
      const copies: OutgoingRecord[] = [];
      for (const { offset, key, value } of batch) {
        if (offset >= end) continue;
        const record = await wire.decode(topic, value);
        // Records that a replayed stage wrote itself are left out: that stage decides anew.
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

function requireDense(
  at: TopicPartition,
  from: number,
  batch: readonly IncomingRecord[],
  end: number,
): void {
  if (batch.length === 0) throw missingBetween(at, from, end);
  const hole = holeIn(batch, from);
  if (hole !== null) throw missingBetween(at, hole.after, hole.found);
}
