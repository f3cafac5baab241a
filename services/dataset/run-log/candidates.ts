/** What the search of a run tried, with texts and bits: a file's trace and what became of it. */
import type { FileThoughtBody, FileTraceBody } from '../../../schemas/generated/types.ts';
import { physicalTopic } from '../../../schemas/topology.ts';
import { forEachRecord } from '../../runtime/bus/topic-reader.ts';
import { type FromLog, type RunLog, withRunLog } from './run-log.ts';

export interface SearchedFile {
  readonly trace: FileTraceBody;
  readonly thought: FileThoughtBody;
}

/** The searched files of some repositories, by `fileKey`. */
export async function readCandidates(
  outputFolder: string,
  repositoryIds: ReadonlySet<string>,
): Promise<FromLog<ReadonlyMap<string, SearchedFile>>> {
  return withRunLog(outputFolder, async (log) => {
    const traces = new Map<string, FileTraceBody>();
    const found = new Map<string, SearchedFile>();
    await forEachOf(log, 'file-trace', repositoryIds, (key, body) => traces.set(key, body));
    // What was tried again has a later record, which counts.
    await forEachOf(log, 'file-thought', repositoryIds, (key, thought) => {
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

interface Bodies {
  readonly 'file-trace': FileTraceBody;
  readonly 'file-thought': FileThoughtBody;
}

async function forEachOf<Topic extends keyof Bodies>(
  { bus, codec, dataset }: RunLog,
  topic: Topic,
  repositoryIds: ReadonlySet<string>,
  visit: (key: string, body: Bodies[Topic]) => void,
): Promise<void> {
  await forEachRecord(bus, physicalTopic(dataset, topic), async ({ key, value }) => {
    if (!repositoryIds.has(key ?? '')) return;
    const { envelope, body } = await codec.decode(topic, value);
    visit(fileKey(envelope.repositoryId, body.path), body as Bodies[Topic]);
  });
}
