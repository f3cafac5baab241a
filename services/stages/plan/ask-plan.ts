/**
 * Asks the teacher for the plan: what it says, and what it could not be made to say. The structure
 * stands in for that, so a refusal costs no repository.
 */
import type { Lack } from '../../../schemas/generated/types.ts';
import { purposeKey, purposeName, purposesMissing } from '../../ports/purposes.ts';
import type { PlanAnswer, PlanRequest, ProseName, PurposeOf } from '../../ports/teacher.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import type { Tools } from '../../runtime/stage.ts';
import type { PlanKnobs } from './config.ts';
import { findTextProblem } from './file-plan.ts';

export async function askForPlan(
  request: PlanRequest,
  { teacher, config, signal, log }: Tools<'plan', PlanKnobs>,
) {
  const answer = await askOrGiveUp(() => teacher.plan(request, signal));
  if ('reason' in answer) {
    log.warn({ repository: request.name, reason: answer.reason }, 'a repository has no plan text');
    const prose = { requirements: '', architecture: '' };
    return {
      prose,
      purposes: [],
      modules: [],
      lacks: [lackOfPlan(answer.reason)],
      usage: answer.usage,
    };
  }
  const { value, usage } = answer;
  const lacks = lacksOfPurposes(request, value);
  // Each text stands for itself: an unusable one costs neither the other nor the purposes. Both of
  // a refused answer have one reason.
  const problems = new Set<string>();
  const usable = (name: ProseName) => {
    const problem =
      value.refused?.[name] ?? findTextProblem(name, value[name], config.textBytesMax);
    if (problem === null) return value[name].trim();
    problems.add(problem);
    return '';
  };
  const prose = { requirements: usable('requirements'), architecture: usable('architecture') };
  lacks.push(...[...problems].map(lackOfPlan));
  const { purposes, modules = [] } = value;
  return { prose, purposes, modules, lacks, usage };
}

/** Each missing purpose has a reason: the teacher's own, or that its answer left it out. */
function lacksOfPurposes(request: PlanRequest, answer: PlanAnswer): Lack[] {
  const reasons = new Map(
    (answer.failures ?? []).flatMap(({ of, reason }) =>
      of.map((each) => [purposeKey(each), reason] as const),
    ),
  );
  const firstOf = new Map<string, PurposeOf>();
  return purposesMissing(request, answer).map((of) => {
    const whole = reasons.get(purposeKey(of)) ?? leftOut(of, request);
    const first = firstOf.get(whole);
    firstOf.set(whole, first ?? of);
    const reason = first === undefined ? whole : sameAs(first, whole, request);
    return { what: 'purposes', path: 'path' in of ? of.path : null, reason };
  });
}

/** All purposes of a refused answer have one reason: the others name the code and the first. */
function sameAs(first: PurposeOf, reason: string, request: PlanRequest): string {
  return `${reason.split(':', 1)[0]}: the same as ${purposeName(first, request)}`;
}

function leftOut(of: PurposeOf, request: PlanRequest): string {
  return `TEACHER_ANSWER_INVALID: ${purposeName(of, request)}: the answer left it out`;
}

function lackOfPlan(reason: string): Lack {
  return { what: 'plan', path: null, reason };
}
