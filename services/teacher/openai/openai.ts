/** The teacher behind an OpenAI-compatible endpoint: prompts out, validated answers in. */

import OpenAI from 'openai';
import type { z } from 'zod';
import type { ModelIdentity, Usage } from '../../../schemas/generated/types.ts';
import type { Answer, PlanAnswer, PlanRequest, Teacher } from '../../ports/teacher.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Budget } from '../../runtime/coordination/coordination.ts';
import { openLocalBudget } from '../../runtime/coordination/local.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { planPrompt } from '../prompts/plan-prompt.ts';
import { purposesPrompt } from '../prompts/purposes-prompt.ts';
import { rewritePrompt, thinkPrompt } from '../prompts/think-prompt.ts';
import { type Prompt, promptsVersion } from '../prompts/version.ts';
import type { TeacherSettings } from '../settings.ts';
import { parseAnswer, planAnswer, purposesAnswer, thoughtAnswer } from './answers.ts';
import { type Chat, type Message, openChat } from './chat.ts';

export function openOpenAi(
  configuration: TeacherSettings,
  apiKey: string | undefined,
  clock: Clock,
  random: () => number = Math.random,
  budget: Budget = openLocalBudget(clock),
): Teacher {
  // Everything is passed: the package would read addresses and names from the environment.
  const client = new OpenAI({
    baseURL: configuration.baseUrl,
    apiKey: apiKey ?? 'none',
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: configuration.timeoutMs,
    logLevel: 'off',
  });
  const chat = openChat(client, configuration, clock, random, budget);
  const { promptBytesMax, thinkTokensMax } = configuration;
  const thought = async (prompt: Prompt, signal: AbortSignal): Promise<Answer<string>> => {
    const wanted = { form: thoughtAnswer, formName: 'thought', tokensMax: thinkTokensMax };
    const { value, usage } = await converse(chat, prompt, wanted, signal);
    return { value: value.thought, usage };
  };
  return {
    identity: identityOf(configuration),
    plan: (request, signal) => planProject(chat, configuration, request, signal),
    think: (request, signal) => thought(thinkPrompt(request, promptBytesMax), signal),
    rewrite: (request, sample, signal) =>
      thought(rewritePrompt(request, sample, promptBytesMax), signal),
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
  const settings = Object.fromEntries(answering.map((knob) => [knob, configuration[knob]]));
  return {
    name: 'openai',
    version: `${promptsVersion}-${sha256(canonicalJson(settings)).slice(0, 8)}`,
    model: configuration.model,
    languageModel: true,
  };
}

async function planProject(
  chat: Chat,
  configuration: TeacherSettings,
  request: PlanRequest,
  signal: AbortSignal,
): Promise<Answer<PlanAnswer>> {
  const { promptBytesMax, planTokensMax: tokensMax, purposesPerCall } = configuration;
  const prompt = planPrompt(request, promptBytesMax);
  const plan = await converse(
    chat,
    prompt,
    { form: planAnswer, formName: 'plan', tokensMax },
    signal,
  );
  const { requirements, architecture } = plan.value;
  const purposes: { path: string; purpose: string }[] = [];
  let usage = plan.usage;
  const wanted = { form: purposesAnswer, formName: 'purposes', tokensMax };
  for (let start = 0; start < request.files.length; start += purposesPerCall) {
    const batch = request.files.slice(start, start + purposesPerCall);
    const paths = new Set(batch.map((file) => file.path));
    const asked = purposesPrompt(request, batch, architecture, promptBytesMax);
    const part = await converse(chat, asked, wanted, signal);
    purposes.push(...part.value.purposes.filter((purpose) => paths.has(purpose.path)));
    usage = sumUsage([usage, part.usage]);
  }
  return { value: { requirements, architecture, purposes }, usage };
}

interface Wanted<Value> {
  readonly form: z.ZodType<Value>;
  readonly formName: string;
  readonly tokensMax: number;
}

/** Asks, and asks once more with the problem named when the answer has not the form. */
async function converse<Value>(
  chat: Chat,
  prompt: Prompt,
  { form, formName, tokensMax }: Wanted<Value>,
  signal: AbortSignal,
): Promise<Answer<Value>> {
  const messages: Message[] = [
    { role: 'system', content: prompt.system },
    { role: 'user', content: prompt.user },
  ];
  let usage: Usage = noUsage;
  let problem = '';
  for (let turn = 0; turn < 2; turn += 1) {
    const answer = await chat({ messages, form, formName, tokensMax }, signal);
    usage = sumUsage([usage, answer.usage]);
    const parsed = parseAnswer(answer.text, form);
    if ('value' in parsed) return { value: parsed.value, usage };
    problem = answer.cut ? `the answer was cut off at ${tokensMax} tokens` : parsed.problem;
    messages.push(
      { role: 'assistant', content: answer.text },
      {
        role: 'user',
        content: `That cannot be used: ${problem}. Answer again with the JSON object only${answer.cut ? ', and shorter' : ''}.`,
      },
    );
  }
  throw new PipelineError(
    'TEACHER_ANSWER_INVALID',
    `the teacher's ${formName} has not the form asked for, also after repair: ${problem}`,
    {
      subject: formName,
    },
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
