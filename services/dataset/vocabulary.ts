/**
 * The vocabulary of a tokenizer.json with byte-level BPE: the exact bytes of every token, and which
 * ids are control tokens. It decodes by itself, so that a shard can be checked without the encoder
 * that made it. Pure.
 */
import { sha256 } from '../runtime/ids.ts';
import { type AddedTokens, sortAddedTokens, type TextToken } from './added-tokens.ts';
import { quote, type TokenizerFile, unsupported } from './tokenizer-file.ts';

/**
 * Versions of the encoder, part of the fingerprint. Version 3 finds added tokens in text. Version 2
 * (bpe/ before that) and 1 (Hugging Face's library) did not. If a vocabulary has no added tokens
 * that are text, all versions give the same ids.
 */
const versions = { withAddedTokens: 3, before: [2, 1] };

export interface Vocabulary {
  /** The exact bytes of tokens. Throws RangeError at a control token or an unknown id. */
  decode(ids: Uint32Array): Buffer;
  /** Length of a token in bytes; 0 for a control token and for an id that is none. */
  byteLength(id: number): number;
  /** Whether the token ends in LF: a good place to cut. */
  endsLine(id: number): boolean;
  isControl(id: number): boolean;
  /** The control token that follows a document. */
  readonly endOfText: number;
  /** Added tokens that are ordinary text; the encoder finds them before it splits the rest. */
  readonly textTokens: readonly TextToken[];
  /** Why text cannot be encoded with this vocabulary. Encoded text can still be read. */
  readonly refusals: readonly string[];
}

const endOfTextNames = [
  '<|endoftext|>',
  '<|end_of_text|>',
  '<\uff5cend\u2581of\u2581sentence\uff5c>',
  '</s>',
  '<eos>',
];

export function readVocabulary(
  file: TokenizerFile,
  endOfTextName: string,
  subject: string,
): Vocabulary {
  const endOfText = findEndOfText(file, endOfTextName, subject);
  const added = sortAddedTokens(file, endOfText);
  const spelling = spellTokens(file, added, subject);
  const table = layOut(spelling.tokens);
  const { starts, bytes } = table;
  const lengthAt = (slot: number) => (starts[slot + 1] ?? 0) - (starts[slot] ?? 0);
  return {
    decode: (ids) => decodeIds(ids, table),
    byteLength: (id) => lengthAt(slotOf(table, id)),
    endsLine: (id) => {
      const slot = slotOf(table, id);
      return lengthAt(slot) > 0 && bytes[(starts[slot + 1] ?? 0) - 1] === 0x0a;
    },
    isControl: (id) => added.control.has(id),
    endOfText,
    textTokens: added.text,
    refusals: [...added.refusals, ...spelling.refusals],
  };
}

/**
 * Fingerprints that an output of this vocabulary may carry, the newest first: hashes of everything
 * that decides which ids a text gets. Whoever only reads an output needs none, and they take long.
 */
export function fingerprints(file: TokenizerFile, endOfText: number): string[] {
  const { model, pre_tokenizer } = file;
  const { text } = sortAddedTokens(file, endOfText);
  const listed = { ...model, vocab: Object.fromEntries(model.vocab) };
  const hash = (version: number, ...rest: unknown[]) =>
    sha256(JSON.stringify([version, listed, pre_tokenizer, endOfText, ...rest]));
  const before = versions.before.map((version) => hash(version));
  return text.length === 0 ? before : [hash(versions.withAddedTokens, text), ...before];
}

function findEndOfText(file: TokenizerFile, name: string, subject: string): number {
  for (const wanted of name === '' ? endOfTextNames : [name]) {
    const token = file.added_tokens.find((candidate) => candidate.content === wanted);
    if (token !== undefined) return token.id;
  }
  const wanted =
    name === '' ? 'a control token such as <|endoftext|>' : `the control token ${name}`;
  throw unsupported(subject, `it has not ${wanted}; name one with sink.endOfText`);
}

/**
 * The bytes of each token, one character per byte. A token of the model has no entry if its
 * characters stand for no bytes, or for bytes that never occur in UTF-8: no text becomes it.
 */
