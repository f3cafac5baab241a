/**
 * The extractor in a process of its own, so that a bench can look at what it and its parsers use
 * and at nothing else. Forked; told a folder, answers when it is read and, told to go on, when its
 * structure is there.
 */
import { once } from 'node:events';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configuration } from '../../../services/extract/config.ts';
import { openExtractor } from '../../../services/extract/extractor.ts';

export interface Extraction {
  readonly files: number;
  readonly parsed: number;
  readonly symbols: number;
  readonly edges: number;
  readonly shortfalls: Readonly<Record<string, number>>;
  /** Longest work of the process in which it could do nothing else, in processor time. */
  readonly blockedMsMax: number;
}

// No caps on the whole repository: what is not parsed would look fast and small.
const extractor = openExtractor(
  configuration.parse({ processes: 1, filesParsedMax: 1e9, bytesParsedMax: 1e12 }),
);

export interface Told {
  readonly folder: string;
  /** Whether its files are in memory before the work begins: what is measured starts with bytes. */
  readonly ahead: boolean;
}

interface Source {
  readonly path: string;
  readonly text: () => Promise<Uint8Array>;
}

async function list({ folder, ahead }: Told): Promise<Source[]> {
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

async function extract(sources: readonly Source[]): Promise<Extraction> {
  const stop = watchBlocking();
  const structure = await extractor.extract(sources, new AbortController().signal);
  const reasons = Map.groupBy(structure.shortfalls, ({ reason }) => reason);
  return {
    files: structure.files.length,
    parsed: structure.counts.parsed,
    symbols: structure.files.reduce((sum, { symbols }) => sum + symbols.length, 0),
    edges: structure.edges.length,
    shortfalls: Object.fromEntries([...reasons].map(([reason, all]) => [reason, all.length])),
    blockedMsMax: stop(),
  };
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

async function serve(told: Told): Promise<void> {
  const sources = await list(told);
  const begin = once(process, 'message');
  process.send?.('listed');
  await begin;
  process.send?.(await extract(sources));
  process.once('message', next);
}

function next(told: unknown): void {
  void serve(told as Told);
}

process.once('message', next);
process.on('disconnect', () => void extractor.close().then(() => process.exit(0)));
