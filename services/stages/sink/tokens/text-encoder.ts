/**
 * Encodes text with the encoder in bpe/ or, for vocabularies that it does not read, with Hugging
 * Face's library. Both give the same ids, with normalizer, control tokens and post-processor off.
 * Every text is decoded again and compared, so that the shards give the bytes back (I1).
 */
import { setImmediate } from 'node:timers/promises';
import { ZodError, z } from 'zod';
import { type TokenizerFile, unsupported } from '../../../dataset/tokenizer-file.ts';
import { byteAlphabet, type Vocabulary } from '../../../dataset/vocabulary.ts';
import { createFinder, type FindAdded } from './bpe/added-text.ts';
import { type BytePairEncoder, createEncoder } from './bpe/encoder.ts';
import { InvalidModel, readModel } from './bpe/model.ts';
import { UnsupportedPattern } from './bpe/pattern.ts';
import { readPretokenizer } from './bpe/pretokenizer.ts';
import { createTokenBuffer, reserve } from './bpe/token-buffer.ts';
import { createLibraryEncoder, type Encode } from './library-encoder.ts';

export interface TextEncoder {
  /** Tokens of each text by itself, in order. Yields to other work between slices of text. */
  readonly encode: Encode;
  /** Whether bpe/ encodes, or Hugging Face's library. */
  readonly encoder: 'bpe' | 'library';
}

/** Text of many kinds; a pre_tokenizer that removes characters fails on it and is refused early. */
const probe = 'if (a == "b") {\n\treturn 1.5;  // 2\r\n}\n\n \u00e9\u4f60\ufeff\u00a0\u{1f600}';

/** Reasons that an error names; it counts the others. */
const refusalsNamed = 5;

/** Bytes encoded before the thread yields to other work: a few milliseconds. */
const sliceBytes = 1 << 17;

export async function openTextEncoder(
  file: TokenizerFile,
  vocabulary: Vocabulary,
  name: string,
): Promise<TextEncoder> {
  const { refusals } = vocabulary;
  if (refusals.length > 0) {
    const more = refusals.length - refusalsNamed;
    const rest = more > 0 ? [`${more} more`] : [];
    throw unsupported(name, [...refusals.slice(0, refusalsNamed), ...rest].join('; '));
  }
  const own = createOwnEncoder(file, vocabulary, name);
  if (own === undefined) {
    const encode = createCheckedLibrary(file, vocabulary, name);
    await encode([probe]);
    return { encode, encoder: 'library' };
  }
  const encode: Encode = async (texts) => {
    const encoded = await own(texts);
    if (givesBack(vocabulary, texts, encoded)) return encoded;
    // A byte lost by the encoder in bpe/ is a bug in it: stop, write nothing.
    throw new Error('tokens do not give the text back');
  };
  return { encode, encoder: 'bpe' };
}

/** The encoder in bpe/; undefined where only the library knows what a step means. */
function createOwnEncoder(
  file: TokenizerFile,
  { isControl, textTokens }: Vocabulary,
  name: string,
): Encode | undefined {
  try {
    const steps = readPretokenizer(file.pre_tokenizer);
    const encoder = createEncoder({ ...readModel(file.model, isControl, byteAlphabet()), steps });
    const find = textTokens.length > 0 ? createFinder(textTokens) : findNone;
    return (texts) => encodeInSlices(encoder, find, texts);
  } catch (cause) {
    if (cause instanceof UnsupportedPattern) return undefined;
    let what: string | undefined;
    if (cause instanceof ZodError) what = `pre_tokenizer: ${z.prettifyError(cause)}`;
    if (cause instanceof InvalidModel) what = cause.message;
    if (what === undefined) throw cause;
    throw unsupported(name, what, cause);
  }
}

const findNone: FindAdded = ({ length }) => (length > 0 ? [{ start: 0, end: length, id: -1 }] : []);

async function encodeInSlices(
  encoder: BytePairEncoder,
  find: FindAdded,
  texts: readonly string[],
): Promise<Uint32Array[]> {
  const encoded: Uint32Array[] = [];
  let turnBytes = 0;
  for (const text of texts) {
    const bytes = Buffer.from(text, 'utf8');
    const tokens = createTokenBuffer(bytes.length);
    for (const { start, end, id } of find(bytes)) {
      if (id >= 0) {
        reserve(tokens, 1);
        tokens.ids[tokens.length++] = id;
        turnBytes += end - start;
        continue;
      }
      for (let at = start; at < end; ) {
        const stopped = encoder.encodeSlice(bytes, at, end, tokens, sliceBytes);
        turnBytes += stopped - at;
        at = stopped;
        if (turnBytes < sliceBytes) continue;
        turnBytes = 0;
        await setImmediate();
      }
    }
    encoded.push(tokens.ids.slice(0, tokens.length));
  }
  return encoded;
}

/** The library's encoder; fails where a step of its pre_tokenizer removed a byte. */
function createCheckedLibrary(file: TokenizerFile, vocabulary: Vocabulary, name: string): Encode {
  const encode = createLibraryEncoder(file, vocabulary, name);
  return async (texts) => {
    const encoded = await encode(texts);
    if (givesBack(vocabulary, texts, encoded)) return encoded;
    throw unsupported(name, 'with its pre_tokenizer, tokens do not give the text back');
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
