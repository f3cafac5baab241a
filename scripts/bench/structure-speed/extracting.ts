/**
 * The extractor in a forked process, so that a bench measures only it and its parsers. The parent
 * sends folders, each a repository; the child answers when they are listed and, after a second
 * message, when their structures are complete.
 */
import { once } from 'node:events';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { extractKnobs } from '../../../services/stages/extract/config.ts';
import { openExtractor } from '../../../services/stages/extract/extractor.ts';

export interface Extraction {
  readonly files: number;
  readonly parsed: number;
  readonly symbols: number;
  readonly edges: number;
  /** The longest stretch of work that blocked the event loop, in processor time. */
  readonly blockedMsMax: number;
}

// No caps on the whole repository, because files that are not parsed would look fast and small.
const config = extractKnobs.parse({ processes: 1, filesParsedMax: 1e9, bytesParsedMax: 1e12 });
const extractor = openExtractor(config);

export interface Told {
  readonly folders: readonly string[];
  /** Whether files are read into memory before the measurement begins. */
  readonly ahead: boolean;
}

interface Source {
  readonly path: string;
  readonly text: () => Promise<Uint8Array>;
}

async function list(folder: string, ahead: boolean): Promise<Source[]> {
  const sources: Source[] = [];
  for await (const entry of glob('**/*', { cwd: folder, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    const bytes = ahead ? await readFile(file) : null;
    const text = async () => bytes ?? (await readFile(file));
    sources.push({ path: file.slice(folder.length + 1), text });
  }
  return sources;
}

/** Handles as many repositories at once as the stage does. */
async function extract(repositories: readonly (readonly Source[])[]): Promise<Extraction> {
  const stop = watchBlocking();
  const total = { files: 0, parsed: 0, symbols: 0, edges: 0 };
  const waiting = repositories.values();
  const extractOne = async (sources: readonly Source[]) => {
    const structure = await extractor.extract(sources, new AbortController().signal);
    total.files += structure.files.length;
    total.parsed += structure.counts.parsed;
    total.edges += structure.edges.length;
    for (const file of structure.files) {
      // Unpacked file by file, as the stage does when it encodes the structure.
      total.symbols += file.symbols.length;
      await setImmediate();
    }
  };
  const work = async () => {
    // One call per repository, as in a stage; a loop's variables would keep the last structure.
    for (const sources of waiting) await extractOne(sources);
  };
  await Promise.all(Array.from({ length: config.concurrency }, work));
  return { ...total, blockedMsMax: stop() };
}

/** The longest work between two turns of the event loop; a timer fires every 5 ms. */
function watchBlocking(): () => number {
  let longest = 0;
  let last = process.threadCpuUsage();
  const look = () => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
  };
  const timer = setInterval(look, 5);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}

async function serve({ folders, ahead }: Told): Promise<void> {
  const repositories: Source[][] = [];
  for (const folder of folders) repositories.push(await list(folder, ahead));
  const begin = once(process, 'message');
  process.send?.('listed');
  await begin;
  process.send?.(await extract(repositories));
  process.once('message', next);
}

function next(told: unknown): void {
  void serve(told as Told);
}

process.once('message', next);
process.on('disconnect', () => void extractor.close().then(() => process.exit(0)));
