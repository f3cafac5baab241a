/**
 * A teacher whose answers are checked. A failed check goes back with its reason, a bounded number
 * of times; then the answer is given up, which costs its own step and never a repository. Rewrites
 * are not asked for again, because the search asks for more of them anyway.
 */
import type { Usage } from '../../schemas/generated/types.ts';
import { requestOfPart } from '../ports/file-parts.ts';
import {
  type Answer,
  type Draft,
  type Mending,
  noDraft,
  type PartsRequest,
  type PlanAnswer,
  type PlanRequest,
  type ProseName,
  type Teacher,
  type ThinkRequest,
} from '../ports/teacher.ts';
import { noUsage, sumUsage } from '../ports/usage.ts';
import { PipelineError, withUsage } from '../runtime/errors.ts';
import type { Facts } from './checks/check.ts';
import {
  type CheckName,
  checksVersion,
  type Finding,
  factsOfFile,
  factsOfProject,
  findProblem,
  moduleChecks,
  proseChecks,
  purposeChecks,
  rewriteChecks,
} from './checks/checks.ts';
import type { TeacherSettings } from './settings.ts';

type CheckSettings = Pick<TeacherSettings, 'checks' | 'mendingsMax'>;

export function checkedTeacher(teacher: Teacher, settings: CheckSettings): Teacher {
  if (settings.checks === 'off') return teacher;
  const { identity, thinkParts } = teacher;
  const { mendingsMax } = settings;
  return {
    ...teacher,
    // What checks let pass is part of who answers: the memo must not mix them.
    identity: { ...identity, version: `${identity.version}-c${checksVersion}.${mendingsMax}` },
    plan: (request, signal, draft = noDraft) =>
      planChecked(request, mendingsMax, (asked, tries) =>
        teacher.plan(asked, signal, draftOfTry(draft, tries)),
      ),
    think: (request, signal, draft = noDraft) =>
      thinkChecked(request, mendingsMax, (asked, tries) =>
        teacher.think(asked, signal, draftOfTry(draft, tries)),
      ),
    ...(thinkParts === undefined
      ? {}
      : {
          thinkParts: (request, signal, draft = noDraft) =>
            thinkPartsChecked({ think: teacher.think, thinkParts }, request, mendingsMax, {
              signal,
              draft,
            }),
        }),
    rewrite: async (request, sample, signal, draft) => {
      const { value, usage } = await teacher.rewrite(request, sample, signal, draft);
      if (value === null) return { value, usage };
      const found = findProblem(value, factsOfFile(request), rewriteChecks);
      if (found === null) return { value, usage };
      throw ungrounded(request.path, found, sumUsage([usage, refusedBy(found)]));
    },
  };
}

async function thinkChecked(
  request: ThinkRequest,
  mendingsMax: number,
  ask: (request: ThinkRequest, tries: number) => Promise<Answer<string>>,
): Promise<Answer<string>> {
  const facts = factsOfFile(request);
  const { value, usage, found } = await askUntilGood(mendingsMax, {
    ask: (tries, mending) => ask(mending === null ? request : { ...request, mending }, tries),
    judge: (thought) => findProblem(thought, facts),
    show: (thought) => thought,
  });
  if (found !== null) throw ungrounded(request.path, found, sumUsage([usage, refusedBy(found)]));
  return { value, usage };
}

/** Of all parts, only those whose thought fails are asked for again, each by itself. */
async function thinkPartsChecked(
  teacher: Pick<Required<Teacher>, 'think' | 'thinkParts'>,
  request: PartsRequest,
  mendingsMax: number,
  { signal, draft }: { readonly signal: AbortSignal; readonly draft: Draft },
): Promise<Answer<readonly string[]>> {
  const first = await teacher.thinkParts(request, signal, draft);
  let { usage } = first;
  const thoughts: string[] = [];
  const { parts, ...whole } = request;
  for (const [at, thought] of first.value.entries()) {
    const asked = requestOfPart(whole, parts, at + 1);
    const found = findProblem(thought, factsOfFile(asked));
    if (found === null) {
      thoughts.push(thought);
      continue;
    }
    usage = sumUsage([usage, refusedBy(found)]);
    if (mendingsMax === 0) throw ungrounded(request.path, found, usage);
    const paid = usage;
    const mending = { answer: thought, problem: found.problem };
    const own = draftOfPart(draft, at + 1);
    const mended = await thinkChecked({ ...asked, mending }, mendingsMax - 1, (again, tries) =>
      teacher.think(again, signal, draftOfTry(own, tries)),
    ).catch((error: unknown) => {
      throw withUsage(error, paid);
    });
    usage = sumUsage([usage, mended.usage]);
    thoughts.push(mended.value);
  }
  return { value: thoughts, usage };
}

