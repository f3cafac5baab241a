/**
 * Encoding by Hugging Face's Rust library, with everything off that could lose a byte or make a
 * control token of text: normalizer (Qwen's is NFC), control tokens, post-processor. For
 * vocabularies that the own encoder does not read.
 */
import tokenizers from 'tokenizers';
import { type TokenizerFile, unsupported } from '../../../dataset/tokenizer-file.ts';
import type { Vocabulary } from '../../../dataset/vocabulary.ts';

export type Encode = (texts: readonly string[]) => Promise<Uint32Array[]>;

/** Text encoded in one call, in UTF-16 units: bounds the library's memory, about 500 times this. */
const batchLengthMax = 1 << 18;

/** The encoder without control tokens; a vocabulary may list them, so they are taken out of it. */
export function createLibraryEncoder(
  file: TokenizerFile,
  { isControl, textTokens }: Vocabulary,
  name: string,
): Encode {
  // It reads no key that is not well-formed, and no text is one.
  const tokens = [...file.model.vocab].filter(
    ([token, id]) => !isControl(id) && token.isWellFormed(),
  );
  // It numbers added tokens on from the size of a vocabulary, which must therefore have no gaps.
  const vocab = Object.fromEntries(tokens.map(([token], index) => [token, index]));
  const plain = {
    version: '1.0',
    added_tokens: textTokens.map(({ id, content, singleWord, normalized }) => ({
      id,
      content,
      single_word: singleWord,
      lstrip: false,
      rstrip: false,
      normalized,
      special: false,
    })),
    truncation: null,
    padding: null,
    normalizer: null,
    pre_tokenizer: file.pre_tokenizer,
    post_processor: null,
    decoder: null,
    model: { ...file.model, type: 'BPE', vocab },
  };
  try {
    const encoder = tokenizers.Tokenizer.fromString(JSON.stringify(plain));
    const ids = tokens.map(([, id]) => id);
    for (const { id, content } of textTokens) ids[encoder.tokenToId(content) ?? -1] = id;
    return async (texts) => {
      const encoded: Uint32Array[] = [];
      for (const batch of batches(texts)) {
        const encodings = await encoder.encodeBatch([...batch], { addSpecialTokens: false });
        for (const encoding of encodings) {
          encoded.push(Uint32Array.from(encoding.getIds(), (index) => ids[index] as number));
        }
      }
      return encoded;
    };
  } catch (cause) {
    const what = `it does not work without its control tokens: ${String(cause)}`;
    throw unsupported(name, what, cause);
  }
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
