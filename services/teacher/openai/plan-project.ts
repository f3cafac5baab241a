/**
 * Plans a project from the top down: requirements and architecture, then the purpose of each module
 * of a large one, then the purpose of each file. Each level is shown what the one above decided; a
 * level that the teacher refuses costs itself alone.
 */
import type { Usage } from '../../../schemas/generated/types.ts';
import type {
  Answer,
  FilePurpose,
  Mending,
  MendRequest,
  MissingPurposes,
  ModulePurpose,
  PlanAnswer,
  PlanRequest,
  PurposeOf,
  Purposes,
  RefusedPurpose,
} from '../../ports/teacher.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import {
  type ModuleBatch,
  moduleName,
  modulesPrompt,
  nameModules,
} from '../prompts/modules-prompt.ts';
import { planPrompt } from '../prompts/plan-prompt.ts';
import { type FileBatch, type PlannedSoFar, purposesPrompt } from '../prompts/purposes-prompt.ts';
import type { Prompt } from '../prompts/version.ts';
import type { TeacherSettings } from '../settings.ts';
import { modulesAnswer, planAnswer, purposesAnswer } from './answers.ts';
import type { Chat } from './chat-request.ts';
import { type Asking, keptAnswer, type Wanted } from './converse.ts';
import { sketchModules, sketchPlan, sketchPurposes } from './sketches.ts';

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
  const answer = await askOrGiveUp(() => keptAnswer(chat, prompt, wanted, asking));
  const prose = 'reason' in answer ? withoutProse(answer.reason) : answer.value;
  const planned = { ...prose, modules: [] };
  const told = await askPurposes(chat, settings, { request, planned }, asking);
  const { purposes, modules, failures } = told.value;
  const value: PlanAnswer = {
    ...prose,
    purposes,
    ...(modules.length === 0 ? {} : { modules }),
    ...(failures.length === 0 ? {} : { failures }),
  };
  return { value, usage: sumUsage([answer.usage, told.usage]) };
}

function withoutProse(reason: string) {
  const refused = { requirements: reason, architecture: reason };
  return { requirements: '', architecture: '', refused };
}

/** Modules first, since files are shown what theirs is for. Of all, or of those refused alone. */
export async function askPurposes(
  chat: Chat,
  settings: TeacherSettings,
  { request, planned, refused }: Omit<MendRequest, 'refused'> & Partial<MendRequest>,
  asking: Asking,
): Promise<Answer<Purposes>> {
  const again = refused === undefined ? null : refusedByName(refused);
  const ofModules = await askAll(
    chat,
    moduleQuestions(request, again, planned, settings),
    ({ modules }, batch) => readModules(request, batch.modules, modules),
    asking,
  );
  const modules = [...planned.modules, ...ofModules.values];
  const ofFiles = await askAll(
    chat,
    fileQuestions(request, again, { ...planned, modules }, settings),
    ({ purposes }, { files }) => readPurposes(files, purposes),
    asking,
  );
  const failures = [...ofModules.failures, ...ofFiles.failures];
  const value = { purposes: ofFiles.values, modules: ofModules.values, failures };
  return { value, usage: sumUsage([ofModules.usage, ofFiles.usage]) };
}

/** What is asked for again, by the name that the prompt gives it; null where all is asked for. */
type Again = ReadonlyMap<string, RefusedPurpose> | null;

function refusedByName(refused: readonly RefusedPurpose[]): Again {
  return new Map(
    refused.map((each) => ['path' in each.of ? each.of.path : moduleName(each.of.module), each]),
  );
}

/** All refused answers of a batch as one. */
function mendingOf(again: Again, names: readonly string[]): Mending | undefined {
  if (again === null) return undefined;
  const lines = (what: 'answer' | 'problem') =>
    names.map((name) => `${name}: ${again.get(name)?.[what] ?? ''}`).join('\n');
  return { answer: lines('answer'), problem: lines('problem') };
}

function limitOf({ planTokensMax }: TeacherSettings) {
  return { tokensMax: planTokensMax, limitKnob: 'planTokensMax' as const };
}

/** What is asked about some modules, or about some files. */
interface Question<Form, Batch> {
  readonly batch: Batch;
  readonly of: readonly PurposeOf[];
  readonly prompt: Prompt;
  readonly wanted: Wanted<Form>;
}

type Prose = Pick<PlanAnswer, 'requirements' | 'architecture'>;
type ModulesForm = { modules: { module: string; purpose: string }[] };
type PurposesForm = { purposes: { path: string; purpose: string }[] };

function moduleQuestions(
  request: PlanRequest,
  again: Again,
  prose: Prose,
  settings: TeacherSettings,
): Question<ModulesForm, ModuleBatch>[] {
  const positions = request.modules
    .map((_module, position) => position)
    .filter((position) => again === null || again.has(moduleName(position)));
  return inBatches(positions, settings.purposesPerCall).map((modules) => {
    const names = modules.map(moduleName);
    const batch = { modules, mending: mendingOf(again, names) };
    return {
      batch,
      of: modules.map((module) => ({ module })),
      prompt: modulesPrompt(request, batch, prose, settings.promptBytesMax),
      wanted: {
        ...{ form: modulesAnswer, formName: 'modules', part: `modules ${modules[0]}` },
        ...limitOf(settings),
        sketch: sketchModules(names),
      },
    };
  });
}

/** The files of a module are asked about together, as far as a call has room for them. */
function fileQuestions(
  request: PlanRequest,
  again: Again,
  planned: PlannedSoFar,
  settings: TeacherSettings,
): Question<PurposesForm, FileBatch>[] {
  const { modules } = request;
  const whole = [{ files: request.files.map((_file, ordinal) => ordinal) }];
  const runs = modules.length === 0 ? whole : modules;
  const isAsked = (ordinal: number) =>
    again === null || again.has(request.files[ordinal]?.path ?? '');
  return runs.flatMap((run, position) =>
    inBatches(run.files.filter(isAsked), settings.purposesPerCall).map((ordinals) => {
      const files = ordinals.flatMap((ordinal) => request.files[ordinal] ?? []);
      const paths = files.map(({ path }) => path);
      const module = modules.length === 0 ? null : position;
      const batch = { files, module, mending: mendingOf(again, paths) };
      return {
        batch,
        of: paths.map((path) => ({ path })),
        prompt: purposesPrompt(request, batch, planned, settings.promptBytesMax),
        wanted: {
          ...{ form: purposesAnswer, formName: 'purposes', part: `purposes ${ordinals[0]}` },
          ...limitOf(settings),
          sketch: sketchPurposes(paths),
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
  readonly failures: readonly MissingPurposes[];
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
  const failures: MissingPurposes[] = [];
  let usage = noUsage;
  for (const [at, each] of settled.entries()) {
    if (each.status === 'rejected') throw each.reason;
    const { of, batch } = questions[at] as Question<Form, Batch>;
    usage = sumUsage([usage, each.value.usage]);
    if ('reason' in each.value) failures.push({ of, reason: each.value.reason });
    else values.push(...read(each.value.value, batch));
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
    return position === undefined
      ? []
      : [{ module: position, purpose: nameModules(purpose, request) }];
  });
}
