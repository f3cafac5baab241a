/**
 * run.json of a cluster: says which data set the shared store holds. The first process of a data
 * set creates it; a later process that would mix two data sets is refused. A live stream may
 * continue under a newer configuration; a bounded data set may not, because its bytes follow from
 * one configuration.
 */
import type { Bus } from '../bus/bus.ts';
import { partitionLags } from '../bus/lag.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson } from '../ids.ts';
import type { AnyStage } from '../stage.ts';
import type { ObjectStore } from '../store/objects/object-store.ts';

const clusterFilePath = 'run.json';

export interface ClusterFile {
  readonly format: 1;
  readonly runId: string;
  readonly configurationHash: string;
  readonly dataset: string;
  readonly seed: number;
  readonly bounded: boolean;
}

/** As a person knows them. */
const factNames: Readonly<Record<keyof ClusterFile, string>> = {
  format: 'format',
  runId: 'configuration',
  configurationHash: 'configuration',
  dataset: 'name (--dataset)',
  seed: 'seed',
  bounded: 'kind (--bounded or live)',
};

/** Facts that must stay the same in a bounded run only. */
const boundedFacts = ['runId', 'configurationHash'] as const;

export async function claimDataset(objects: ObjectStore, file: ClusterFile): Promise<void> {
  const existing = await claim(objects, clusterFilePath, file);
  if (existing === null) return;
  const ignored: readonly string[] = file.bounded ? [] : boundedFacts;
  const keys = (Object.keys(file) as (keyof ClusterFile)[]).filter((key) => !ignored.includes(key));
  const different = keys.filter((key) => existing[key] !== file[key]);
  if (different.length > 0) {
    const names = new Set(different.map((key) => factNames[key]));
    throw mismatch(objects, [...names].join(', '));
  }
}

/** run.json, which every store of a data set has; null when one of the two does not show it. */
export async function readLandmark(own: ObjectStore, earlier?: ObjectStore): Promise<unknown> {
  const file = await own.read(clusterFilePath);
  return file === null || earlier === undefined ? file : earlier.read(clusterFilePath);
}

/**
 * OUTPUT_MISSING when the stages have worked already and the store holds nothing: a new run.json
 * would hide that it is another place, or is not mounted.
 */
export async function requireBegun(
  bus: Bus,
  objects: ObjectStore,
  dataset: string,
  stages: readonly Pick<AnyStage, 'name'>[],
): Promise<void> {
  if ((await objects.size(clusterFilePath)) !== null) return;
  for (const { name } of stages) {
    const lags = await partitionLags(bus, dataset, name);
    if (lags.every(({ committed }) => committed === 0)) continue;
    throw new PipelineError(
      'OUTPUT_MISSING',
      `${name} of data set ${dataset} has worked before, and ${objects.place} holds nothing of it (no ${clusterFilePath}): mount it, name the --out of the other processes, or choose another --dataset`,
      { subject: objects.place },
    );
  }
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
