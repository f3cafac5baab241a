/** The teacher behind an OpenAI-compatible endpoint: prompts out, validated answers in. */
import type { ModelIdentity } from '../../../schemas/generated/types.ts';
import { publicModelName } from '../../ports/endpoint.ts';
import { requestOfPart } from '../../ports/file-parts.ts';
import {
  type Answer,
  noDraft,
  type PartsRequest,
  type PlanAnswer,
  type PlanRequest,
  type Teacher,
} from '../../ports/teacher.ts';
import { sumUsage } from '../../ports/usage.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { planPrompt } from '../prompts/plan-prompt.ts';
import { purposesPrompt } from '../prompts/purposes-prompt.ts';
import { partName, rewritePrompt, thinkPartsPrompt, thinkPrompt } from '../prompts/think-prompt.ts';
import { type Prompt, promptsVersion } from '../prompts/version.ts';
import type { TeacherSettings } from '../settings.ts';
import { partsAnswer, planAnswer, purposesAnswer, thoughtAnswer } from './answers.ts';
import type { Chat } from './chat-request.ts';
import { type Asking, converse, keptAnswer } from './converse.ts';
import { sketchPlan, sketchPurposes, sketchThought } from './sketches.ts';

/** The teacher, whoever makes its calls. */
export function teacherOver(
  configuration: TeacherSettings,
  chat: Chat,
  check: () => Promise<{ readonly problem: string | null; readonly remark: string | null }>,
): Teacher {
  let remark: string | null = null;
  const { promptBytesMax, thinkTokensMax } = configuration;
  const thought = async (prompt: Prompt, code: string, asking: Asking): Promise<Answer<string>> => {
    const form = { form: thoughtAnswer, formName: 'thought', part: 'thought' };
    const limit = { tokensMax: thinkTokensMax, limitKnob: 'thinkTokensMax' as const };
    const wanted = { ...form, ...limit, sketch: sketchThought(code) };
    const { value, usage } = await converse(chat, prompt, wanted, asking);
    return { value: value.thought, usage };
  };
  return {
    identity: identityOf(configuration),
    plan: (request, signal, draft = noDraft) =>
      planProject(chat, configuration, request, { repository: request.name, signal, draft }),
    think: (request, signal, draft = noDraft) =>
      thought(thinkPrompt(request, promptBytesMax), request.code, {
        ...{ repository: request.name, signal, draft },
      }),
    rewrite: (request, sample, signal, draft = noDraft) =>
      thought(rewritePrompt(request, sample, promptBytesMax), request.code, {
        ...{ repository: request.name, signal, draft },
      }),
    thinkParts: (request, signal, draft = noDraft) =>
      thinkAboutParts(chat, configuration, request, { repository: request.name, signal, draft }),
    check: async () => {
      const checked = await check();
      remark = checked.remark;
      return checked.problem;
    },
    remark: () => remark,
  };
}

/** Whatever changes answers is part of the identity, so that the memo never mixes them. */
const answering = [
  'temperature',
  'thinking',
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

/** One call for all parts of a file. */
async function thinkAboutParts(
  chat: Chat,
  { promptBytesMax, thinkTokensMax }: TeacherSettings,
  { parts, ...request }: PartsRequest,
  asking: Asking,
): Promise<Answer<readonly string[]>> {
  const names = parts.map((_span, at) => partName(at + 1));
  const sketches = parts.map(
    (_span, at) => sketchThought(requestOfPart(request, parts, at + 1).code).thought,
  );
  const wanted = {
    ...{ form: partsAnswer(parts.length), formName: 'thoughts', part: 'thoughts' },
    ...{ tokensMax: thinkTokensMax * parts.length, limitKnob: 'thinkTokensMax' as const },
    sketch: Object.fromEntries(names.map((name, at) => [name, sketches[at] ?? ''])),
  };
  const prompt = thinkPartsPrompt({ ...request, parts }, promptBytesMax);
  const { value, usage } = await converse(chat, prompt, wanted, asking);
  return { value: names.map((name) => value[name] ?? ''), usage };
}

async function planProject(
  chat: Chat,
  configuration: TeacherSettings,
  request: PlanRequest,
  asking: Asking,
): Promise<Answer<PlanAnswer>> {
  const { promptBytesMax, planTokensMax: tokensMax, purposesPerCall } = configuration;
  const prompt = planPrompt(request, promptBytesMax);
  const limit = { tokensMax, limitKnob: 'planTokensMax' as const };
  const form = { form: planAnswer, formName: 'plan', part: 'plan' };
  const sketch = sketchPlan(request.files.length);
  const plan = await keptAnswer(chat, prompt, { ...form, ...limit, sketch }, asking);
  const { requirements, architecture } = plan.value;
  const purposes: { path: string; purpose: string }[] = [];
  const failures: string[] = [];
  let usage = plan.usage;
  const askBatch = async (start: number) => {
    const batch = request.files.slice(start, start + purposesPerCall);
    const paths = new Set(batch.map((file) => file.path));
    const asked = purposesPrompt(request, batch, architecture, promptBytesMax);
    const form = { form: purposesAnswer, formName: 'purposes', part: `purposes ${start}` };
    const wanted = { ...form, ...limit, sketch: sketchPurposes([...paths]) };
    // A batch that is refused costs these purposes, which have a substitute, and not the plan.
    const answer = await askOrGiveUp(() => keptAnswer(chat, asked, wanted, asking));
    return { paths, answer };
  };
  const starts = request.files.flatMap((_file, at) => (at % purposesPerCall === 0 ? [at] : []));
  // All are asked at once, and all end, so that a batch of calls has every one of them.
  const settled = await Promise.allSettled(starts.map(askBatch));
  for (const each of settled) {
    if (each.status === 'rejected') throw each.reason;
    const { paths, answer } = each.value;
    usage = sumUsage([usage, answer.usage]);
    if ('reason' in answer) failures.push(answer.reason);
    else purposes.push(...answer.value.purposes.filter((purpose) => paths.has(purpose.path)));
  }
  const value = { requirements, architecture, purposes };
  return { value: failures.length === 0 ? value : { ...value, failures }, usage };
}
