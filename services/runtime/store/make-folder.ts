/**
 * Makes a folder that a person named, with those above it. Node's recursive mkdir never returns on
 * file systems such as /proc, which refuse a new folder with "no such file" although its parent
 * exists; a process that hangs in it cannot even be stopped by SIGTERM.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { asPipelineError, PipelineError } from '../errors.ts';

/**
 * `advice` says what to do where the folder is refused, as in "choose another --out".
 * OUTPUT_UNWRITABLE names the folder, DISK_FULL a full disk.
 */
export function makeFolder(
  folder: string,
  advice = 'mend its rights, or choose another place',
): void {
  try {
    makeWithParents(resolve(folder));
  } catch (error) {
    throw refusedFolder(error, folder, advice);
  }
}

/** The same for what is done next in such a folder. */
export function refusedFolder(error: unknown, folder: string, advice: string): PipelineError {
  const coded = asPipelineError(error, folder);
  if (coded instanceof PipelineError) return coded;
  const what = `cannot write to ${folder}: ${(error as Error).message}; ${advice}`;
  return new PipelineError('OUTPUT_UNWRITABLE', what, { subject: folder, cause: error });
}

function makeWithParents(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeWithParents(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
