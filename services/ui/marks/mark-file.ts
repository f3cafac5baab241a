/**
 * The file of marks beside an output. A mark is one line, added in one write and made durable
 * before it is confirmed; what a killed process left of a line is passed over and told. The output
 * may come from elsewhere, so the file is neither followed where it is a link, nor waited for.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mark, markSchema, marksName } from '../../../schemas/marks.ts';
import { asPipelineError, PipelineError } from '../../runtime/errors.ts';
import { parseJson } from '../../runtime/json.ts';
import { syncFolder } from '../../runtime/store/objects/local.ts';

export interface Marks {
  /** Of each step the last mark, unless that takes the earlier ones back. */
  list(): Promise<MarkList>;
  /** Durable when resolved. */
  add(mark: Mark): Promise<void>;
}

export interface MarkList {
  /** In the order in which steps were marked last. */
  readonly marks: readonly Mark[];
  /** Lines that are no mark. */
  readonly damaged: number;
}

/** About a hundred thousand marks. */
const fileBytesMax = 64 * 1024 * 1024;

export function openMarks(folder: string): Marks {
  const path = join(folder, marksName);
  let known: { readonly key: string; readonly list: MarkList } | null = null;
  let last: Promise<void> = Promise.resolve();
  const list = async (): Promise<MarkList> => {
    const file = await openExisting(path);
    if (file === null) return { marks: [], damaged: 0 };
    try {
      const { size, mtimeMs } = await statOf(file, path);
      const key = `${size} ${mtimeMs}`;
      if (known?.key !== key) known = { key, list: parseMarks(await file.readFile('utf8')) };
      return known.list;
    } finally {
      await file.close();
    }
  };
  return {
    list,
    add: (mark) => {
      const added = last.then(() => append(path, folder, `${JSON.stringify(mark)}\n`));
      last = added.catch(() => {});
      return added;
    },
  };
}

export function parseMarks(text: string): MarkList {
  const marks = new Map<string, Mark>();
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const read = markSchema.safeParse(parseJson(line));
    if (!read.success) {
      damaged += 1;
      continue;
    }
    const key = `${read.data.segment} ${read.data.sampleId}`;
    marks.delete(key);
    if (read.data.verdict !== null) marks.set(key, read.data);
  }
  return { marks: [...marks.values()], damaged };
}

const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const addFlags =
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK;

async function openExisting(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, readFlags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable('OUTPUT_UNREADABLE', path, error);
  }
}

async function append(path: string, folder: string, line: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, addFlags, 0o644);
  } catch (error) {
    throw unusable('OUTPUT_UNWRITABLE', path, error);
  }
  try {
    const { size } = await statOf(file, path);
    const isTorn = size > 0 && (await lastByteOf(file, size)) !== newline;
    await file.write(isTorn ? `\n${line}` : line);
    await file.sync();
    // Else a power loss could take the file with its first mark.
    if (size === 0) await syncFolder(folder);
  } catch (error) {
    throw asPipelineError(error, path);
  } finally {
    await file.close();
  }
}

const newline = 10;

async function lastByteOf(file: FileHandle, size: number): Promise<number | undefined> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0];
}

async function statOf(file: FileHandle, path: string) {
  const stat = await file.stat();
  if (!stat.isFile()) throw unusable('OUTPUT_UNREADABLE', path, new Error('it is no file'));
  if (stat.size > fileBytesMax) {
    const why = new Error(`it is larger than ${fileBytesMax} bytes`);
    throw unusable('OUTPUT_UNREADABLE', path, why);
  }
  return stat;
}

function unusable(
  code: 'OUTPUT_UNREADABLE' | 'OUTPUT_UNWRITABLE',
  path: string,
  cause: unknown,
): PipelineError {
  const known = cause as NodeJS.ErrnoException;
  const why = known.code === 'ELOOP' ? 'it is a link' : known.message;
  const message = `marks cannot be kept in ${path}: ${why}; move it away, or mend its permissions`;
  return new PipelineError(code, message, { subject: path, cause });
}
