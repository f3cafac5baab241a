/** A thread of the tokenizer: encodes lists of texts, one after the other, and answers each. */
import { parentPort, workerData } from 'node:worker_threads';
import { parseTokenizerFile, readVocabulary } from '../../../dataset/vocabulary.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { openTextEncoder } from './text-encoder.ts';
import type { Failure, Reply, ThreadData } from './tokenizer-threads.ts';

const { file, endOfText, name } = workerData as ThreadData;
const parsed = parseTokenizerFile(file, name);
const { encode } = await openTextEncoder(parsed, readVocabulary(parsed, endOfText, name), name);

parentPort?.on('message', (texts: readonly string[]) => {
  encode(texts).then(
    (tokens) => {
      const buffers = tokens.map(({ buffer }) => buffer as ArrayBuffer);
      parentPort?.postMessage({ tokens } satisfies Reply, buffers);
    },
    (error: unknown) => parentPort?.postMessage({ failure: failureOf(error) } satisfies Reply),
  );
});

function failureOf(error: unknown): Failure {
  if (error instanceof PipelineError) return { code: error.code, message: error.message };
  return { code: null, message: error instanceof Error ? (error.stack ?? '') : String(error) };
}
