/**
 * Reads an echoed completion: finds the tokens of the target at the end of the prompt and adds up
 * their log probabilities. Pure. An answer whose sum cannot be trusted is refused with the reason,
 * because a wrong sum would still rank candidates.
 */
import { z } from 'zod';
import { PipelineError } from '../../runtime/errors.ts';

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

/** Bits of the target, the end of the prompt. Throws SCORER_UNSUITABLE with what is missing. */
export function targetBits(answer: unknown, target: string): number {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? 'choices';
    throw unsuitable(`its answer has no usable "${path}"`);
  }
  const [choice] = parsed.data.choices;
  if (choice === undefined) throw unsuitable('its answer has no choice');
  const { tokens, token_logprobs: logprobs, text_offset: offsets } = choice.logprobs;
  if (tokens.length !== logprobs.length || tokens.length !== offsets.length) {
    throw unsuitable('tokens, token_logprobs and text_offset differ in length');
  }
  const generated = parsed.data.usage?.completion_tokens === 0 ? 0 : 1;
  const span = targetSpan({ tokens, logprobs, offsets }, generated, target);
  let nats = 0;
  for (let index = span.start; index < span.end; index += 1) {
    const logprob = logprobs[index] ?? null;
    if (logprob === null || !Number.isFinite(logprob)) {
      throw unsuitable(`token_logprobs holds ${logprob} inside the target`);
    }
    nats -= logprob;
  }
  return nats / Math.LN2;
}

/**
 * The target's tokens are counted from the end of the prompt, so that a token put before the prompt
 * (begin of text) shifts nothing. A token that crosses the border counts as the target's. The text
 * before the border is the same for every candidate, so this treats all candidates alike.
 */
function targetSpan(echoed: EchoedTokens, generated: 0 | 1, target: string) {
  const { tokens } = echoed;
  for (const trailing of [generated, 1 - generated]) {
    const end = tokens.length - trailing;
    const start = startByText(tokens, end, target);
    if (start !== null) return { start, end };
  }
  const end = tokens.length - generated;
  const start = startByOffset(echoed, end, target);
  if (start !== null) return { start, end };
  throw unsuitable(
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
 * Servers spell a character that is split over tokens as replacement characters. Then only the
 * offsets help, which servers count in code points. Counted from the end, they can drift only
 * inside the target, which is the same text for every candidate.
 */
function startByOffset(echoed: EchoedTokens, end: number, target: string): number | null {
  const { tokens, offsets } = echoed;
  const last = tokens[end - 1];
  const lastOffset = offsets[end - 1];
  if (last === undefined || lastOffset === undefined) return null;
  if (!tokens.slice(0, end).some((token) => token.includes('\uFFFD'))) return null;
  const border = lastOffset + codePoints(last) - codePoints(target);
  if (border < (offsets[0] ?? 0)) return null;
  let start = end - 1;
  while (start > 0 && (offsets[start] ?? 0) > border) start -= 1;
  return start;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}

export function unsuitable(what: string): PipelineError {
  return new PipelineError(
    'SCORER_UNSUITABLE',
    `the server cannot score: ${what}. It must answer completions with echo and logprobs for the whole prompt, as vLLM and llama-cpp-python with logits_all do`,
    { subject: 'scorer.url' },
  );
}
