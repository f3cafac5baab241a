/**
 * The checks of a plan. Prose that fails goes back with its reason, and so does each purpose that
 * fails or is missing, by itself: what stands is not asked for again. What stays wrong is left out
 * with the reason, and the rest of the plan stands.
 */
import type { Usage } from '../../schemas/generated/types.ts';
import { allPurposes, purposeKey, purposeName } from '../ports/purposes.ts';
import {
  type Answer,
  type Draft,
  type FilePurpose,
  type MissingPurposes,
  type ModulePurpose,
  type PlanAnswer,
  type PlanRequest,
  type ProseName,
  type PurposeOf,
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
  const refused: Partial<Record<ProseName, string>> = { ...plan.refused };
  for (const name of wrong === null ? [] : namesOfProse(plan)) {
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
  const whole = modules.length === 0 ? value : { ...value, modules };
  return { value: whole, usage: mended.usage };
}

const proseNames: readonly ProseName[] = ['requirements', 'architecture'];

/** Of the texts that the teacher gave; one that it refuses would be refused again. */
function namesOfProse({ refused = {} }: PlanAnswer): readonly ProseName[] {
  return proseNames.filter((name) => refused[name] === undefined);
}

function findProseProblem(plan: PlanAnswer, facts: Facts): Finding | null {
  for (const name of namesOfProse(plan)) {
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

/** A purpose that is to be asked for again. */
interface Wanted extends RefusedPurpose {
  /** The check that refused it; null where the answer left it out. */
  readonly check: CheckName | null;
}

/** Of all purposes, only those that fail or are missing are asked for again, together. */
async function mendPurposes(
  teacher: Planner,
  request: PlanRequest,
  mendingsMax: number,
  { facts, signal, draft, plan, paid }: Around,
): Promise<Answer<Purposes>> {
  let usage = paid;
  let answered: Purposes = { modules: [], failures: [], ...plan };
  const good: { purposes: FilePurpose[]; modules: ModulePurpose[] } = { purposes: [], modules: [] };
  const failures: MissingPurposes[] = [];
  const wanted = new Map(allPurposes(request).map((of) => [purposeKey(of), leftOut(of)]));
  for (let tries = 0; ; tries += 1) {
    const judged = judgePurposes(answered, facts);
    good.purposes.push(...judged.purposes);
    good.modules.push(...judged.modules);
    usage = sumUsage([usage, ...judged.refused.map(refusedBy)]);
    failures.push(...answered.failures);
    // What the teacher gives up has its reason; asking again would not mend it.
    for (const { of } of answered.failures) for (const each of of) wanted.delete(purposeKey(each));
    for (const each of judged.refused) wanted.set(purposeKey(each.of), each);
    for (const of of judged.good) wanted.delete(purposeKey(of));
    const refused = [...wanted.values()];
    if (refused.length === 0 || tries === mendingsMax || teacher.mendPurposes === undefined) {
      failures.push(...refused.flatMap((each) => givenUp(each, request)));
      return { value: { ...good, failures }, usage };
    }
    const planned = { ...plan, modules: good.modules };
    const already = usage;
    const again = await teacher
      .mendPurposes({ request, planned, refused }, signal, draftOfMending(draft, tries + 1))
      .catch((error: unknown) => {
        throw withUsage(error, already);
      });
    usage = sumUsage([usage, again.usage]);
    answered = again.value;
  }
}

function leftOut(of: PurposeOf): Wanted {
  return { of, answer: '', problem: 'the answer left it out', check: null };
}

/** A purpose that every answer left out needs no reason: the stage finds it missing and says so. */
function givenUp({ of, check, problem }: Wanted, request: PlanRequest): MissingPurposes[] {
  if (check === null) return [];
  return [{ of: [of], reason: reasonOf(purposeName(of, request), { check, problem }) }];
}

function judgePurposes({ purposes, modules }: Purposes, facts: Facts) {
  const refused: (Wanted & Finding)[] = [];
  const good: PurposeOf[] = [];
  const stands = (of: PurposeOf, answer: string, wanted: readonly CheckName[]): boolean => {
    const found = findProblem(answer, facts, wanted);
    if (found === null) good.push(of);
    else refused.push({ of, answer, ...found });
    return found === null;
  };
  return {
    purposes: purposes.filter(({ path, purpose }) => stands({ path }, purpose, purposeChecks)),
    modules: modules.filter(({ module, purpose }) => stands({ module }, purpose, moduleChecks)),
    refused,
    good,
  };
}

/** Each try keeps its own parts, or the next one would be given the refused answer again. */
function draftOfMending(draft: Draft, tries: number): Draft {
  return renameParts(draft, (part) => `${part}, mended ${tries}`);
}
