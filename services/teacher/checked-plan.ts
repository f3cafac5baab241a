/**
 * The checks of a plan. Prose that fails goes back with its reason, and so does each wrong purpose,
 * by itself: what stands is not asked for again. What stays wrong is left out with the reason, and
 * the rest of the plan stands.
 */
import type { Usage } from '../../schemas/generated/types.ts';
import {
  type Answer,
  type Draft,
  type FilePurpose,
  type ModulePurpose,
  type PlanAnswer,
  type PlanRequest,
  type ProseName,
  type Purposes,
  type RefusedPurpose,
  renameParts,
  type Teacher,
} from '../ports/teacher.ts';
import { sumUsage } from '../ports/usage.ts';
import { withUsage } from '../runtime/errors.ts';
import { askUntilGood, draftOfTry, refusedBy, ungroundedCode } from './ask-until-good.ts';
import type { Facts } from './checks/check.ts';
import {
  type CheckName,
  type Finding,
  factsOfProject,
  findProblem,
  moduleChecks,
  proseChecks,
  purposeChecks,
} from './checks/checks.ts';

interface Asking {
  readonly signal: AbortSignal;
  readonly draft: Draft;
}

type Planner = Pick<Teacher, 'plan' | 'mendPurposes'>;

export async function planChecked(
  teacher: Planner,
  request: PlanRequest,
  mendingsMax: number,
  { signal, draft }: Asking,
): Promise<Answer<PlanAnswer>> {
  const facts = factsOfProject(request);
  const {
    value: plan,
    usage,
    found: wrong,
  } = await askUntilGood(mendingsMax, {
    ask: (tries, mending) => {
      const asked = mending === null ? request : { ...request, mending };
      return teacher.plan(asked, signal, draftOfTry(draft, tries));
    },
    judge: (answer) => findProseProblem(answer, facts),
    show: ({ requirements, architecture }) => `${requirements}\n\n${architecture}`,
  });
  const usages = [usage];
  const refused: Partial<Record<ProseName, string>> = {};
  for (const name of wrong === null ? [] : proseNames) {
    const found = findProblem(plan[name], facts, proseChecks);
    if (found === null) continue;
    usages.push(refusedBy(found));
    refused[name] = reasonOf(name, found);
  }
  const prose = (name: ProseName) => (refused[name] === undefined ? plan[name] : '');
  const written = { requirements: prose('requirements'), architecture: prose('architecture') };
  const mended = await mendPurposes(teacher, request, mendingsMax, {
    ...{ facts, signal, draft, plan: { ...plan, ...written } },
    paid: sumUsage(usages),
  });
  const { purposes, modules, failures } = mended.value;
  const value = { ...written, purposes, failures, refused };
  const whole = plan.modules === undefined ? value : { ...value, modules };
  return { value: whole, usage: mended.usage };
}

const proseNames: readonly ProseName[] = ['requirements', 'architecture'];

function findProseProblem(plan: PlanAnswer, facts: Facts): Finding | null {
  for (const name of proseNames) {
    const found = findProblem(plan[name], facts, proseChecks);
    if (found !== null) return { ...found, problem: `${name}: ${found.problem}` };
  }
  return null;
}

function reasonOf(what: string, { check, problem }: Finding): string {
  return `${ungroundedCode}: ${what}: ${check}: ${problem}`;
}

interface Around extends Asking {
  readonly facts: Facts;
  readonly plan: PlanAnswer;
  readonly paid: Usage;
}

interface Wrong {
  readonly found: Finding;
  readonly what: string;
  readonly asked: RefusedPurpose;
}

/** Of all purposes, only those that fail are asked for again, together. */
async function mendPurposes(
  teacher: Planner,
  request: PlanRequest,
  mendingsMax: number,
  { facts, signal, draft, plan, paid }: Around,
): Promise<Answer<Purposes>> {
  let usage = paid;
  let answered: Purposes = { modules: [], failures: [], ...plan };
  const good: { purposes: FilePurpose[]; modules: ModulePurpose[] } = { purposes: [], modules: [] };
  const failures = [...answered.failures];
  let unanswered: readonly Wrong[] = [];
  for (let tries = 0; ; tries += 1) {
    const judged = judgePurposes(request, answered, facts);
    good.purposes.push(...judged.purposes);
    good.modules.push(...judged.modules);
    usage = sumUsage([usage, ...judged.wrong.map(({ found }) => refusedBy(found))]);
    const wrong = [...judged.wrong, ...unanswered];
    if (wrong.length === 0 || tries === mendingsMax || teacher.mendPurposes === undefined) {
      failures.push(...wrong.map(({ what, found }) => reasonOf(what, found)));
      return { value: { ...good, failures }, usage };
    }
    const planned = { ...plan, modules: good.modules };
    const refused = wrong.map(({ asked }) => asked);
    const already = usage;
    const again = await teacher
      .mendPurposes({ request, planned, refused }, signal, draftOfMending(draft, tries + 1))
      .catch((error: unknown) => {
        throw withUsage(error, already);
      });
    usage = sumUsage([usage, again.usage]);
    answered = again.value;
    unanswered = wrong.filter(({ asked }) => !isAnswered(asked, answered));
    failures.push(...answered.failures);
  }
}

function isAnswered({ of }: RefusedPurpose, { purposes, modules }: Purposes): boolean {
  if ('path' in of) return purposes.some(({ path }) => path === of.path);
  return modules.some(({ module }) => module === of.module);
}

function judgePurposes(request: PlanRequest, { purposes, modules }: Purposes, facts: Facts) {
  const wrong: Wrong[] = [];
  const stands = (
    asked: Omit<RefusedPurpose, 'problem'>,
    what: string,
    wanted: readonly CheckName[],
  ): boolean => {
    const found = findProblem(asked.answer, facts, wanted);
    if (found !== null) wrong.push({ found, what, asked: { ...asked, problem: found.problem } });
    return found === null;
  };
  return {
    purposes: purposes.filter(({ path, purpose }) => {
      return stands({ of: { path }, answer: purpose }, `the purpose of ${path}`, purposeChecks);
    }),
    modules: modules.filter(({ module, purpose }) => {
      const what = `the purpose of the module ${request.modules[module]?.name ?? ''}`;
      return stands({ of: { module }, answer: purpose }, what, moduleChecks);
    }),
    wrong,
  };
}

/** Each try keeps its own parts, or the next one would be given the refused answer again. */
function draftOfMending(draft: Draft, tries: number): Draft {
  return renameParts(draft, (part) => `${part}, mended ${tries}`);
}
