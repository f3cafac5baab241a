/**
 * Erases what an embedded run keeps of repositories that left by an opt-out: the blobs that only
 * they use, and their records in the log but those that say that they were found or dropped. First
 * a list of it is durable; so whoever is killed anywhere repeats the same call.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobReference } from '../../../schemas/generated/types.ts';
import { erasurePath } from '../../../schemas/manifest.ts';
import {
  deadLetterTopic,
  lifecycle,
  physicalTopic,
  type TopicName,
  topicNames,
} from '../../../schemas/topology.ts';
import {
  openSqliteBus,
  type RecordPlace,
  type SqliteLog,
} from '../../runtime/bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../../runtime/bus/topic-reader.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { canonicalJson } from '../../runtime/ids.ts';
import { parseJson } from '../../runtime/json.ts';
import { createCodec } from '../../runtime/records/codec.ts';
import { plainWire } from '../../runtime/records/wire.ts';
import { blobPath, openLocalBlobStore } from '../../runtime/store/blobs.ts';
import { readErasure } from '../../runtime/store/erasure.ts';
import { openLocalObjects } from '../../runtime/store/objects/local.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { readManifest } from '../manifest.ts';
import { shardsOf } from '../opt-out/generations.ts';
import { readProvenance } from '../read-shards.ts';
import { forEachReference } from '../run-log/references.ts';

export interface EraseReport {
  /** All that were erased so far, by this call and by earlier ones. */
  readonly repositories: readonly { readonly repositoryId: string; readonly name: string }[];
  /** By this call. */
  readonly blobs: number;
  readonly bytes: number;
  readonly records: number;
}

/** USAGE where the output cannot be erased from, with what can be done instead. */
export async function requireErasable(store: ObjectStore, folder: string | null): Promise<void> {
  const refusal = (why: string) =>
    new PipelineError('USAGE', `--erase: ${why}`, { subject: store.place });
  const run = await datasetOf(store);
  if (folder === null || run === null) {
    const topics =
      run === null ? 'its topics' : `the topics ${physicalTopic(run, '*' as TopicName)}`;
    throw refusal(
      `the log of ${store.place} is not in a folder but on Kafka, which gives no single record back. Apply the list without --erase; what remains are ${topics} and blobs/. Once no process serves the data set, delete both (kafka-topics.sh --delete --topic NAME): the shards are whole without them`,
    );
  }
  if ((await store.size('log/log.db')) === null) {
    throw refusal(
      `${store.place}/log/log.db is gone, and it alone says which blobs other repositories use. Remove blobs/ as a whole: the shards are whole without it`,
    );
  }
  const { entries } = await readManifest(store);
  if (entries.at(-1)?.closed !== true) {
    throw refusal(
      `${store.place} still grows, and its run reads the records. Apply the list without --erase now, and with it when the run has ended`,
    );
  }
}

/** OUTPUT_LOCKED while a run works in the folder. */
export async function eraseOptedOut(folder: string): Promise<EraseReport> {
  const store = openLocalObjects(folder);
  await requireErasable(store, folder);
  const dataset = (await datasetOf(store)) as string;
  const { entries, optOuts } = await readManifest(store);
  const log = openSqliteBus(join(folder, 'log'));
  try {
    const found = await lookThrough(log, dataset, folder, new Set(optOuts.repositories.keys()));
    for (const shard of shardsOf(entries, optOuts)) {
      const { provenance } = await readProvenance(store, shard);
      for (const { document } of provenance) found.kept.add(document.sha256);
    }
    const earlier = await readErasure(store);
    const all = new Set([...(earlier?.blobs ?? []), ...found.named]);
    const blobs = [...all].filter((sha256) => !found.kept.has(sha256)).sort();
    const names = new Map([
      ...(earlier?.repositories ?? []).map(
        ({ repositoryId, name }) => [repositoryId, name] as const,
      ),
      ...found.names,
    ]);
    const repositories = [...names].sort().map(([repositoryId, name]) => ({ repositoryId, name }));
    if (repositories.length === 0) return { repositories, blobs: 0, bytes: 0, records: 0 };
    const line = canonicalJson({ format: 1, repositories, blobs });
    await store.replace(erasurePath, Buffer.from(`${line}\n`));
    await log.erase(found.records);
    const gone = await removeBlobs(store, blobs);
    // What parsers found in files; a later run parses again.
    await rm(join(folder, 'cache'), { recursive: true, force: true });
    return { repositories, ...gone, records: found.records.length };
  } finally {
    await log.close();
  }
}

/** The data set of an embedded run; null where there is none. */
async function datasetOf(store: ObjectStore): Promise<string | null> {
  const run = parseJson((await store.read('run.json')) ?? Buffer.from('null'));
  if (typeof run !== 'object' || run === null || !('inputHash' in run)) return null;
  return 'dataset' in run && typeof run.dataset === 'string' ? run.dataset : null;
}

async function removeBlobs(store: ObjectStore, hashes: readonly string[]) {
  let [blobs, bytes] = [0, 0];
  for (const sha256 of hashes) {
    const path = `blobs/${blobPath({ sha256 })}`;
    const size = await store.size(path);
    if (size === null) continue;
    await store.remove(path);
    blobs += 1;
    bytes += size;
  }
  return { blobs, bytes };
}

interface InLog {
  /** Records to erase. */
  readonly records: RecordPlace[];
  /** Blobs that records of opted-out repositories name, and those that others do. */
  readonly named: Set<string>;
  readonly kept: Set<string>;
  readonly names: Map<string, string>;
}

/** These say that a repository was found or dropped, and hold nothing of its files. */
const stays: readonly TopicName[] = [lifecycle.found, lifecycle.dropped];

async function lookThrough(
  log: SqliteLog,
  dataset: string,
  folder: string,
  out: ReadonlySet<string>,
): Promise<InLog> {
  const { bodies } = createCodec(await openLocalBlobStore(join(folder, 'blobs')));
  const found: InLog = { records: [], named: new Set(), kept: new Set(), names: new Map() };
  for (const topic of topicNames) {
    await forEachRecord(log, physicalTopic(dataset, topic), async (record) => {
      const leaves = out.has(record.key);
      const blobs = leaves ? found.named : found.kept;
      const add = ({ sha256 }: BlobReference) => blobs.add(sha256);
      const { body, bodyReference } = await plainWire.decode(topic, record.value);
      const remains = !leaves || stays.includes(topic);
      if (bodyReference !== null) (remains ? found.kept : found.named).add(bodyReference.sha256);
      const whole = bodyReference === null ? body : await bodies.load(topic, bodyReference);
      forEachReference(whole, add);
      if (leaves && topic === lifecycle.found) {
        found.names.set(record.key, (whole as { name: string }).name);
      }
      if (!remains) found.records.push(record);
    });
    // A dead letter holds a record of its repository; what it names, the record names, too.
    await forEachRecord(log, physicalTopic(dataset, deadLetterTopic(topic)), async (record) => {
      if (out.has(record.key)) found.records.push(record);
    });
  }
  return found;
}
