/**
 * Parses a tokenizer.json and checks its form. The vocabulary is a Map, not an object, so that
 * every key that JSON allows is kept (`__proto__` too). Anything but byte-level BPE is
 * TOKENIZER_UNSUPPORTED. Pure.
 */
import { z } from 'zod';
import { PipelineError } from '../runtime/errors.ts';

/** Ids fit 31 bits, because readers of shards hold them as signed 32-bit integers. */
const idMax = 2 ** 31 - 1;

const tokenId = z.int().nonnegative().max(idMax);

/** Hugging Face's library refuses a missing flag; here `special` defaults to the safe value. */
const addedToken = z.object({
  id: tokenId,
  content: z.string(),
  special: z.boolean().default(true),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(false),
});

export type AddedToken = z.infer<typeof addedToken>;

/** Not z.record, which leaves out the key `__proto__`. */
const vocab = z.unknown().transform((value, context): ReadonlyMap<string, number> => {
  const ids = new Map<string, number>();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    context.addIssue('expected an object of ids');
    return ids;
  }
  for (const [token, id] of Object.entries(value as Record<string, unknown>)) {
    if (!isTokenId(id)) {
      context.addIssue(`the token ${quote(token)} has no whole number up to ${idMax} as its id`);
      return ids;
    }
    ids.set(token, id);
  }
  return ids;
});

function isTokenId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= idMax;
}

const tokenizerFile = z.object({
  added_tokens: z.array(addedToken).default([]),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown(),
  model: z.looseObject({
    type: z.string().optional(),
    vocab,
    merges: z.array(z.unknown()),
    dropout: z.number().nullish(),
    byte_fallback: z.boolean().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
  }),
});

export type TokenizerFile = z.infer<typeof tokenizerFile>;

/** Refuses a tokenizer whose tokens would not give every byte of a text back. */
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

/** A token for a message: escaped, on one line and not too long. */
export function quote(token: string): string {
  return JSON.stringify(token.length > 60 ? `${token.slice(0, 60)}…` : token);
}

export function unsupported(subject: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError('TOKENIZER_UNSUPPORTED', `tokenizer ${subject}: ${what}`, {
    subject,
    cause,
  });
}
