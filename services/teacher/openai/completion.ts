/**
 * Reads what a server sent as a completion. Servers differ, and what they send is foreign data:
 * only what has the expected form is used. An answer that says it is an error, or says nothing,
 * may come right at the next try. Pure.
 */
import { z } from 'zod';
import type { Usage } from '../../../schemas/generated/types.ts';
import { noUsage } from '../../ports/usage.ts';
import { type Prices, priceOf } from './money/prices.ts';
import { readStream } from './stream.ts';

/** What one call brought and cost. */
export type Completion =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** The answer ended at the token limit. */
      readonly cut: boolean;
      readonly usage: Usage;
      /** Prompt tokens that the server had in its cache. */
      readonly cachedTokens: number;
    }
  /** The model or a filter refuses, and this was paid for. */
  | { readonly kind: 'refused'; readonly why: string; readonly usage: Usage }
  | {
      readonly kind: 'broken';
      readonly why: string;
      readonly status: number | null;
      readonly code: string;
    };

const part = z.object({ text: z.string() }).partial();
const text = z.union([
  z.string(),
  z.array(z.union([z.string().transform((each) => ({ text: each })), part])).transform(joinParts),
  part.transform((only) => joinParts([only])),
]);

function joinParts(all: readonly { readonly text?: string | undefined }[]): string {
  return all.map((each) => each.text ?? '').join('');
}

/** A count of tokens; servers send strings, too. */
const tokens = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
]);
/** No model reads or writes as many in one call: such a count is a fault, and would end budgets. */
const countMax = 10_000_000;
const count = tokens.pipe(z.number().int().nonnegative().max(countMax)).nullish().catch(null);
const words = z.string().nullish().catch(null);

const failure = z.union([
  z.string().transform((message) => ({ message, code: null, type: null, status: null })),
  z.object({
    message: z.string().catch('it says no more'),
    code: z.unknown().optional(),
    type: z.unknown().optional(),
    status: z.unknown().optional(),
  }),
]);

const choice = z.object({
  finish_reason: words,
  error: failure.nullish().catch(null),
  message: z
    .object({
      content: text.nullish().catch(null),
      refusal: words,
      reasoning: words,
      reasoning_content: words,
    })
    .nullish()
    .catch(null),
});
const completion = z.object({
  choices: z.array(choice).min(1),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(null),
    })
    .partial()
    .nullish()
    .catch(null),
});
const failed = z.object({ error: failure });

export function readCompletion(sent: unknown, promptBytes: number, prices: Prices): Completion {
  const body = typeof sent === 'string' ? parseText(sent) : sent;
  const read = completion.safeParse(body);
  const first = read.data?.choices[0];
  const error = first?.error ?? failed.safeParse(body).data?.error ?? null;
  const content = first?.message?.content ?? '';
  // Some servers add an empty error to a good answer.
  if (error !== null && content === '') return brokenBy(error);
  if (read.data === undefined || first === undefined) return broken('the answer is no completion');
  if (first.finish_reason === 'error') return broken('the answer ended with an error');
  const reasoning = first.message?.reasoning ?? first.message?.reasoning_content ?? '';
  const counted = usageOf(read.data.usage, promptBytes, `${reasoning}${content}`, prices);
  const usage = { ...counted, finish: finishOf(first.finish_reason) };
  const refusal = first.message?.refusal ?? '';
  if (refusal !== '') return { kind: 'refused', why: refusal, usage };
  if (first.finish_reason === 'content_filter') {
    return { kind: 'refused', why: 'the content filter', usage };
  }
  const cut = first.finish_reason === 'length';
  // With some templates the answer lands in the reasoning. A draft in a cut one is no answer.
  const said = content.trim() === '' && !cut ? reasoning : content;
  const cachedTokens = read.data.usage?.prompt_tokens_details?.cached_tokens ?? 0;
  return { kind: 'text', text: said, cut, usage, cachedTokens };
}

const knownEnds = ['stop', 'length', 'content_filter'];

/** Servers have names of their own for what is none of these; a record holds none of them. */
function finishOf(reason: string | null | undefined): Usage['finish'] {
  if (reason === null || reason === undefined || reason === '') return {};
  return { [knownEnds.includes(reason) ? reason : 'other']: 1 };
}

type SentUsage = z.infer<typeof completion>['usage'];

function usageOf(sent: SentUsage, promptBytes: number, written: string, prices: Prices): Usage {
  // Servers that report no usage, or nothing but noughts, are counted at four bytes a token.
  const promptTokens = sent?.prompt_tokens || Math.ceil(promptBytes / 4);
  const completionTokens = sent?.completion_tokens || Math.ceil(Buffer.byteLength(written) / 4);
  const cached = Math.min(promptTokens, sent?.prompt_tokens_details?.cached_tokens ?? 0);
  const microDollars = priceOf({ promptTokens, completionTokens, cached }, prices);
  return { ...noUsage, calls: 1, promptTokens, completionTokens, microDollars };
}

function broken(why: string): Completion {
  return { kind: 'broken', why, status: null, code: '' };
}

function brokenBy({ message, code, type, status }: z.infer<typeof failure>): Completion {
  const number = [code, status].map(Number).find((each) => each >= 300 && each < 600) ?? null;
  const named = [code, type].filter((each) => typeof each === 'string').join(' ');
  return { kind: 'broken', why: `the answer is an error: ${message}`, status: number, code: named };
}

function parseText(sent: string): unknown {
  try {
    return JSON.parse(sent.replace(/^\ufeff/, ''));
  } catch {
    return readStream(sent);
  }
}
