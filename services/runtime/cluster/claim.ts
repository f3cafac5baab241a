/**
 * run.json of a cluster: says which data set the shared store holds. The first process of a data
 * set creates it; a later process that would mix two data sets is refused. A live stream may
 * continue under a newer configuration; a bounded data set may not, because its bytes follow from
 * one configuration.
 */
import { PipelineError } from '../errors.ts';
import { canonicalJson } from '../ids.ts';
import type { ObjectStore } from '../store/objects/object-store.ts';

export interface ClusterFile {
  readonly format: 1;
  readonly runId: string;
  readonly configurationHash: string;
  readonly dataset: string;
  readonly seed: number;
  readonly bounded: boolean;
}

/** Facts that must stay the same in a bounded run only. */
const boundedFacts = ['runId', 'configurationHash'] as const;

export async function claimDataset(objects: ObjectStore, file: ClusterFile): Promise<void> {
  const existing = await claim(objects, 'run.json', file);
  if (existing === null) return;
  const ignored: readonly string[] = file.bounded ? [] : boundedFacts;
  const keys = (Object.keys(file) as (keyof ClusterFile)[]).filter((key) => !ignored.includes(key));
  const different = keys.filter((key) => existing[key] !== file[key]);
  if (different.length > 0) throw mismatch(objects, different.join(', '));
}

/**
 * Only the process with the source knows the input; it must not be restarted with another input.
 */
export async function claimInput(objects: ObjectStore, inputHash: string): Promise<void> {
  const existing = await claim(objects, 'input.json', { format: 1, inputHash });
  if (existing !== null && existing.inputHash !== inputHash) throw mismatch(objects, 'input');
}

/** The file that exists already; null when this call created it. */
async function claim<File extends object>(
  objects: ObjectStore,
  path: string,
  file: File,
): Promise<File | null> {
  const bytes = Buffer.from(`${canonicalJson(file)}\n`, 'utf8');
  if (await objects.create(path, bytes)) return null;
  const text = (await objects.read(path))?.toString('utf8') ?? '';
  try {
    return JSON.parse(text) as File;
  } catch (error) {
    throw new PipelineError(
      'OUTPUT_MISMATCH',
      `${objects.place}/${path} is not readable; choose another --out`,
      { subject: `${objects.place}/${path}`, cause: error },
    );
  }
}

function mismatch(objects: ObjectStore, what: string): PipelineError {
  return new PipelineError(
    'OUTPUT_MISMATCH',
    `${objects.place} holds a data set with another ${what}; choose another --out and --dataset, or start this process as the others were started`,
    { subject: objects.place },
  );
}
