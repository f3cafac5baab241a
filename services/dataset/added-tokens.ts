/**
 * Sorts the added tokens of a tokenizer.json. Text never becomes a control token (I2): a special
 * token, the end of text, or one written as a mark (Qwen's `<think>` is not special). The others,
 * such as GPT-NeoX's runs of spaces, are ordinary text and are found as Hugging Face's library
 * finds them. A token that cannot be sorted with certainty is refused by name. Pure.
 */
import { type AddedToken, quote, type TokenizerFile } from './tokenizer-file.ts';

/** An added token that is ordinary text. */
export interface TextToken {
  readonly id: number;
  readonly content: string;
  /** Matches only where no word character stands directly before or after it. */
  readonly singleWord: boolean;
  /** Normalized tokens are searched only in the text between matches of the other tokens. */
  readonly normalized: boolean;
}

export interface AddedTokens {
  /** Ids that text is never encoded to. */
  readonly control: ReadonlySet<number>;
  readonly text: readonly TextToken[];
  /** Why text cannot be encoded to the ids other tools give. Encoded text can still be read. */
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
  // If a file lists an id both as control token and as text, it is a control token.
  return { control, text: [...text.values()].filter(({ id }) => !control.has(id)), refusals };
}

/** Ids as the library gives them: the model's id, else the next one after the model's size. */
function libraryIds({ added_tokens, model }: TokenizerFile): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  let next = model.vocab.size;
  for (const { content } of added_tokens) {
    if (content === '' || ids.has(content)) continue;
    ids.set(content, model.vocab.get(content) ?? next++);
  }
  return ids;
}

/** Whether any text can contain it. */
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

/** The closing bracket for each opening one. */
const brackets = new Map(
  ['<>', '[]', '{}', '||', '｜｜', '【】'].map(([open, close]) => [open, close]),
);
const closing = new Set(brackets.values());
/** One letter or digit makes a name; this broad test hardly depends on the version of Unicode. */
const name = /[\p{L}\p{N}]/u;
const sign = /^[\p{P}\p{S}]$/u;

/** `<think>`, `[INST]`, `|||IP_ADDRESS|||`: a name in brackets or bars. */
function isMark(content: string): boolean {
  const [first = '', ...rest] = content.trim();
  const last = rest.pop();
  return last !== undefined && brackets.get(first) === last && name.test(rest.join(''));
}

/** Contains a mark (`<|user|>Hello`, `a[0]`) or is a name between signs (`__init__`, `### A:`). */
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

/** Applies a normalizer to a text; null for a kind of normalizer that is not known here. */
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