/** Prose that stays wrong is left out, and so is each wrong purpose: the rest of a plan stands. */
async function planChecked(
  request: PlanRequest,
  mendingsMax: number,
  ask: (request: PlanRequest, tries: number) => Promise<Answer<PlanAnswer>>,
): Promise<Answer<PlanAnswer>> {
  const facts = factsOfProject(request);
  const { value: plan, usage } = await askUntilGood(mendingsMax, {
    ask: (tries, mending) => ask(mending === null ? request : { ...request, mending }, tries),
    judge: (answer) => findProseProblem(answer, facts),
    show: ({ requirements, architecture }) => `${requirements}\n\n${architecture}`,
  });
  const usages = [usage];
  const refusal = (what: string, text: string, wanted: readonly CheckName[]): string | null => {
    const found = findProblem(text, facts, wanted);
    if (found === null) return null;
    usages.push(refusedBy(found));
    return `${ungroundedCode}: ${what}: ${found.check}: ${found.problem}`;
  };
  const refused: Partial<Record<ProseName, string>> = {};
  for (const name of proseNames) {
    const reason = refusal(name, plan[name], proseChecks);
    if (reason !== null) refused[name] = reason;
  }
  const failures = [...(plan.failures ?? [])];
  const purposes = plan.purposes.filter(({ path, purpose }) => {
    const reason = refusal(`the purpose of ${path}`, purpose, purposeChecks);
    if (reason !== null) failures.push(reason);
    return reason === null;
  });
  const modules = plan.modules?.filter(({ module, purpose }) => {
    const name = request.modules[module]?.name ?? '';
    const reason = refusal(`the purpose of the module ${name}`, purpose, moduleChecks);
    if (reason !== null) failures.push(reason);
    return reason === null;
  });
  const prose = (name: ProseName) => (refused[name] === undefined ? plan[name] : '');
  const [requirements, architecture] = [prose('requirements'), prose('architecture')];
  const value = { requirements, architecture, purposes, failures, refused };
  if (modules !== undefined) return { value: { ...value, modules }, usage: sumUsage(usages) };
  return { value, usage: sumUsage(usages) };
}

const proseNames: readonly ProseName[] = ['requirements', 'architecture'];

function findProseProblem(plan: PlanAnswer, facts: Facts): Finding | null {
  for (const name of proseNames) {
    const found = findProblem(plan[name], facts, proseChecks);
    if (found !== null) return { ...found, problem: `${name}: ${found.problem}` };
  }
  return null;
}

interface Asking<Value> {
  readonly ask: (tries: number, mending: Mending | null) => Promise<Answer<Value>>;
  readonly judge: (value: Value) => Finding | null;
  readonly show: (value: Value) => string;
}

/** Asks until an answer passes, or as often as it may; what was refused is counted as paid. */
async function askUntilGood<Value>(
  mendingsMax: number,
  { ask, judge, show }: Asking<Value>,
): Promise<Answer<Value> & { readonly found: Finding | null }> {
  let usage = noUsage;
  let mending: Mending | null = null;
  for (let tries = 0; ; tries += 1) {
    const paid = usage;
    const answer: Answer<Value> = await ask(tries, mending).catch((error: unknown) => {
      throw withUsage(error, paid);
    });
    usage = sumUsage([usage, answer.usage]);
    const found = judge(answer.value);
    if (found === null || tries === mendingsMax) return { value: answer.value, usage, found };
    usage = sumUsage([usage, refusedBy(found)]);
    mending = { answer: show(answer.value), problem: found.problem };
  }
}

function refusedBy({ check }: Finding): Usage {
  return { ...noUsage, refused: { [check]: 1 } };
}

const ungroundedCode = 'TEACHER_UNGROUNDED';

function ungrounded(path: string, { check, problem }: Finding, usage: Usage): PipelineError {
  return new PipelineError(ungroundedCode, `the thought about ${path} fails ${check}: ${problem}`, {
    subject: path,
    usage,
  });
}

function draftOfPart(draft: Draft, number: number): Draft {
  const own = (part: string) => `${part} of part ${number}`;
  return {
    keyOf: (part) => draft.keyOf(own(part)),
    read: (part) => draft.read(own(part)),
    write: (part, value) => draft.write(own(part), value),
  };
}

/**
 * Each try keeps its own parts, or the next one would be given the refused answer again. Purposes
 * are asked and kept once, whatever becomes of the prose.
 */
function draftOfTry(draft: Draft, tries: number): Draft {
  const own = (part: string) =>
    tries === 0 || /^(?:purposes|modules) /.test(part) ? part : `${part}, mended ${tries}`;
  return {
    keyOf: (part) => draft.keyOf(own(part)),
    read: (part) => draft.read(own(part)),
    write: (part, value) => draft.write(own(part), value),
  };
}
