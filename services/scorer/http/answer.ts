/**
 * Reads an echoed completion: finds the tokens of the target at the end of the prompt and adds up
 * their log probabilities. Pure. An answer whose sum cannot be trusted is unusable and says why,
 * because a wrong sum would still rank candidates.
 */
import { z } from 'zod';
import type { Scored } from '../../ports/scorer.ts';
import { bitsOf, bytesOf, bytesOfToken, readAnswer, tokensOf } from '../server-answer.ts';
import { UnusableAnswer } from '../unusable-answer.ts';

const answerSchema = z.object({
  choices: z.array(
    z.object({
      logprobs: z.object({
        tokens: z.array(z.string()),
        token_logprobs: z.array(z.number().nullable()),
        text_offset: z.array(z.number()),
      }),
    }),
  ),
  usage: z.object({ completion_tokens: z.number() }).nullish(),
});

interface EchoedTokens {
  readonly tokens: readonly string[];
  readonly logprobs: readonly (number | null)[];
  readonly offsets: readonly number[];
}

/** A prompt is what stands `before` the target, then the target. */
export interface Prompt {
  readonly before: string;
  readonly target: string;
}

/** Bits of the target and its tokens. Throws UnusableAnswer with what is wrong. */
export function targetBits(answer: unknown, prompt: Prompt): Scored {
  const { choices, usage } = readAnswer(answerSchema, answer, 'choices');
  const [choice] = choices;
  if (choice === undefined) throw new UnusableAnswer('its answer has no choice');
  const { tokens, token_logprobs: logprobs, text_offset: offsets } = choice.logprobs;
  if (tokens.length !== logprobs.length || tokens.length !== offsets.length) {
    throw new UnusableAnswer('tokens, token_logprobs and text_offset differ in length');
  }
  const generated = usage?.completion_tokens === 0 ? 0 : 1;
  const echoed = { tokens: tokens.map(bytesOfToken), logprobs, offsets };
  const span = targetSpan(echoed, generated, {
    before: bytesOf(prompt.before),
    target: bytesOf(prompt.target),
  });
  const own = logprobs.slice(span.start, span.end);
  const bits = bitsOf(own);
  const nats = own.reduce<number>((sum, logprob) => sum - (logprob ?? 0), 0);
  const spelled = echoed.tokens.slice(span.start, span.end);
  return {
    bits: Math.max(0, nats) / Math.LN2,
    tokens: tokensOf(spelled, bits, prompt.target),
  };
}

/**
 * The target's tokens are counted from the end of the prompt, so that a token put before the prompt
 * (begin of text) shifts nothing. A token that crosses the border counts as the target's. The text
 * before the border is the same for every candidate, so this treats all candidates alike.
 */
function targetSpan(echoed: EchoedTokens, generated: 0 | 1, prompt: Prompt) {
  const { tokens } = echoed;
  for (const trailing of [generated, 1 - generated]) {
    const end = tokens.length - trailing;
    const start = startByText(tokens, end, prompt.target);
    if (start === null) continue;
    requireWhole(tokens.slice(0, end).join(''), prompt);
    return { start, end };
  }
  const end = tokens.length - generated;
  const start = startByOffset(echoed, end, prompt);
  if (start !== null) return { start, end };
  throw new UnusableAnswer(
    `the prompt is not in its answer: "echo" is ignored, or the tokens do not spell the prompt (${tokens.length} tokens came back)`,
  );
}

/** Index of the target's first token if the tokens before `end` spell the target, else null. */
function startByText(tokens: readonly string[], end: number, target: string): number | null {
  let start = end;
  let length = 0;
  while (length < target.length) {
    start -= 1;
    const token = tokens[start];
    if (token === undefined) return null;
    length += token.length;
  }
  return tokens.slice(start, end).join('').endsWith(target) ? start : null;
}

/**
 * A server that cuts a long prompt from the left still echoes the whole target, without the thought
 * that is to be judged. Tokenizers may drop white space at the very beginning.
 */
function requireWhole(echo: string, { before, target }: Prompt): void {
  if (echo.endsWith((before + target).trimStart())) return;
  throw new UnusableAnswer(
    `${echo.length} of ${before.length + target.length} bytes of the prompt came back: it was cut, or its tokens do not spell it`,
  );
}

const broken = bytesOf('\uFFFD');

/**
 * Servers spell a character that is split over tokens as replacement characters. Then only the
 * offsets help, which servers count in code points. Counted from the end, they can drift only
 * inside the target, which is the same text for every candidate.
 */
function startByOffset({ tokens, offsets }: EchoedTokens, end: number, prompt: Prompt) {
  const last = tokens[end - 1];
  const lastOffset = offsets[end - 1];
  if (last === undefined || lastOffset === undefined) return null;
  if (!tokens.slice(0, end).some((token) => token.includes(broken))) return null;
  const border = lastOffset + codePoints(last) - codePoints(prompt.target);
  const first = offsets[0] ?? 0;
  // What is broken counts more often, never less often, so a cut prompt is shorter.
  if (border - first < codePoints(prompt.before.trimStart())) return null;
  let start = end - 1;
  while (start > 0 && (offsets[start] ?? 0) > border) start -= 1;
  return start;
}

/** Of a text with one character per byte: a code point has one byte that continues no other. */
function codePoints(bytes: string): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if ((bytes.charCodeAt(at) & 0xc0) !== 0x80) count += 1;
  }
  return count;
}
