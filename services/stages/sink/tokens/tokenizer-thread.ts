/** A thread of the tokenizer: encodes lists of texts. */
import { workerData } from 'node:worker_threads';
import { parseTokenizerFile } from '../../../dataset/tokenizer-file.ts';
import { readVocabulary } from '../../../dataset/vocabulary.ts';
import { answerQuestions } from '../../../runtime/thread.ts';
import { openTextEncoder } from './text-encoder.ts';
import type { ThreadData } from './tokenizer-threads.ts';

const { file, endOfText, name } = workerData as ThreadData;
const parsed = parseTokenizerFile(file, name);
const { encode } = await openTextEncoder(parsed, readVocabulary(parsed, endOfText, name), name);

answerQuestions(encode, (tokens) => tokens.map(({ buffer }) => buffer as ArrayBuffer));
