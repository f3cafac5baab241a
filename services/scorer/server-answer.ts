/**
 * What readers of servers' answers share: the form of an answer, values that may be trusted, and
 * where each token of the code ends. Pure.
 */
import type { z } from 'zod';
import type { TokenBits } from '../ports/scorer.ts';
import { UnusableAnswer } from './unusable-answer.ts';

/** `whole` is what is said to be missing where the answer is nothing of the kind. */
export function readAnswer<Value>(schema: z.ZodType<Value>, answer: unknown, whole: string): Value {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') || whole;
  throw new UnusableAnswer(`its answer has no usable "${path}"`);
}

/** Rounding may lift the logarithm of a probability this far above zero, in nats. */
const roundingMax = 1e-6;
/** No model is this surprised; servers write such a number where they have no probability. */
const logprobMin = -1000;

function checkedLogprob(logprob: number | null): number {
  if (logprob === null || !(logprob >= logprobMin)) {
    throw new UnusableAnswer(`token_logprobs holds ${logprob} inside the target`);
  }
  if (logprob > roundingMax) {
    throw new UnusableAnswer(
      `token_logprobs holds ${logprob}: a log probability is not above zero, so these are other numbers`,
    );
  }
  return logprob;
}

export function bitsOf(logprobs: readonly (number | null)[]): number[] {
  return logprobs.map((each) => Math.max(0, -checkedLogprob(each)) / Math.LN2);
}

export function sumOf(bits: readonly number[]): number {
  return bits.reduce((sum, each) => sum + each, 0);
}

/**
 * Ends are counted from the end of the target, where tokens are sure to spell it. None are given
 * where they do not spell it whole.
 */
export function tokensOf(
  spelled: readonly string[],
  bits: readonly number[],
  target: string,
): TokenBits[] {
  const bytes = Buffer.from(target);
  if (!spelled.join('').endsWith(bytes.toString('latin1'))) return [];
  let end = bytes.length;
  const tokens: TokenBits[] = [];
  for (let index = spelled.length - 1; index >= 0; index -= 1) {
    tokens.push({ end, bits: bits[index] ?? 0 });
    end -= spelled[index]?.length ?? 0;
  }
  tokens.reverse();
  // From bytes to the units of a string, in one pass.
  let [byte, unit] = [0, 0];
  return tokens.map((token) => {
    unit += bytes.toString('utf8', byte, wholeEnd(bytes, token.end)).length;
    byte = wholeEnd(bytes, token.end);
    return { ...token, end: unit };
  });
}

/** A token may end inside a character, which then ends it. */
function wholeEnd(bytes: Buffer, end: number): number {
  let whole = end;
  while (whole < bytes.length && ((bytes[whole] ?? 0) & 0xc0) === 0x80) whole += 1;
  return whole;
}

/** Texts as strings with one character per byte, so that a token may end inside a character. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** A token that is no whole text is spelled `bytes:\xe2\x82` by some servers. */
export function bytesOfToken(token: string): string {
  if (!/^bytes:(?:\\x[0-9a-f]{2})+$/i.test(token)) return bytesOf(token);
  return Buffer.from(token.replaceAll(/bytes:|\\x/g, ''), 'hex').toString('latin1');
}
