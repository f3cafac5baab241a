/**
 * The log of the embedded run that made an output; it lies beside the shards. It is optional: a
 * copied output without the log shows less. While a run is under way, the log is not read.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { openSqliteBus } from '../../runtime/bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../../runtime/bus/topic-reader.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { type Codec, createCodec, type DecodedRecord } from '../../runtime/records/codec.ts';
import { openLocalBlobStore } from '../../runtime/store/blobs.ts';

export interface RunLog {
  readonly bus: Bus;
  readonly codec: Codec;
  readonly dataset: string;
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
    // A run holds the log. The caller then shows only what is in the shards.
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
