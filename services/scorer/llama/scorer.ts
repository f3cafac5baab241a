/** The `llama` scorer: llama.cpp with a GGUF file, in a child process of this machine. */
import { basename } from 'node:path';
import type { Scorer } from '../../ports/scorer.ts';
import { openProbedScorer } from '../probed-scorer.ts';
import { openChild } from './child-process.ts';

/** Raised when the same file and library would give other bits. */
export const llamaScorerVersion = '1';

export interface LlamaOptions {
  /** URL of node-llama-cpp, and its version. */
  readonly library: { readonly module: string; readonly version: string };
  readonly file: string;
  /** SHA-256 of the file's bytes. */
  readonly fileHash: string;
  readonly contextBytesMax: number;
  readonly threads: number;
  readonly silenceMsMax: number;
}

export function openLlamaScorer(options: LlamaOptions): Scorer {
  const { library, file, fileHash, contextBytesMax, threads, silenceMsMax } = options;
  const child = openChild({ module: library.module, file, threads }, silenceMsMax);
  const scorer = openProbedScorer(
    {
      name: 'llama',
      version: llamaScorerVersion,
      needs: 'be a GGUF file of a model that predicts text and can go back in it',
      score: child.score,
    },
    {
      what: 'the model',
      subject: 'scorer.file',
      model: basename(file),
      facts: { library: library.version, file: fileHash, contextBytesMax },
      // llama.cpp computes one text on all threads.
      ...{ requestsMax: 1, contextBytesMax },
    },
  );
  return { ...scorer, close: child.close };
}
