/**
 * Plans a project from the top down: requirements and architecture, then the purpose of each module
 * of a large one, then the purpose of each file. Each level is shown what the one above decided.
 */
import type { Usage } from '../../../schemas/generated/types.ts';
import type { Answer, PlanAnswer, PlanRequest } from '../../ports/teacher.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import { moduleName, modulesPrompt } from '../prompts/modules-prompt.ts';
import { planPrompt } from '../prompts/plan-prompt.ts';
import { type FileBatch, purposesPrompt } from '../prompts/purposes-prompt.ts';
import type { Prompt } from '../prompts/version.ts';
import type { TeacherSettings } from '../settings.ts';
import { modulesAnswer, planAnswer, purposesAnswer } from './answers.ts';
import type { Chat } from './chat-request.ts';
import { type Asking, keptAnswer, type Wanted } from './converse.ts';
import { sketchModules, sketchPlan, sketchPurposes } from './sketches.ts';

type ModulePurpose = NonNullable<PlanAnswer['modules']>[number];
type FilePurpose = PlanAnswer['purposes'][number];

export async function planProject(
  chat: Chat,
  settings: TeacherSettings,
  request: PlanRequest,
  asking: Asking,
): Promise<Answer<PlanAnswer>> {
  const limit = limitOf(settings);
  const form = { form: planAnswer, formName: 'plan', part: 'plan', ...limit };
  const wanted = { ...form, sketch: sketchPlan(request.files.length) };
  const prompt = planPrompt(request, settings.promptBytesMax);
  const prose = await keptAnswer(chat, prompt, wanted, asking);
  const ofModules = await askAll(
    chat,
    moduleQuestions(request, prose.value, settings),
    ({ modules }, batch) => readModules(request, batch, modules),
    asking,
  );
  const modules = ofModules.values;
  const planned = { architecture: prose.value.architecture, modules };
  const ofFiles = await askAll(
    chat,
    fileQuestions(request, planned, settings),
    ({ purposes }, { files }) => readPurposes(files, purposes),
    asking,
  );
  const failures = [...ofModules.failures, ...ofFiles.failures];
  const value: PlanAnswer = {
    ...prose.value,
    purposes: ofFiles.values,
    ...(modules.length === 0 ? {} : { modules }),
    ...(failures.length === 0 ? {} : { failures }),
  };
  return { value, usage: sumUsage([prose.usage, ofModules.usage, ofFiles.usage]) };
}

function limitOf({ planTokensMax }: TeacherSettings) {
  return { tokensMax: planTokensMax, limitKnob: 'planTokensMax' as const };
}

/** What is asked about some modules, or about some files. */
interface Question<Form, Batch> {
  readonly batch: Batch;
  readonly prompt: Prompt;
  readonly wanted: Wanted<Form>;
}

type Prose = Pick<PlanAnswer, 'requirements' | 'architecture'>;
type ModulesForm = { modules: { module: string; purpose: string }[] };
type PurposesForm = { purposes: { path: string; purpose: string }[] };

/** Each batch holds the positions of its modules. */
function moduleQuestions(
  request: PlanRequest,
  prose: Prose,
  settings: TeacherSettings,
): Question<ModulesForm, readonly number[]>[] {
  const positions = request.modules.map((_module, position) => position);
  return inBatches(positions, settings.purposesPerCall).map((batch) => ({
    batch,
    prompt: modulesPrompt(request, batch, prose, settings.promptBytesMax),
    wanted: {
      ...{ form: modulesAnswer, formName: 'modules', part: `modules ${batch[0]}` },
      ...limitOf(settings),
      sketch: sketchModules(batch.map(moduleName)),
    },
  }));
}

/** The files of a module are asked about together, as far as a call has room for them. */
function fileQuestions(
  request: PlanRequest,
  planned: { readonly architecture: string; readonly modules: readonly ModulePurpose[] },
  settings: TeacherSettings,
): Question<PurposesForm, FileBatch>[] {
  const { modules } = request;
  const whole = [{ files: request.files.map((_file, ordinal) => ordinal) }];
  const runs = modules.length === 0 ? whole : modules;
  return runs.flatMap((run, position) =>
    inBatches(run.files, settings.purposesPerCall).map((ordinals) => {
      const files = ordinals.flatMap((ordinal) => request.files[ordinal] ?? []);
      const batch = { files, module: modules.length === 0 ? null : position };
      return {
        batch,
        prompt: purposesPrompt(request, batch, planned, settings.promptBytesMax),
        wanted: {
          ...{ form: purposesAnswer, formName: 'purposes', part: `purposes ${ordinals[0]}` },
          ...limitOf(settings),
          sketch: sketchPurposes(files.map(({ path }) => path)),
        },
      };
    }),
  );
}

function inBatches<Item>(items: readonly Item[], size: number): Item[][] {
  const starts = items.flatMap((_item, at) => (at % size === 0 ? [at] : []));
  return starts.map((start) => items.slice(start, start + size));
}

/**
 * All that was answered; a refusal costs the purposes that it is about, which have a substitute.
 */
interface Answered<Value> {
  readonly values: readonly Value[];
  readonly failures: readonly string[];
  readonly usage: Usage;
}

/** Asks all at once, and all end, so that a batch of calls has every one of them. */
async function askAll<Form, Batch, Value>(
  chat: Chat,
  questions: readonly Question<Form, Batch>[],
  read: (answer: Form, batch: Batch) => readonly Value[],
  asking: Asking,
): Promise<Answered<Value>> {
  const settled = await Promise.allSettled(
    questions.map(({ prompt, wanted }) =>
      askOrGiveUp(() => keptAnswer(chat, prompt, wanted, asking)),
    ),
  );
  const values: Value[] = [];
  const failures: string[] = [];
  let usage = noUsage;
  for (const [at, each] of settled.entries()) {
    if (each.status === 'rejected') throw each.reason;
    const question = questions[at] as Question<Form, Batch>;
    usage = sumUsage([usage, each.value.usage]);
    if ('reason' in each.value) failures.push(each.value.reason);
    else values.push(...read(each.value.value, question.batch));
  }
  return { values, failures, usage };
}

/** An answer counts only for what was asked. */
function readPurposes(
  files: FileBatch['files'],
  purposes: readonly FilePurpose[],
): readonly FilePurpose[] {
  const asked = new Set(files.map(({ path }) => path));
  return purposes.filter(({ path }) => asked.has(path));
}

function readModules(
  request: PlanRequest,
  batch: readonly number[],
  answers: ModulesForm['modules'],
): ModulePurpose[] {
  const asked = new Map(batch.map((position) => [moduleName(position), position]));
  return answers.flatMap(({ module, purpose }) => {
    const position = asked.get(module);
    return position === undefined ? [] : [{ module: position, purpose: named(request, purpose) }];
  });
}

/**
 * The plan knows a module by its folders; its short name is of the prompts alone. In one pass,
 * because a folder may be called as a module is.
 */
function named({ modules }: PlanRequest, purpose: string): string {
  return purpose.replaceAll(
    /module_([1-9]\d*)/g,
    (text, number) => modules[Number(number) - 1]?.name ?? text,
  );
}
