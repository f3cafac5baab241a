/**
 * One answer from the endpoint: asks, validates, and asks again with the problem named. Each turn
 * is kept in the draft before its answer is used, so that no turn is paid for twice, whether the
 * process was killed, or the answer came from a batch.
 */
import type { z } from 'zod';
import type { Usage } from '../../../schemas/generated/types.ts';
import type { Answer, Draft } from '../../ports/teacher.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import { PipelineError, withUsage } from '../../runtime/errors.ts';
import { withoutControlNames } from '../prompts/control-names.ts';
import { repairPrompt } from '../prompts/repair-prompt.ts';
import type { Prompt } from '../prompts/version.ts';
import { parseAnswer } from './answers.ts';
import type { Chat, ChatAnswer, LimitKnob, Message } from './chat-request.ts';

/** For whom something is asked. */
export interface Asking {
  /** Whose budget it goes against. */
  readonly repository: string;
  readonly signal: AbortSignal;
  readonly draft: Draft;
}

export interface Wanted<Value> {
  readonly form: z.ZodType<Value>;
  readonly formName: string;
  /** Names it within the draft. */
  readonly part: string;
  readonly tokensMax: number;
  /** The knob that sets `tokensMax`, for messages. */
  readonly limitKnob: LimitKnob;
  /** An answer as it may be expected, in form and length: estimates are made from it. */
  readonly sketch: Value;
}

/** An answer that is a part of another one: kept in the draft. */
export async function keptAnswer<Value>(
  chat: Chat,
  prompt: Prompt,
  wanted: Wanted<Value>,
  asking: Asking,
): Promise<Answer<Value>> {
  const kept = await asking.draft.read(wanted.part);
  if (kept !== null) return kept as Answer<Value>;
  const answer = await converse(chat, prompt, wanted, asking);
  await asking.draft.write(wanted.part, answer);
  return answer;
}

/** Turns of one conversation: the question, and one more try with the problem named. */
const turnsMax = 2;

/** Bytes of an unusable answer that are shown to the teacher again. */
const shownBytesMax = 8_192;

/** Asks; if the answer does not have the form, asks once more and names the problem. */
export async function converse<Value>(
  chat: Chat,
  prompt: Prompt,
  wanted: Wanted<Value>,
  asking: Asking,
): Promise<Answer<Value>> {
  const { form, formName, tokensMax, limitKnob } = wanted;
  const messages: Message[] = [
    { role: 'system', content: prompt.system },
    { role: 'user', content: prompt.user },
  ];
  let usage: Usage = noUsage;
  let problem = '';
  for (let turn = 0; turn < turnsMax; turn += 1) {
    const answer = await keptTurn(chat, messages, turn, wanted, asking).catch((error: unknown) => {
      throw withUsage(error, usage);
    });
    usage = sumUsage([usage, answer.usage]);
    const parsed = parseAnswer(answer.text, form);
    if ('value' in parsed) return { value: parsed.value, usage };
    problem = answer.cut
      ? `the answer was cut off at ${tokensMax} tokens (teacher.${limitKnob})`
      : parsed.problem;
    // Servers refuse an empty turn.
    const shown = withoutControlNames(answer.text.slice(0, shownBytesMax));
    const said = shown.trim() === '' ? '{}' : shown;
    messages.push(
      { role: 'assistant', content: said },
      { role: 'user', content: repairPrompt(problem, answer.cut) },
    );
  }
  // A reason is one line wherever it is listed.
  const why = problem.replaceAll(/\s*\n\s*/g, ' ');
  throw new PipelineError(
    'TEACHER_ANSWER_INVALID',
    `the teacher's ${formName} has not the form asked for, also after repair: ${why}`,
    { subject: formName, usage },
  );
}

async function keptTurn<Value>(
  chat: Chat,
  messages: readonly Message[],
  turn: number,
  { form, formName, part, tokensMax, limitKnob, sketch }: Wanted<Value>,
  { repository, signal, draft }: Asking,
): Promise<ChatAnswer> {
  const name = `${part} turn ${turn}`;
  const kept = (await draft.read(name)) as ChatAnswer | null;
  if (kept !== null) return kept;
  const asked = { messages: [...messages], form, formName, tokensMax, limitKnob, sketch };
  const answer = await chat({ ...asked, repository, id: draft.keyOf(name) }, signal);
  await draft.write(name, answer);
  return answer;
}
