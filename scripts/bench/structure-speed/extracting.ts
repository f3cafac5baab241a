/**
 * The extractor in a process of its own, so that a bench can look at what it and its parsers use
 * and at nothing else. Forked; answers each folder when its structure is there.
 */
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

async function extract(folder: string): Promise<Extraction> {
  const sources: { path: string; text: () => Promise<Uint8Array> }[] = [];
  for await (const entry of glob('**/*', { cwd: folder, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    sources.push({ path: file.slice(folder.length + 1), text: () => readFile(file) });
  }
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

process.on('message', (folder) => {
  void extract(String(folder)).then((extraction) => process.send?.(extraction));
});
process.on('disconnect', () => void extractor.close().then(() => process.exit(0)));
