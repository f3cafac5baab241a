/** The teacher behind an OpenAI-compatible endpoint: prompts out, validated answers in. */

import OpenAI from 'openai';
import type { z } from 'zod';
import type { ModelIdentity, Usage } from '../../../schemas/generated/types.ts';
import { publicModelName } from '../../ports/endpoint.ts';
import {
  type Answer,
  type Draft,
  noDraft,
  type PlanAnswer,
  type PlanRequest,
  type Teacher,
} from '../../ports/teacher.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Budget } from '../../runtime/coordination/coordination.ts';
import { openLocalBudget } from '../../runtime/coordination/local.ts';
import { PipelineError, withUsage } from '../../runtime/errors.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { planPrompt } from '../prompts/plan-prompt.ts';
import { purposesPrompt } from '../prompts/purposes-prompt.ts';
import { repairPrompt } from '../prompts/repair-prompt.ts';
import { rewritePrompt, thinkPrompt } from '../prompts/think-prompt.ts';
import { type Prompt, promptsVersion } from '../prompts/version.ts';
import type { TeacherSettings } from '../settings.ts';
import { parseAnswer, planAnswer, purposesAnswer, thoughtAnswer } from './answers.ts';
import { type Chat, type ChatAnswer, type Message, openChat } from './chat.ts';

export function openOpenAi(
  configuration: TeacherSettings,
  apiKey: string | undefined,
  clock: Clock,
  random: () => number = Math.random,
  budget: Budget = openLocalBudget(clock),
): Teacher {
  // Every option is passed, because the package would read missing ones from the environment.
  const client = new OpenAI({
    baseURL: configuration.baseUrl,
    apiKey: apiKey ?? 'none',
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: configuration.timeoutMs,
    logLevel: 'off',
    // Followed by itself, a redirect would take the texts to an address that nobody named.
    fetchOptions: { redirect: 'manual' },
  });
  const chat = openChat(client, configuration, clock, random, budget);
  const { promptBytesMax, thinkTokensMax } = configuration;
  const thought = async (prompt: Prompt, asking: Asking): Promise<Answer<string>> => {
    const form = { form: thoughtAnswer, formName: 'thought', part: 'thought' };
    const wanted = { ...form, tokensMax: thinkTokensMax };
    const { value, usage } = await converse(chat, prompt, wanted, asking);
    return { value: value.thought, usage };
  };
  return {
    identity: identityOf(configuration),
    plan: (request, signal, draft = noDraft) =>
      planProject(chat, configuration, request, { signal, draft }),
    think: (request, signal, draft = noDraft) =>
      thought(thinkPrompt(request, promptBytesMax), { signal, draft }),
    rewrite: (request, sample, signal, draft = noDraft) =>
      thought(rewritePrompt(request, sample, promptBytesMax), { signal, draft }),
    check: () => checkEndpoint(client, configuration),
  };
}

/** Whatever changes answers is part of the identity, so that the memo never mixes them. */
const answering = [
  'temperature',
  'structuredOutput',
  'promptBytesMax',
  'planTokensMax',
  'thinkTokensMax',
  'purposesPerCall',
] as const satisfies readonly (keyof TeacherSettings)[];

function identityOf(configuration: TeacherSettings): ModelIdentity {
  const settings: Record<string, unknown> = Object.fromEntries(
    answering.map((knob) => [knob, configuration[knob]]),
  );
  const model = publicModelName(configuration.model);
  // Two local models may have one public name.
  if (model !== configuration.model) settings.model = configuration.model;
  return {
    name: 'openai',
    version: `${promptsVersion}-${sha256(canonicalJson(settings)).slice(0, 8)}`,
    model,
    languageModel: true,
  };
}

