/**
 * Encodes with Hugging Face's Rust library, for vocabularies that the encoder in bpe/ does not
 * read. Everything that could lose a byte or turn text into a control token is off: the normalizer
 * (Qwen's is NFC), control tokens, the post-processor.
 */
import tokenizers from 'tokenizers';
import { type TokenizerFile, unsupported } from '../../../dataset/tokenizer-file.ts';
import type { Vocabulary } from '../../../dataset/vocabulary.ts';

export type Encode = (texts: readonly string[]) => Promise<Uint32Array[]>;

/** Text encoded in one call, in UTF-16 units: bounds the library's memory, about 500 times this. */
const batchLengthMax = 1 << 18;

/** The encoder without control tokens, which are removed from the vocabulary if it lists them. */
export function createLibraryEncoder(
  file: TokenizerFile,
  { isControl, textTokens }: Vocabulary,
  name: string,
): Encode {
  // The library reads no key with a lone surrogate, and no admitted text contains one.
  const tokens = [...file.model.vocab].filter(
    ([token, id]) => !isControl(id) && token.isWellFormed(),
  );
  // The library numbers added tokens from the vocabulary's size on, so the ids must have no gaps.
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
