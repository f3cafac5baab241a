/** llama.cpp in this machine's memory as a kind of scorer: a language model without a server. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { PipelineError } from '../../runtime/errors.ts';
import type { ScorerAdapter } from '../adapter.ts';
import { findLibrary } from './library.ts';

export const llama: ScorerAdapter = {
  about: 'llama.cpp with a GGUF file on this machine, no server; node-llama-cpp is to be installed',
  open: async ({ file, libraryFolder, contextBytesMax, threads, timeoutMs }) => {
    if (file === '') throw unreadable('is empty; scorer.kind llama needs it, for example m.gguf');
    const library = findLibrary(libraryFolder);
    const { openLlamaScorer } = await import('./scorer.ts');
    return openLlamaScorer({
      ...{ library, file: resolve(file), fileHash: await hashOf(file), contextBytesMax },
      // Threads of llama.cpp wait by spinning: one core too many makes all of them slow.
      threads: threads === 0 ? Math.max(1, availableParallelism() - 1) : threads,
      silenceMsMax: timeoutMs,
    });
  },
};

/** Of the whole file: every byte of it may change a score. */
async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  } catch (error) {
    throw unreadable(`${file} cannot be read: ${(error as Error).message}; name a GGUF file`);
  }
  return hash.digest('hex');
}

function unreadable(problem: string): PipelineError {
  return new PipelineError('CONFIG_INVALID', `scorer.file ${problem}`, { subject: 'scorer.file' });
}
