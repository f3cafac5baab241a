/**
 * Which added tokens of a tokenizer.json text may become. Control tokens never (I2): special ones,
 * the end of text, and what is written as a mark, such as Qwen's `<think>`, which is not special.
 * The others are ordinary text, such as GPT-NeoX's runs of spaces, and are found in it as Hugging
 * Face's library finds them. What can be neither for certain is refused, with its name. Pure.
 */
import { type AddedToken, quote, type TokenizerFile } from './tokenizer-file.ts';

/** An added token that is ordinary text. */
export interface TextToken {
  readonly id: number;
  readonly content: string;
  /** Found only where no word goes on before or after it. */
  readonly singleWord: boolean;
  /** Looked for only in what those that are not have left. */
  readonly normalized: boolean;
}

export interface AddedTokens {
  /** Ids that no text becomes. */
  readonly control: ReadonlySet<number>;
  readonly text: readonly TextToken[];
  /** Why texts cannot be encoded with the ids of other tools. What was encoded can be read. */
  readonly refusals: readonly string[];
}

export function sortAddedTokens(file: TokenizerFile, endOfText: number): AddedTokens {
  const control = new Set<number>();
  const text = new Map<string, TextToken>();
  const refusals: string[] = [];
  const ids = libraryIds(file);
  for (const token of file.added_tokens) {
    const { id, content, single_word: singleWord, normalized } = token;
    const isControl = token.special || id === endOfText || isMark(content);
    const wrong = isControl
      ? wrongControl(token, file)
      : wrongText(token, file, ids.get(content) ?? id);
    if (wrong !== null) refusals.push(`the added token ${id}, ${quote(content)}, ${wrong}`);
    if (isControl || wrong !== null || !canStand(content)) control.add(id);
    else text.set(content, { id, content, singleWord, normalized });
  }
  // Where a file has a token twice, one that is a control token is one.
  return { control, text: [...text.values()].filter(({ id }) => !control.has(id)), refusals };
}

/** Ids that the library gives: not those of `added_tokens`, but on from the size of the model. */
function libraryIds({ added_tokens, model }: TokenizerFile): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  let next = model.vocab.size;
  for (const { content } of added_tokens) {
    if (content === '' || ids.has(content)) continue;
    ids.set(content, model.vocab.get(content) ?? next++);
  }
  return ids;
}

/** Whether a text can hold it at all. */
function canStand(content: string): boolean {
  return content !== '' && content.isWellFormed();
}

function wrongControl({ id, content }: AddedToken, { model }: TokenizerFile): string | null {
  const listed = model.vocab.get(content);
  if (listed === undefined || listed === id) return null;
  return `is ${listed} in model.vocab`;
}

function wrongText(token: AddedToken, file: TokenizerFile, libraryId: number): string | null {
  const { id, content, lstrip, rstrip, normalized } = token;
  if (!canStand(content)) return null;
  if (mayBeMark(content)) {
    return 'may be a control token or text: say that it is "special", or take it out of added_tokens';
  }
  if (lstrip || rstrip) return 'takes white space beside it along, which nothing would give back';
  if (normalized && normalize(file.normalizer, content) !== content) {
    return 'is looked for as its normalizer writes it, which nothing would give back';
  }
  if (libraryId !== id) return `has the id ${libraryId} for Hugging Face's library`;
  return null;
}

/** What opens a mark, and what closes it. */
const brackets = new Map(
  ['<>', '[]', '{}', '||', '｜｜', '【】'].map(([open, close]) => [open, close]),
);
const closing = new Set(brackets.values());
/** Tells names from signs and white space, so that the version of Unicode hardly matters. */
const name = /[\p{L}\p{N}]/u;
const sign = /^[\p{P}\p{S}]$/u;

/** `<think>`, `[INST]`, `|||IP_ADDRESS|||`: a name in brackets or bars. */
function isMark(content: string): boolean {
  const [first = '', ...rest] = content.trim();
  const last = rest.pop();
  return last !== undefined && brackets.get(first) === last && name.test(rest.join(''));
}

/** `<|user|>Hello`, `a[0]`, which hold a mark; `__init__`, `### Answer:`, names within signs. */
function mayBeMark(content: string): boolean {
  const characters = [...content.trim()];
  const [first = ''] = characters;
  const fenced = sign.test(first) && sign.test(characters.at(-1) ?? '');
  const open = characters.findIndex((character) => brackets.has(character));
  const close = characters.findLastIndex((character) => closing.has(character));
  const inner = fenced ? characters.slice(1, -1) : characters.slice(open + 1, Math.max(close, 0));
  return (fenced || open >= 0) && name.test(inner.join(''));
}

const normalizer = (type: string, write: (text: string) => string) => [type, write] as const;
const normalizers = new Map([
  ...(['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map((form) =>
    normalizer(form, (text) => text.normalize(form)),
  ),
  normalizer('Lowercase', (text) => text.toLowerCase()),
]);

/** What a normalizer makes of a text; null where that is not known here. */
function normalize(step: unknown, text: string): string | null {
  if (step === null || step === undefined) return text;
  const { type, normalizers: steps } = step as { type?: string; normalizers?: unknown[] };
  if (type === 'Sequence' && Array.isArray(steps)) {
    return steps.reduce<string | null>(
      (made, each) => (made === null ? null : normalize(each, made)),
      text,
    );
  }
  return normalizers.get(type ?? '')?.(text) ?? null;
}
