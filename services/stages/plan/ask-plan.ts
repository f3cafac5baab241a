/**
 * Asks the teacher for the plan: what it says, and what it could not be made to say. The structure
 * stands in for that, so a refusal costs no repository.
 */
import type { Lack } from '../../../schemas/generated/types.ts';
import type { PlanRequest } from '../../ports/teacher.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import type { Tools } from '../../runtime/stage.ts';
import type { PlanKnobs } from './config.ts';
import { checkText } from './file-plan.ts';

export async function askForPlan(
  request: PlanRequest,
  { teacher, config, signal, log }: Tools<'plan', PlanKnobs>,
) {
  const answer = await askOrGiveUp(async () => {
    const { value, usage } = await teacher.plan(request, signal);
    const prose = {
      requirements: checkText('requirements', value.requirements, config.textBytesMax, usage),
      architecture: checkText('architecture', value.architecture, config.textBytesMax, usage),
    };
    return { value: { prose, purposes: value.purposes, failures: value.failures ?? [] }, usage };
  });
  if ('reason' in answer) {
    log.warn({ repository: request.name, reason: answer.reason }, 'a repository has no plan text');
    const prose = { requirements: '', architecture: '' };
    return { prose, purposes: [], lacks: [lack('plan', answer.reason)], usage: answer.usage };
  }
  const { prose, purposes, failures } = answer.value;
  const lacks = failures.map((reason) => lack('purposes', reason));
  return { prose, purposes, lacks, usage: answer.usage };
}

function lack(what: 'plan' | 'purposes', reason: string): Lack {
  return { what, path: null, reason };
}
