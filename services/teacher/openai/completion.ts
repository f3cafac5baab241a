/**
 * Reads what a server sent as a completion. Servers differ, and what they send is foreign data:
 * only what has the expected form is used. An answer that says it is an error, or says nothing,
 * may come right at the next try. Pure.
 */
import { z } from 'zod';
import type { Usage } from '../../../schemas/generated/types.ts';
import type { TeacherSettings } from '../settings.ts';
import { priceOf } from './spending.ts';

/** What one call brought and cost. */
export type Completion =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** The answer ended at the token limit. */
      readonly cut: boolean;
      readonly usage: Usage;
    }
  /** The model or a filter refuses, and this was paid for. */
  | { readonly kind: 'refused'; readonly why: string; readonly usage: Usage }
  | { readonly kind: 'broken'; readonly why: string; readonly status: number | null };

const parts = z.array(z.object({ text: z.string() }).partial());
const text = z.union([
  z.string(),
  parts.transform((all) => all.map((part) => part.text ?? '').join('')),
]);
const tokens = z.coerce.number().int().nonnegative();

const choice = z.object({
  finish_reason: z.string().nullish().catch(null),
  message: z
    .object({ content: text.nullish().catch(null), refusal: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
});
const completion = z.object({
  choices: z.array(choice).min(1),
  usage: z
    .object({ prompt_tokens: tokens, completion_tokens: tokens })
    .partial()
    .nullish()
    .catch(null),
});
const failure = z.object({
  error: z.union([
    z.string().transform((message) => ({ message, code: null })),
    z.object({ message: z.string().catch('it says no more'), code: z.unknown() }),
  ]),
});

export function readCompletion(
  sent: unknown,
  promptBytes: number,
  prices: Pick<
    TeacherSettings,
    'dollarsPerMillionPromptTokens' | 'dollarsPerMillionCompletionTokens'
  >,
): Completion {
  const body = typeof sent === 'string' ? parseJson(sent) : sent;
  const failed = failure.safeParse(body);
  if (failed.success) {
    const { message, code } = failed.data.error;
    const status = typeof code === 'number' && Number.isInteger(code) ? code : null;
    return { kind: 'broken', why: `the answer is an error: ${message}`, status };
  }
  const read = completion.safeParse(body);
  const first = read.data?.choices[0];
  if (read.data === undefined || first === undefined) {
    return { kind: 'broken', why: 'the answer is no completion', status: null };
  }
  const content = first.message?.content ?? '';
  // Servers that report no usage are counted at four bytes a token.
  const promptTokens = read.data.usage?.prompt_tokens ?? Math.ceil(promptBytes / 4);
  const completionTokens =
    read.data.usage?.completion_tokens ?? Math.ceil(Buffer.byteLength(content) / 4);
  const microDollars = priceOf(promptTokens, completionTokens, prices);
  const usage = { calls: 1, promptTokens, completionTokens, microDollars, refused: {} };
  const refusal = first.message?.refusal ?? '';
  if (refusal !== '') return { kind: 'refused', why: refusal, usage };
  if (first.finish_reason === 'content_filter') {
    return { kind: 'refused', why: 'the content filter', usage };
  }
  return { kind: 'text', text: content, cut: first.finish_reason === 'length', usage };
}

function parseJson(sent: string): unknown {
  try {
    return JSON.parse(sent);
  } catch {
    return null;
  }
}
