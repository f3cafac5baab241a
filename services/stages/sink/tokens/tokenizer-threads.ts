/**
 * Encodes in threads. Each call goes whole to one thread, so that calls for several samples run in
 * parallel. When a thread dies, every call fails with TOKENIZER_CRASHED, and so does every later
 * one.
 */
import { PipelineError } from '../../../runtime/errors.ts';
import { openThreads } from '../../../runtime/threads.ts';
import type { Encode } from './library-encoder.ts';

/** The data from which a thread opens its encoder. */
export interface ThreadData {
  /** Text of the tokenizer.json. */
  readonly file: string;
  readonly endOfText: string;
  readonly name: string;
}

export interface TokenizerThreads {
  readonly encode: Encode;
  close(): Promise<void>;
}

export function openTokenizerThreads(data: ThreadData, threadsMax: number): TokenizerThreads {
  const threads = openThreads<readonly string[], Uint32Array[]>({
    module: new URL('./tokenizer-thread.ts', import.meta.url),
    data,
    threadsMax,
    name: 'tokenizer',
    died: crashed,
  });
  return { encode: (texts) => threads.ask(texts), close: threads.close };
}

function crashed(cause: Error): PipelineError {
  return new PipelineError(
    'TOKENIZER_CRASHED',
    `a thread of the tokenizer ended (${cause.message}); nothing is lost: run the same command again, with fewer sink.tokenizerThreads if memory is short`,
    { cause },
  );
}
