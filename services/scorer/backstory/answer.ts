/**
 * Reads answers of the scorer service: bits per candidate and, where they were asked for, per
 * token. Pure. What cannot be trusted is unusable and says why, because a wrong sum would still
 * rank candidates.
 */
import { z } from 'zod';
import type { Scored, TokenBits } from '../../ports/scorer.ts';
import { readAnswer } from '../server-answer.ts';
import { UnusableAnswer } from '../unusable-answer.ts';

const failed = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const candidate = z.object({
  sum: z.number().max(0),
  logprobs: z.base64().optional(),
});
const item = z.object({
  context_key: z.string(),
  target_tokens: z.int().min(1),
  candidates: z.array(z.union([candidate, failed])),
  target_ends: z.array(z.int().min(0)).optional(),
});
const answerSchema = z.object({
  configuration: z.string(),
  items: z.array(z.union([item, failed])).length(1),
});

export interface Scores {
  readonly contextKey: string;
  /** Of the service that answered. */
  readonly configuration: string;
  /** Null for a thought that the service cannot score; it can score at least one of them. */
  readonly scored: readonly (Scored | null)[];
}

/** The service's own troubles, which pass when it has been given time or started anew. */
export const passingCodes: ReadonlySet<string> = new Set([
  'INTERNAL',
  'OUT_OF_MEMORY',
  'QUEUE_FULL',
  'STOPPING',
]);

/** Of one item with so many candidates; tokens are read where the target is given. */
export function readScores(answer: unknown, count: number, target: string | null): Scores {
  const { items, configuration } = readAnswer(answerSchema, answer, 'items');
  const [only] = items;
  if (only === undefined) throw new UnusableAnswer('its answer has no item');
  if ('error' in only) throw new UnusableAnswer(only.error.message, only.error.code);
  if (only.candidates.length !== count) {
    throw new UnusableAnswer(`it scored ${only.candidates.length} of ${count} thoughts`);
  }
  const errors = only.candidates.flatMap((each) => ('error' in each ? [each.error] : []));
  const told = errors.find(({ code }) => passingCodes.has(code)) ?? errors[0];
  // A candidate that cannot be scored is one less, unless the service is in trouble or none can.
  const isWhole = told !== undefined && !passingCodes.has(told.code) && errors.length < count;
  if (told !== undefined && !isWhole) throw new UnusableAnswer(told.message, told.code);
  const scored = only.candidates.map((each): Scored | null => {
    if ('error' in each) return null;
    const bits = Math.max(0, -each.sum) / Math.LN2;
    if (target === null) return { bits, tokens: [] };
    const values = readValues(each.logprobs ?? '', each.sum, only.target_tokens);
    return { bits, tokens: tokenBits(values, only.target_ends ?? [], target) };
  });
  return { contextKey: only.context_key, configuration, scored };
}

/** Float32 values in base64, in nats; they must add up to the sum. */
function readValues(encoded: string, sum: number, count: number): Float32Array {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 4 * count) {
    throw new UnusableAnswer(`it sent ${bytes.length} bytes for ${count} tokens`);
  }
  const values = Float32Array.from({ length: count }, (_, index) => bytes.readFloatLE(4 * index));
  const total = values.reduce((before, value) => before + value, 0);
  if (!(Math.abs(total - sum) <= 1e-4 * Math.max(1, Math.abs(sum)))) {
    throw new UnusableAnswer(`its values add up to ${total}, and it says ${sum}`);
  }
  return values;
}

/** Ends come in code points of the target; a text of JavaScript counts UTF-16 units. */
function tokenBits(values: Float32Array, ends: readonly number[], target: string): TokenBits[] {
  if (ends.length !== values.length) throw new UnusableAnswer('target_ends differ in length');
  let units = 0;
  let points = 0;
  return Array.from(values, (value, index) => {
    const end = ends[index] ?? 0;
    while (points < end && units < target.length) {
      units += (target.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
      points += 1;
    }
    return { end: units, bits: Math.max(0, -value) / Math.LN2 };
  });
}
