/** Opens the place of a finished or growing output: a folder, or s3://bucket/prefix. */
import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PipelineError } from '../../runtime/errors.ts';
import { makeFolder, refusedFolder } from '../../runtime/store/make-folder.ts';
import { openLocalObjects } from '../../runtime/store/objects/local.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { openObjects } from '../../runtime/store/objects/open.ts';
import type { CommandContext } from '../context.ts';
import { type ConfigurationOptions, loadConfiguration } from './settings.ts';

export function isRemote(out: string): boolean {
  return out.startsWith('s3://');
}

/** The folder that may hold the log of the run; null for a bucket, which holds none. */
export function runFolderOf({ workingFolder }: CommandContext, out: string): string | null {
  return isRemote(out) ? null : resolve(workingFolder, out);
}

/** Address and region of a remote store come from the configuration's section `storage`. */
export async function openPlace(
  context: CommandContext,
  out: string,
  options: ConfigurationOptions,
): Promise<ObjectStore> {
  const folder = resolve(context.workingFolder, out);
  if (!isRemote(out)) return openLocalObjects(folder);
  const { values } = await loadConfiguration(context, options, { 'storage.url': out });
  return openObjects({ settings: values.storage, folder });
}

/** Finds a problem that would fail every write before the first record. */
export async function requireStore(objects: ObjectStore): Promise<void> {
  const problem = await objects.check();
  if (problem === null) return;
  throw new PipelineError('STORE_UNSUITABLE', problem, { subject: objects.place });
}

/** Writes a .gitignore into a new folder, so that a run on a working copy skips its own output. */
export async function prepareFolder(outputFolder: string): Promise<void> {
  const advice = 'choose another --out';
  makeFolder(outputFolder, advice);
  try {
    const entries = await readdir(outputFolder);
    if (entries.length === 0) await writeFile(join(outputFolder, '.gitignore'), '*\n');
  } catch (error) {
    throw refusedFolder(error, outputFolder, advice);
  }
}
