/**
 * Makes the structure of a repository from its files: parses in child processes every file that has
 * a parser, lists the others, and resolves imports. Used by the stage and by `backstory structure`.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { ExtractKnobs } from './config.ts';
import { type FactCache, openFactCache } from './parse/fact-cache.ts';
import { openParserPool } from './parse/parser-pool.ts';
import { type ReadCounts, readFiles, type SourceFile } from './read-files.ts';
import { type Structure, structureSteps } from './resolve/structure.ts';
import { collect, openCollectWhenGrown } from './turns/collect.ts';
import { runInTurns } from './turns/turns.ts';
import { openWindow } from './turns/window.ts';

export type { SourceFile } from './read-files.ts';

export interface Extracted extends Structure {
  readonly counts: Readonly<ReadCounts>;
}

export interface Extractor {
  /** The same files give the same structure, in whatever sequence and on however many processes. */
  extract(files: readonly SourceFile[], signal: AbortSignal): Promise<Extracted>;
  /** Cache entries that could not be read, so far: each was a miss. */
  damagedEntries(): number;
  close(): Promise<void>;
}

/** Files in work at once; a repository with more has the memory to itself. */
const filesAtOnceMax = 4000;
/** Garbage that resolving a large repository may leave; V8 alone would let it double the heap. */
const garbageBytesMax = 48 * 1024 * 1024;

/**
 * Children start with the first file and live until `close`. The cache lies in the configured
 * folder, else in `cacheFolder`; with neither there is none.
 */
export function openExtractor(config: ExtractKnobs, cacheFolder: string | null = null): Extractor {
  const pool = openParserPool(config);
  const cache = openCache(config, config.cacheFolder ?? cacheFolder);
  const window = openWindow(filesAtOnceMax);
  const extractNow = async (files: readonly SourceFile[], signal: AbortSignal) => {
    const isLarge = files.length > filesAtOnceMax;
    // Frees the memory that the previous large repository left.
    if (isLarge) collect();
    const sorted = [...files].sort((a, b) => compareText(a.path, b.path));
    const read = await readFiles(sorted, { config, pool, cache, signal });
    // Frees the memory that reading left, because resolving takes most of this process's memory.
    if (isLarge) collect();
    const afterTurn = isLarge ? openCollectWhenGrown(garbageBytesMax) : () => {};
    const structure = await runInTurns(structureSteps(read.files, config), signal, afterTurn);
    return { ...structure, counts: read.counts };
  };
  return {
    async extract(files, signal) {
      const done = Promise.withResolvers<Extracted>();
      // The window is not told of a failure, because the failure concerns this repository alone.
      await window.start(files.length, () =>
        extractNow(files, signal).then(done.resolve, done.reject),
      );
      return await done.promise;
    },
    damagedEntries: () => cache?.damaged() ?? 0,
    close: async () => {
      await pool.close();
      await cache?.close();
    },
  };
}

function openCache(config: ExtractKnobs, folder: string | null): FactCache | null {
  if (folder === null || config.cacheBytesMax === 0) return null;
  return openFactCache(folder, config.cacheBytesMax);
}