async function planProject(
  chat: Chat,
  configuration: TeacherSettings,
  request: PlanRequest,
  { signal, draft }: Asking,
): Promise<Answer<PlanAnswer>> {
  const { promptBytesMax, planTokensMax: tokensMax, purposesPerCall } = configuration;
  const prompt = planPrompt(request, promptBytesMax);
  const prose = { form: planAnswer, formName: 'plan', part: 'plan', tokensMax };
  const plan = await keptAnswer(chat, prompt, prose, { signal, draft });
  const { requirements, architecture } = plan.value;
  const purposes: { path: string; purpose: string }[] = [];
  const failures: string[] = [];
  let usage = plan.usage;
  for (let start = 0; start < request.files.length; start += purposesPerCall) {
    const batch = request.files.slice(start, start + purposesPerCall);
    const paths = new Set(batch.map((file) => file.path));
    const asked = purposesPrompt(request, batch, architecture, promptBytesMax);
    const part = `purposes ${start}`;
    const wanted = { form: purposesAnswer, formName: 'purposes', part, tokensMax };
    // A batch that is refused costs these purposes, which have a substitute, and not the plan.
    const answer = await askOrGiveUp(() => keptAnswer(chat, asked, wanted, { signal, draft }));
    usage = sumUsage([usage, answer.usage]);
    if ('reason' in answer) failures.push(answer.reason);
    else purposes.push(...answer.value.purposes.filter((purpose) => paths.has(purpose.path)));
  }
  const value = { requirements, architecture, purposes };
  return { value: failures.length === 0 ? value : { ...value, failures }, usage };
}

interface Asking {
  readonly signal: AbortSignal;
  readonly draft: Draft;
}

interface Wanted<Value> {
  readonly form: z.ZodType<Value>;
  readonly formName: string;
  /** Names it within the draft. */
  readonly part: string;
  readonly tokensMax: number;
}

/** An answer that is a part of another one: kept in the draft. */
async function keptAnswer<Value>(
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

/** Bytes of an unusable answer that are shown to the teacher again. */
const shownBytesMax = 8_192;

/** Asks; if the answer does not have the form, asks once more and names the problem. */
async function converse<Value>(
  chat: Chat,
  prompt: Prompt,
  { form, formName, part, tokensMax }: Wanted<Value>,
  { signal, draft }: Asking,
): Promise<Answer<Value>> {
  const messages: Message[] = [
    { role: 'system', content: prompt.system },
    { role: 'user', content: prompt.user },
  ];
  const firstTurn = `${part} first turn`;
  const first = (await draft.read(firstTurn)) as ChatAnswer | null;
  let usage: Usage = noUsage;
  let problem = '';
  for (let turn = 0; turn < 2; turn += 1) {
    const remembered = turn === 0 ? first : null;
    const answer =
      remembered ??
      (await chat({ messages, form, formName, tokensMax }, signal).catch((error: unknown) => {
        throw withUsage(error, usage);
      }));
    usage = sumUsage([usage, answer.usage]);
    const parsed = parseAnswer(answer.text, form);
    if ('value' in parsed) return { value: parsed.value, usage };
    problem = answer.cut ? `the answer was cut off at ${tokensMax} tokens` : parsed.problem;
    if (turn === 0 && remembered === null) await draft.write(firstTurn, answer);
    // Servers refuse an empty turn.
    const said = answer.text.trim() === '' ? '{}' : answer.text.slice(0, shownBytesMax);
    messages.push(
      { role: 'assistant', content: said },
      {
        role: 'user',
        content: repairPrompt(problem, answer.cut),
      },
    );
  }
  throw new PipelineError(
    'TEACHER_ANSWER_INVALID',
    `the teacher's ${formName} has not the form asked for, also after repair: ${problem}`,
    { subject: formName, usage },
  );
}

async function checkEndpoint(
  client: OpenAI,
  configuration: TeacherSettings,
): Promise<string | null> {
  const { baseUrl, model } = configuration;
  try {
    const page = await client.models.list({ timeout: Math.min(configuration.timeoutMs, 10_000) });
    const known = page.data.map((entry) => entry.id);
    if (known.length === 0 || known.includes(model)) return null;
    return `the endpoint at ${baseUrl} does not list the model ${model}; it has ${known.slice(0, 8).join(', ')}`;
  } catch (error) {
    return `the endpoint at ${baseUrl} does not answer: ${(error as Error).message}; check teacher.baseUrl, the key and that the server runs`;
  }
}
