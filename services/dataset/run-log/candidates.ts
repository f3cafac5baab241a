/** What the search of a run tried, with texts and bits: a file's trace and what became of it. */
import type { FileThoughtBody, FileTraceBody } from '../../../schemas/generated/types.ts';
import { physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import { forEachRecord } from '../../runtime/bus/topic-reader.ts';
import type { DecodedRecord } from '../../runtime/records/codec.ts';
import { type FromLog, type RunLog, withRunLog } from './run-log.ts';

export interface SearchedFile {
  readonly trace: FileTraceBody;
  readonly thought: FileThoughtBody;
}

/** The searched files of some repositories, by `fileKey`. */
export async function readCandidates(
  outputFolder: string | null,
  repositoryIds: ReadonlySet<string>,
): Promise<FromLog<ReadonlyMap<string, SearchedFile>>> {
  return withRunLog(outputFolder, async (log) => {
    const traces = new Map<string, FileTraceBody>();
    const found = new Map<string, SearchedFile>();
    await forEachOf(log, 'file-trace', repositoryIds, ({ envelope, body }) => {
      traces.set(fileKey(envelope.repositoryId, body.path), body);
    });
    // What was tried again has a later record, which counts.
    await forEachOf(log, 'file-thought', repositoryIds, ({ envelope, body: thought }) => {
      const key = fileKey(envelope.repositoryId, thought.path);
      const trace = traces.get(key);
      if (trace === undefined || thought.search === null) found.delete(key);
      else found.set(key, { trace, thought });
    });
    return found;
  });
}

export function fileKey(repositoryId: string, path: string): string {
  return JSON.stringify([repositoryId, path]);
}

async function forEachOf<Topic extends TopicName>(
  { bus, codec, dataset }: RunLog,
  topic: Topic,
  repositoryIds: ReadonlySet<string>,
  visit: (record: DecodedRecord<Topic>) => void,
): Promise<void> {
  await forEachRecord(bus, physicalTopic(dataset, topic), async ({ key, value }) => {
    if (repositoryIds.has(key ?? '')) visit(await codec.decode(topic, value));
  });
}
