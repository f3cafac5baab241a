/**
 * Text to tokens, by the own encoder in bpe/ or, for what that one does not read, by Hugging Face's
 * library: the same ids, with normalizer, added tokens and post-processor off. Every text is
 * decoded again and compared, so that the shards give the bytes back (I1).
 */
import { setImmediate } from 'node:timers/promises';
import { ZodError, z } from 'zod';
import { byteAlphabet, type TokenizerFile, type Vocabulary } from '../../../dataset/vocabulary.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { createEncoder } from './bpe/encoder.ts';
import { InvalidModel, readModel } from './bpe/model.ts';
import { UnsupportedPattern } from './bpe/pattern.ts';
import { readPretokenizer } from './bpe/pretokenizer.ts';
import { createTokenBuffer } from './bpe/token-buffer.ts';
import { createLibraryEncoder, type Encode } from './library-encoder.ts';

export interface TextEncoder {
  /** Tokens of each text by itself, in order. Gives way to other work between slices of text. */
  readonly encode: Encode;
  /** Whether bpe/ encodes, or Hugging Face's library. */
  readonly encoder: 'bpe' | 'library';
}

/** What steps that remove characters would remove from, so that they are refused at the start. */
const probe = 'if (a == "b") {\n\treturn 1.5;  // 2\r\n}\n\n \u00e9\u4f60\ufeff\u00a0\u{1f600}';

/** Bytes encoded before other work has its turn: a few milliseconds. */
const sliceBytes = 1 << 17;

export async function openTextEncoder(
  file: TokenizerFile,
  vocabulary: Vocabulary,
  name: string,
): Promise<TextEncoder> {
  const own = createOwnEncoder(file, name);
  if (own === undefined) {
    const encode = createCheckedLibrary(file, vocabulary, name);
    await encode([probe]);
    return { encode, encoder: 'library' };
  }
  const encode: Encode = async (texts) => {
    const encoded = await own(texts);
    if (givesBack(vocabulary, texts, encoded)) return encoded;
    // Our encoder losing a byte is a bug in it: stop, write nothing.
    throw new Error('tokens do not give the text back');
  };
  return { encode, encoder: 'bpe' };
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

function givesBack(
  { decode }: Vocabulary,
  texts: readonly string[],
  encoded: readonly Uint32Array[],
): boolean {
  return texts.every((text, at) =>
    decode(encoded[at] ?? new Uint32Array()).equals(Buffer.from(text, 'utf8')),
  );
}
