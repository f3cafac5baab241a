/** The teacher behind an OpenAI-compatible endpoint: prompts out, validated answers in. */
import type { ModelIdentity } from '../../../schemas/generated/types.ts';
import { publicModelName } from '../../ports/endpoint.ts';
import { requestOfPart } from '../../ports/file-parts.ts';
import { type Answer, noDraft, type PartsRequest, type Teacher } from '../../ports/teacher.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { partName, rewritePrompt, thinkPartsPrompt, thinkPrompt } from '../prompts/think-prompt.ts';
import { type Prompt, promptsVersion } from '../prompts/version.ts';
import type { TeacherSettings } from '../settings.ts';
import { partsAnswer, thoughtAnswer } from './answers.ts';
import type { Chat } from './chat-request.ts';
import { type Asking, converse } from './converse.ts';
import { askPurposes, planProject } from './plan-project.ts';
import { sketchThought } from './sketches.ts';

/** The teacher, whoever makes its calls. */
export function teacherOver(
  configuration: TeacherSettings,
  chat: Chat,
  check: () => Promise<{ readonly problem: string | null; readonly remark: string | null }>,
): Teacher {
  let remark: string | null = null;
  const { promptBytesMax, thinkTokensMax } = configuration;
  const thought = async (
    prompt: Prompt,
    sketch: ReturnType<typeof sketchThought>,
    asking: Asking,
  ): Promise<Answer<string>> => {
    const form = { form: thoughtAnswer, formName: 'thought', part: 'thought' };
    const limit = { tokensMax: thinkTokensMax, limitKnob: 'thinkTokensMax' as const };
    const wanted = { ...form, ...limit, sketch };
    const { value, usage } = await converse(chat, prompt, wanted, asking);
    return { value: value.thought, usage };
  };
  return {
    identity: identityOf(configuration),
    plan: (request, signal, draft = noDraft) =>
      planProject(chat, configuration, request, { repository: request.name, signal, draft }),
    mendPurposes: (asked, signal, draft = noDraft) =>
      askPurposes(chat, configuration, asked, { repository: asked.request.name, signal, draft }),
    think: (request, signal, draft = noDraft) =>
      thought(thinkPrompt(request, promptBytesMax), sketchThought(request.code), {
        ...{ repository: request.name, signal, draft },
      }),
    rewrite: (request, sample, signal, draft = noDraft) =>
      thought(
        rewritePrompt(request, sample, promptBytesMax),
        sketchThought(request.code, 1 + sample),
        { repository: request.name, signal, draft },
      ),
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
  'topP',
  'topK',
  'presencePenalty',
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
