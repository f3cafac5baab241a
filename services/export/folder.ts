/**
 * The folder that an export makes. Under its name it is either whole or absent: files are written
 * to a hidden folder beside it, hashed on the way, synced, and the folder is renamed at the end.
 * An earlier export of the same name is replaced; any other folder that is not empty is refused.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { compareText } from '../../schemas/compare-text.ts';
import { asPipelineError, PipelineError } from '../runtime/errors.ts';
import { makeFolder } from '../runtime/store/make-folder.ts';
import { syncFolder } from '../runtime/store/objects/local.ts';

export interface FileFacts {
  /** Relative to the folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ExportFile {
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<FileFacts>;
}

export interface ExportFolder {
  open(path: string): Promise<ExportFile>;
  /** Writes a whole file at once. */
  write(path: string, bytes: Uint8Array | string): Promise<FileFacts>;
  /** Every closed file, sorted by path. */
  readonly files: readonly FileFacts[];
  /** Renames the hidden folder to the target. */
  publish(): Promise<void>;
  /** Removes the hidden folder of an export that failed. */
  discard(): Promise<void>;
}

/** The list of files with hashes; a folder that holds one was made by an export. */
export const exportFileName = 'export.json';

export async function createExportFolder(target: string): Promise<ExportFolder> {
  const parent = dirname(target);
  const prefix = `.${basename(target)}.temporary-`;
  const temporary = join(parent, `${prefix}${process.pid}`);
  await guarded(target, async () => {
    await refuseStranger(target);
    makeFolder(parent, 'name another folder with --to');
    await removeLeftovers(parent, prefix);
    await mkdir(temporary);
  });
  const files: FileFacts[] = [];
  const openFile = async (path: string): Promise<ExportFile> => {
    const file = await openHashed(temporary, path);
    const close = async () => {
      const facts = await file.close();
      files.push(facts);
      return facts;
    };
    return { append: file.append, close };
  };
  return {
    open: openFile,
    write: async (path, bytes) => {
      const file = await openFile(path);
      await file.append(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
      return file.close();
    },
    get files() {
      return [...files].sort((a, b) => compareText(a.path, b.path));
    },
    publish: () => guarded(target, () => replaceFolder(temporary, target)),
    discard: () => rm(temporary, { recursive: true, force: true }),
  };
}

async function openHashed(root: string, path: string): Promise<ExportFile> {
  const full = join(root, path);
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await guarded(path, async () => {
    makeFolder(dirname(full));
    return open(full, 'wx');
  });
  return {
    append: (chunk) =>
      guarded(path, async () => {
        hash.update(chunk);
        bytes += chunk.byteLength;
        await handle.writeFile(chunk);
      }),
    close: () =>
      guarded(path, async () => {
        await handle.sync();
        await handle.close();
        return { path, bytes, sha256: hash.digest('hex') };
      }),
  };
}

/** Refuses a target that holds anything other than an earlier export. */
async function refuseStranger(target: string): Promise<void> {
  const names = await namesIn(target);
  if (names.length === 0 || names.includes(exportFileName)) return;
  throw new PipelineError(
    'OUTPUT_MISMATCH',
    `${target} holds something else than an export; choose an empty folder with --to`,
    { subject: target },
  );
}

async function replaceFolder(temporary: string, target: string): Promise<void> {
  await syncFolder(temporary);
  const earlier = `${temporary}-earlier`;
  if ((await stat(target).catch(() => null)) !== null) await rename(target, earlier);
  await rename(temporary, target);
  await syncFolder(dirname(target));
  await rm(earlier, { recursive: true, force: true });
}

/** Removes hidden folders of killed exports beside the target; those of living processes stay. */
async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const name of await namesIn(parent)) {
    if (!name.startsWith(prefix)) continue;
    const owner = Number.parseInt(name.slice(prefix.length), 10);
    if (owner !== process.pid && isAlive(owner)) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Turns a full disk into DISK_FULL, and a folder that cannot be written into OUTPUT_UNWRITABLE. */
async function guarded<Result>(subject: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code = '', syscall } = error as NodeJS.ErrnoException;
    // On a read-only disk Node says "no such file" of the new folder.
    const isRefused = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code);
    if (isRefused || (code === 'ENOENT' && syscall === 'mkdir')) {
      throw new PipelineError(
        'OUTPUT_UNWRITABLE',
        `${subject} cannot be written (${code}); name another folder with --to`,
        {
          subject,
          cause: error,
        },
      );
    }
    throw asPipelineError(error, subject);
  }
}
