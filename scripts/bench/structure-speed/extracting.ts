/**
 * The extractor in a process of its own, so that a bench can look at what it and its parsers use
 * and at nothing else. Forked; told folders, each a repository, answers when they are listed and,
 * told to go on, when their structures are there.
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
  /** Longest work of the process in which it could do nothing else, in processor time. */
  readonly blockedMsMax: number;
}

// No caps on the whole repository: what is not parsed would look fast and small.
const config = extractKnobs.parse({ processes: 1, filesParsedMax: 1e9, bytesParsedMax: 1e12 });
const extractor = openExtractor(config);

export interface Told {
  readonly folders: readonly string[];
  /** Whether their files are in memory before the work begins: the measure starts with bytes. */
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

/** As many repositories at once as the stage takes. */
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
      // Unpacked here, as whoever writes the structure down does it: file by file.
      total.symbols += file.symbols.length;
      await setImmediate();
    }
  };
  const work = async () => {
    // A call each, as in a stage: the variables of a loop keep the last structure while it waits.
    for (const sources of waiting) await extractOne(sources);
  };
  await Promise.all(Array.from({ length: config.concurrency }, work));
  return { ...total, blockedMsMax: stop() };
}

/** The most work between two turns of the event loop; a timer asks for one every 5 ms. */
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
