/**
 * Asks the teacher for the plan: what it says, and what it could not be made to say. The structure
 * stands in for that, so a refusal costs no repository.
 */
import type { Lack } from '../../../schemas/generated/types.ts';
import type { PlanRequest, ProseName } from '../../ports/teacher.ts';
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
      lacks: [lack('plan', answer.reason)],
      usage: answer.usage,
    };
  }
  const { value, usage } = answer;
  const lacks = (value.failures ?? []).map((reason) => lack('purposes', reason));
  // Each text stands for itself: an unusable one costs neither the other nor the purposes.
  const usable = (name: ProseName) => {
    const problem =
      value.refused?.[name] ?? findTextProblem(name, value[name], config.textBytesMax);
    if (problem === null) return value[name].trim();
    lacks.push(lack('plan', problem));
    return '';
  };
  const prose = { requirements: usable('requirements'), architecture: usable('architecture') };
  const { purposes, modules = [] } = value;
  return { prose, purposes, modules, lacks, usage };
}

function lack(what: 'plan' | 'purposes', reason: string): Lack {
  return { what, path: null, reason };
}
