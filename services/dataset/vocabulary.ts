/**
 * What ids mean, read from a tokenizer.json: the exact bytes of every token of a byte-level BPE
 * vocabulary and which ids are control tokens. Decoding is ours, so that a shard can be checked
 * without the encoder that made it. Pure; anything but byte-level BPE is TOKENIZER_UNSUPPORTED.
 */
import { z } from 'zod';
import { PipelineError } from '../runtime/errors.ts';
import { sha256 } from '../runtime/ids.ts';

/** Which encoder the ids are from: 2 is bpe/, 1 was Hugging Face's library. Ids are the same. */
const versions = [2, 1];

const tokenizerFile = z.object({
  added_tokens: z.array(z.object({ id: z.int().nonnegative(), content: z.string() })).default([]),
  pre_tokenizer: z.unknown(),
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.record(z.string(), z.int().nonnegative()),
    merges: z.array(z.unknown()),
    dropout: z.number().nullish(),
    byte_fallback: z.boolean().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
  }),
});

export type TokenizerFile = z.infer<typeof tokenizerFile>;

export interface Vocabulary {
  /** The exact bytes of tokens. Throws RangeError at a control token or an unknown id. */
  decode(ids: Uint32Array): Buffer;
  /** Length of a token in bytes; 0 for a control token. */
  byteLength(id: number): number;
  /** Whether the token ends in LF: a good place to cut. */
  endsLine(id: number): boolean;
  isControl(id: number): boolean;
  /** The control token that follows a document. */
  readonly endOfText: number;
  /** Hash of all that decides which ids a text gets. */
  readonly fingerprint: string;
}

const endOfTextNames = [
  '<|endoftext|>',
  '<|end_of_text|>',
  '<\uff5cend\u2581of\u2581sentence\uff5c>',
  '</s>',
  '<eos>',
];

/** Parses a tokenizer.json and refuses what would not give every byte back. */
export function parseTokenizerFile(text: string, subject: string): TokenizerFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw unsupported(subject, 'it is not JSON', cause);
  }
  const parsed = tokenizerFile.safeParse(json);
  if (!parsed.success) throw unsupported(subject, z.prettifyError(parsed.error));
  const { model, pre_tokenizer } = parsed.data;
  if ((model.type ?? 'BPE') !== 'BPE') throw unsupported(subject, `its model is ${model.type}`);
  if ((model.dropout ?? 0) !== 0) throw unsupported(subject, 'it drops merges at random');
  if (model.byte_fallback === true) throw unsupported(subject, 'it falls back to byte tokens');
  if ((model.continuing_subword_prefix ?? '') + (model.end_of_word_suffix ?? '') !== '') {
    throw unsupported(subject, 'its tokens have prefixes or suffixes');
  }
  const steps = JSON.stringify(pre_tokenizer ?? null);
  if (!steps.includes('"type":"ByteLevel"')) throw unsupported(subject, 'it is not byte-level');
  if (steps.includes('"add_prefix_space":true')) throw unsupported(subject, 'it adds a space');
  return parsed.data;
}

export function readVocabulary(
  file: TokenizerFile,
  endOfTextName: string,
  subject: string,
): Vocabulary {
  const control = new Set(file.added_tokens.map((token) => token.id));
  const endOfText = findEndOfText(file, endOfTextName, subject);
  const table = byteTable(file, control, subject);
  const { starts, bytes } = table;
  const byteLength = (id: number) => (starts[id + 1] ?? 0) - (starts[id] ?? 0);
  return {
    decode: (ids) => decodeIds(ids, starts, bytes),
    byteLength,
    endsLine: (id) => byteLength(id) > 0 && bytes[(starts[id + 1] ?? 0) - 1] === 0x0a,
    isControl: (id) => control.has(id),
    endOfText,
    fingerprint: fingerprints(file, endOfText)[0] ?? '',
  };
}

/** Fingerprints that an output of this vocabulary may carry, the newest first. */
export function fingerprints(file: TokenizerFile, endOfText: number): string[] {
  const { model, pre_tokenizer } = file;
  return versions.map((version) =>
    sha256(JSON.stringify([version, model, pre_tokenizer, endOfText])),
  );
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

/** All tokens' bytes in one buffer; token `id` is bytes[starts[id], starts[id + 1]). */
function byteTable(
  file: TokenizerFile,
  control: ReadonlySet<number>,
  subject: string,
): { starts: Uint32Array; bytes: Buffer } {
  const byteOf = byteAlphabet();
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(file.model.vocab)) {
    if (!control.has(id)) tokens[id] = token;
  }
  const starts = new Uint32Array(tokens.length + 1);
  const values: number[] = [];
  const single = new Set<number>();
  for (let id = 0; id < tokens.length; id += 1) {
    const token = tokens[id] ?? '';
    for (const character of token) {
      const byte = byteOf.get(character);
      if (byte === undefined) throw unsupported(subject, `token ${id} is not made of bytes`);
      values.push(byte);
    }
    if (token.length === 1) single.add(values.at(-1) ?? 0);
    starts[id + 1] = values.length;
  }
  if (single.size !== 256) throw unsupported(subject, 'it has not a token for every byte');
  return { starts, bytes: Buffer.from(values) };
}

/** GPT-2's way to write bytes as characters: printable Latin-1 as itself, the rest from U+0100. */
export function byteAlphabet(): ReadonlyMap<string, number> {
  const alphabet = new Map<string, number>();
  let shifted = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    alphabet.set(String.fromCodePoint(printable ? byte : 0x100 + shifted), byte);
    if (!printable) shifted += 1;
  }
  return alphabet;
}

function decodeIds(ids: Uint32Array, starts: Uint32Array, bytes: Buffer): Buffer {
  let length = 0;
  for (const id of ids) {
    const size = (starts[id + 1] ?? 0) - (starts[id] ?? 0);
    if (size <= 0) throw new RangeError(`token ${id} stands for no bytes`);
    length += size;
  }
  const text = Buffer.allocUnsafe(length);
  let cursor = 0;
  for (const id of ids) {
    const end = starts[id + 1] ?? 0;
    // Tokens are a few bytes long: a loop is faster than a copy call for each.
    for (let at = starts[id] ?? 0; at < end; at += 1) text[cursor++] = bytes[at] ?? 0;
  }
  return text;
}

function unsupported(subject: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError('TOKENIZER_UNSUPPORTED', `tokenizer ${subject}: ${what}`, {
    subject,
    cause,
  });
}
