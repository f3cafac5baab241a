/**
 * From the files of a repository to its structure: parses what has a parser in child processes,
 * lists the rest, and resolves. Used by the stage and by the `structure` command.
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

/** Files of the repositories in work: beyond so many a repository has the memory to itself. */
const filesAtOnceMax = 4000;
/** Garbage of resolving a large repository: V8 alone would let it become as much as the rest. */
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
    // What the large repository before has left.
    if (isLarge) collect();
    const sorted = [...files].sort((a, b) => compareText(a.path, b.path));
    const read = await readFiles(sorted, { config, pool, cache, signal });
    // What reading has left: resolving takes most of the memory of this process.
    if (isLarge) collect();
    const afterTurn = isLarge ? openCollectWhenGrown(garbageBytesMax) : () => {};
    const structure = await runInTurns(structureSteps(read.files, config), signal, afterTurn);
    return { ...structure, counts: read.counts };
  };
  return {
    async extract(files, signal) {
      const done = Promise.withResolvers<Extracted>();
      // The window never learns of a failure: it is this repository's alone.
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