function spellTokens(
  { model }: TokenizerFile,
  { control, text }: AddedTokens,
  subject: string,
): { tokens: Map<number, string>; refusals: string[] } {
  const tokens = new Map<number, string>();
  const refusals: string[] = [];
  const add = (id: number, spelled: string, token: string) => {
    const other = tokens.get(id);
    if (other !== undefined && other !== spelled) {
      refusals.push(`the token ${quote(token)} shares its id, ${id}, with another`);
    }
    tokens.set(id, spelled);
  };
  const byteOf = byteAlphabet();
  const missing = new Set(byteOf.values());
  for (const [token, id] of model.vocab) {
    const spelled = control.has(id) ? null : spell(token, byteOf);
    if (spelled === null) continue;
    add(id, spelled, token);
    if (spelled.length === 1) missing.delete(spelled.charCodeAt(0));
  }
  for (const { id, content } of text) add(id, Buffer.from(content).toString('latin1'), content);
  const [byte] = missing;
  if (byte === undefined) return { tokens, refusals };
  const wanted = `0x${byte.toString(16).padStart(2, '0')}`;
  throw unsupported(subject, `it has no token of text for the byte ${wanted}`);
}

function spell(token: string, byteOf: ReadonlyMap<string, number>): string | null {
  let spelled = '';
  for (const character of token) {
    const byte = byteOf.get(character);
    if (byte === undefined) return null;
    spelled += String.fromCharCode(byte);
  }
  return spelled;
}

/** All tokens' bytes in one buffer; slot `at` holds bytes[starts[at], starts[at + 1]). */
interface ByteTable {
  readonly starts: Uint32Array;
  readonly bytes: Buffer;
  /** The slot of each id; null if each id is its own slot. */
  readonly slots: ReadonlyMap<number, number> | null;
}

/** Ids below this have a slot each, used or not: 16 MB at most. */
const denseIdsMax = 1 << 22;

function layOut(tokens: ReadonlyMap<number, string>): ByteTable {
  let idEnd = 0;
  for (const id of tokens.keys()) idEnd = Math.max(idEnd, id + 1);
  const dense = idEnd <= denseIdsMax;
  const ids = dense ? Array.from({ length: idEnd }, (_, id) => id) : [...tokens.keys()];
  const starts = new Uint32Array(ids.length + 1);
  const spelled = ids.map((id) => tokens.get(id) ?? '');
  for (const [slot, { length }] of spelled.entries()) {
    starts[slot + 1] = (starts[slot] ?? 0) + length;
  }
  const slots = dense ? null : new Map(ids.map((id, slot) => [id, slot]));
  return { starts, bytes: Buffer.from(spelled.join(''), 'latin1'), slots };
}

/** A place after all slots for an id that has none: nothing lies there. */
function slotOf({ slots, starts }: ByteTable, id: number): number {
  if (slots !== null) return slots.get(id) ?? starts.length;
  return id < starts.length - 1 ? id : starts.length;
}

/**
 * GPT-2's way to write the bytes of UTF-8 as characters: printable Latin-1 as itself, the rest from
 * U+0100. Leaves out the thirteen bytes that never occur in UTF-8; some vocabularies lack them too.
 */
export function byteAlphabet(): ReadonlyMap<string, number> {
  const alphabet = new Map<string, number>();
  let shifted = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    const inText = byte !== 0xc0 && byte !== 0xc1 && byte <= 0xf4;
    if (inText) alphabet.set(String.fromCodePoint(printable ? byte : 0x100 + shifted), byte);
    if (!printable) shifted += 1;
  }
  return alphabet;
}

/** Loops count: an iterator of a typed array takes half as long again, over millions of tokens. */
function decodeIds(ids: Uint32Array, table: ByteTable): Buffer {
  const { starts, bytes } = table;
  let length = 0;
  for (let place = 0; place < ids.length; place += 1) {
    const id = ids[place] ?? 0;
    const slot = slotOf(table, id);
    const size = (starts[slot + 1] ?? 0) - (starts[slot] ?? 0);
    if (!(size > 0)) throw new RangeError(`token ${id} stands for no bytes`);
    length += size;
  }
  const text = Buffer.allocUnsafe(length);
  let cursor = 0;
  for (let place = 0; place < ids.length; place += 1) {
    const slot = slotOf(table, ids[place] ?? 0);
    const end = starts[slot + 1] ?? 0;
    // Tokens are a few bytes long: a loop is faster than a copy call for each.
    for (let at = starts[slot] ?? 0; at < end; at += 1) text[cursor++] = bytes[at] ?? 0;
  }
  return text;
}
