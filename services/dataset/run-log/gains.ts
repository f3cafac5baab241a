/**
 * What the search of a run gained: the bits of each file's code before and after, and for the best
 * improvement the thought before and after.
 */
import type { FileThoughtBody, FileTraceBody, Step } from '../../../schemas/generated/types.ts';
import { type FromLog, forEachBody, type RunLog, withRunLog } from './run-log.ts';

export interface FileGain {
  readonly path: string;
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
}

/** A thought that the search improved, with its first wording. */
export interface ImprovedThought extends FileGain {
  readonly before: string;
  readonly after: string;
}

/** Gains per path of one repository. */
export async function readFileGains(
  outputFolder: string,
  name: string,
): Promise<FromLog<ReadonlyMap<string, FileGain>>> {
  return withRunLog(outputFolder, async (log) => {
    const found: [string, FileGain][] = [];
    const repositoryId = await findRepository(log, name);
    await forEachBody(log, 'file-thought', ({ envelope, body }) => {
      if (envelope.repositoryId !== repositoryId || body.search === null) return;
      found.push([body.path, gainOf(body, body.search)]);
    });
    return new Map(found);
  });
}

/** A file worth showing has some code, not too much to read, and at least one read before it. */
const showBytes = { min: 1_200, max: 4_000 };
const showReadsMax = 3;

/**
 * The file whose bits per byte fell most. Files worth showing come first; null when no rewrite was
 * kept.
 */
export async function readBestImprovement(outputFolder: string): Promise<ImprovedThought | null> {
  const { found } = await withRunLog(outputFolder, async (log) => {
    let best: { body: FileThoughtBody; gain: FileGain; repositoryId: string } | null = null;
    let bestFall = 0;
    await forEachBody(log, 'file-thought', ({ envelope: { repositoryId }, body }) => {
      if (body.search === null || body.search.targetBytes === 0) return;
      const { targetBytes, bitsBefore, bitsAfter } = body.search;
      const reads = body.steps.filter(({ kind }) => kind === 'read').length;
      const readable = targetBytes >= showBytes.min && targetBytes <= showBytes.max;
      const worthShowing = readable && reads > 0 && reads <= showReadsMax;
      // A fall is far below a thousand bits per byte, so files worth showing always come first.
      const fall = (bitsBefore - bitsAfter) / targetBytes + (worthShowing ? 1_000 : 0);
      if (bitsAfter >= bitsBefore || fall <= bestFall) return;
      bestFall = fall;
      best = { body, gain: gainOf(body, body.search), repositoryId };
    });
    return best === null ? null : withFirstThought(log, best);
  });
  return found;
}

async function withFirstThought(
  log: RunLog,
  best: { body: FileThoughtBody; gain: FileGain; repositoryId: string },
): Promise<ImprovedThought | null> {
  let trace: FileTraceBody | null = null;
  await forEachBody(log, 'file-trace', ({ envelope, body }) => {
    if (envelope.repositoryId === best.repositoryId && body.path === best.body.path) trace = body;
  });
  if (trace === null) return null;
  const { steps } = trace as FileTraceBody;
  return { ...best.gain, before: thoughtsOf(steps), after: thoughtsOf(best.body.steps) };
}

function thoughtsOf(steps: readonly Step[]): string {
  return steps.flatMap(({ kind, text }) => (kind === 'think' ? [text ?? ''] : [])).join('\n');
}

function gainOf(
  { path }: FileThoughtBody,
  { targetBytes, bitsBefore, bitsAfter }: Omit<FileGain, 'path'>,
): FileGain {
  return { path, targetBytes, bitsBefore, bitsAfter };
}

async function findRepository(log: RunLog, name: string): Promise<string | null> {
  let found: string | null = null;
  await forEachBody(log, 'repo-found', ({ envelope, body }) => {
    if (body.name === name) found = envelope.repositoryId;
  });
  return found;
}
