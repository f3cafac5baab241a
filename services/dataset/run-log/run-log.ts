/**
 * The log of the embedded run that made an output; it lies beside the shards. It is optional: an
 * output without it shows less, and the reader says why. While a run is under way, the log is not
 * read. Reading changes nothing in the output.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import { type LogReader, openLogReader } from '../../runtime/bus/sqlite/read-log.ts';
import { forEachRecord } from '../../runtime/bus/topic-reader.ts';
import { readEnvelope } from '../../runtime/engine/unreadable.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { IdCounts } from '../../runtime/hashes/id-set.ts';
import { type Codec, createCodec, type DecodedRecord } from '../../runtime/records/codec.ts';
import { openLocalBlobStore } from '../../runtime/store/blobs.ts';

export interface RunLog {
  readonly bus: Pick<LogReader, 'read' | 'endOffsets'>;
  readonly codec: Codec;
  readonly dataset: string;
}

/** What the log told; or null, with the reason in words that follow "because". */
export type FromLog<Result> =
  | { readonly found: Result; readonly why: null }
  | { readonly found: null; readonly why: string };

export async function forEachBody<Topic extends TopicName>(
  { bus, codec, dataset }: RunLog,
  topic: Topic,
  visit: (record: DecodedRecord<Topic>) => void,
): Promise<void> {
  await forEachRecord(bus, physicalTopic(dataset, topic), async ({ value }) => {
    visit(await codec.decode(topic, value));
  });
}

/**
 * Every body of a topic. Of records with one id the last counts: what was tried again has a record
 * without its result before the one with it.
 */
export async function forEachLastBody<Topic extends TopicName>(
  log: RunLog,
  topic: Topic,
  visit: (record: DecodedRecord<Topic>) => void,
): Promise<void> {
  const [all, met] = [new IdCounts(), new IdCounts()];
  await forEachRecord(log.bus, physicalTopic(log.dataset, topic), async (record) => {
    const envelope = await readEnvelope(log.codec, topic, record);
    if (envelope !== null) all.add(envelope.id);
  });
  await forEachBody(log, topic, (record) => {
    const { id } = record.envelope;
    if (met.add(id) === all.count(id)) visit(record);
  });
}

/** Only the bodies of one repository: the others are not decoded. */
export async function forEachBodyOf<Topic extends TopicName>(
  { bus, codec, dataset }: RunLog,
  topic: Topic,
  repositoryId: string,
  visit: (record: DecodedRecord<Topic>) => void,
): Promise<void> {
  await forEachRecord(bus, physicalTopic(dataset, topic), async ({ key, value }) => {
    if (key === repositoryId) visit(await codec.decode(topic, value));
  });
}

/**
 * The folder is null for an output in a bucket. With `copy`, a log that a run is using is read as
 * it stands, from a copy.
 */
export async function withRunLog<Result>(
  outputFolder: string | null,
  read: (log: RunLog) => Promise<Result>,
  inUse: 'leave' | 'copy' = 'leave',
): Promise<FromLog<Result>> {
  const absent = (why: string) => ({ found: null, why });
  if (outputFolder === null) return absent('a bucket holds no log');
  const dataset = await datasetOf(join(outputFolder, 'run.json'));
  if (dataset === null) return absent('run.json is missing or is not that of an embedded run');
  let bus: LogReader;
  try {
    bus = openLogReader(join(outputFolder, 'log'), inUse);
  } catch (error) {
    return absent(whyUnopened(error));
  }
  try {
    const codec = createCodec(await openLocalBlobStore(join(outputFolder, 'blobs')));
    return { found: await read({ bus, codec, dataset }), why: null };
  } catch (error) {
    // A log without its blobs, or of an older program: the output itself is not worse for it.
    if (!(error instanceof PipelineError)) throw error;
    return absent(`its log cannot be read: ${error.message}`);
  } finally {
    await bus.close();
  }
}

function whyUnopened(error: unknown): string {
  if (error instanceof PipelineError) return 'a run is using its log';
  const { code, message } = error as NodeJS.ErrnoException;
  // Node says ERR_SQLITE_ERROR for everything, so a missing file is told by SQLite's own words.
  const missing = code === 'ENOENT' || /unable to open database file/.test(message);
  return missing ? 'log/log.db is missing or may not be read' : `log/log.db is damaged: ${message}`;
}

async function datasetOf(path: string): Promise<string | null> {
  try {
    const run = JSON.parse(await readFile(path, 'utf8')) as { dataset?: unknown };
    return typeof run.dataset === 'string' ? run.dataset : null;
  } catch {
    // Missing, not readable or not JSON: `verify` says which.
    return null;
  }
}
