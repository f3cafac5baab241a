/**
 * Finds the configuration file of a command: the file that --config names, else backstory.yaml in
 * the working folder. A source is input, never configuration (I12): a file that the user did not
 * name is not used if it may have come with a source.
 */
import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { PipelineError } from '../../runtime/errors.ts';
import { expandSources, type SourceSpec } from '../../stages/discover/sources.ts';

const defaultFile = 'backstory.yaml';

export interface ConfigurationFile {
  /** The file's content; null if there is no file or it is not used. */
  readonly text: string | null;
  /** The path in the form that messages show. */
  readonly path: string;
  /** True if --config did not name the file. */
  readonly found: boolean;
  /** Why an existing file is not used; else null. */
  readonly refusal: string | null;
}

/** Reads the file. A file that the user named must exist; the default file may be absent. */
export async function readConfigurationFile(
  workingFolder: string,
  named: string | undefined,
  sources: readonly string[],
): Promise<ConfigurationFile> {
  const path = named ?? defaultFile;
  const place = resolve(workingFolder, path);
  const found = named === undefined;
  let text: string;
  try {
    text = await readFile(place, 'utf8');
  } catch (error) {
    if (found && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { text: null, path, found, refusal: null };
    }
    throw new PipelineError('CONFIG_INVALID', `cannot read ${place}: ${(error as Error).message}`, {
      subject: place,
      cause: error,
    });
  }
  const source = found ? await sourceOfFile(place, sources) : null;
  if (source === null) return { text, path, found, refusal: null };
  const refusal =
    `${defaultFile} in this folder is not taken: it may have come with the source ${source}, ` +
    `and a source is input, never configuration; if it is yours, name it: --config ${defaultFile}`;
  return { text: null, path, found, refusal };
}

/** Returns the base name of the source that a found file may have come with; null for none. */
export async function sourceOfFile(
  file: string,
  sources: readonly string[],
): Promise<string | null> {
  if (sources.length === 0) return null;
  // The file may be a link, so both its own folder and the folder of its target count.
  const folders = new Set([await realpath(dirname(file)), dirname(await realpath(file))]);
  const places = await Promise.all(
    [...folders].map(async (folder) => ({ folder, checkout: await checkoutOf(folder) })),
  );
  for (const source of sources) {
    for (const spec of await specsOf(source)) {
      if (spec.kind !== 'folder' && spec.kind !== 'archive') continue;
      const path = await realpath(spec.path);
      for (const place of places) {
        if (await cameTogether(place, path, spec.kind)) return spec.origin;
      }
    }
  }
  return null;
}

interface Place {
  readonly folder: string;
  /** The checkout that the folder lies in; null if there is none. */
  readonly checkout: string | null;
}

/** Returns nothing for an unreadable source; the command that reads it reports the error. */
async function specsOf(source: string): Promise<readonly SourceSpec[]> {
  try {
    return await expandSources([source], null, Number.MAX_SAFE_INTEGER);
  } catch (error) {
    if (error instanceof PipelineError) return [];
    throw error;
  }
}

/**
 * Whether a folder and the source may have the same origin: the folder lies in the source, or in
 * the same checkout, or it holds a source folder that is not a separate checkout.
 */
async function cameTogether(
  { folder, checkout }: Place,
  source: string,
  kind: 'folder' | 'archive',
): Promise<boolean> {
  if (isWithin(folder, source)) return true;
  if (checkout !== null && isWithin(source, checkout)) return true;
  if (kind === 'archive' || !isWithin(source, folder)) return false;
  const own = await checkoutOf(source);
  return own === null || isWithin(folder, own);
}

function isWithin(path: string, folder: string): boolean {
  const between = relative(folder, path);
  return between !== '..' && !between.startsWith(`..${sep}`);
}

/** Returns the nearest folder, from this one upwards, that is a checkout; null if there is none. */
async function checkoutOf(folder: string): Promise<string | null> {
  for (let current = folder; ; current = dirname(current)) {
    for (const name of ['.git', '.hg', '.jj', '.svn']) {
      if (await isThere(join(current, name))) return current;
    }
    if (dirname(current) === current) return null;
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
