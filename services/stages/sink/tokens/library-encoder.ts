/**
 * Encoding by Hugging Face's Rust library, with everything off that could lose a byte or make a
 * control token of text: normalizer (Qwen's is NFC), added tokens, post-processor. For vocabularies
 * that the own encoder does not read, and what the tests hold that one to.
 */
import tokenizers from 'tokenizers';
import type { TokenizerFile } from '../../../dataset/vocabulary.ts';
import { PipelineError } from '../../../runtime/errors.ts';

export type Encode = (texts: readonly string[]) => Promise<Uint32Array[]>;

/** Text encoded in one call, in UTF-16 units: bounds the library's memory, about 500 times this. */
const batchLengthMax = 1 << 18;

/** The encoder without control tokens; a vocabulary may list them, so they are taken out of it. */
export function createLibraryEncoder(file: TokenizerFile, name: string): Encode {
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
    const encoder = tokenizers.Tokenizer.fromString(JSON.stringify(plain));
    return async (texts) => {
      const encoded: Uint32Array[] = [];
      for (const batch of batches(texts)) {
        const encodings = await encoder.encodeBatch([...batch], { addSpecialTokens: false });
        for (const encoding of encodings) encoded.push(Uint32Array.from(encoding.getIds()));
      }
      return encoded;
    };
  } catch (cause) {
    throw new PipelineError(
      'TOKENIZER_UNSUPPORTED',
      `tokenizer ${name} does not work without its control tokens: ${String(cause)}`,
      { subject: name, cause },
    );
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
