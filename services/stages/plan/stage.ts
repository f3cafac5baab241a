/** Wiring of the plan stage: reads a repository's structure; emits a plan and a task per file. */
import type { RepoPlanBody, RepoStructureBody } from '../../../schemas/generated/types.ts';
import { drop, emit, type Outcome } from '../../runtime/outcomes.ts';
import { defineStage } from '../../runtime/stage.ts';
import { askForPlan } from './ask-plan.ts';
import { type PlanKnobs, planKnobs } from './config.ts';
import { readHead } from './file-heads.ts';
import { buildPlanRequest, chooseSources, planFiles } from './file-plan.ts';
import { findModules, planModules } from './modules.ts';
import { planReport } from './report.ts';
import { type PlanTools, tellUnused } from './unused.ts';

export const plan = defineStage('plan', {
  config: planKnobs,
  report: planReport,
  concurrency: (config: PlanKnobs) => config.concurrency,
  handle: (record, tools) => planRepository(record.body, tools),
  end: { subject: (record) => record.body.repository },
});

async function planRepository(body: RepoStructureBody, tools: PlanTools): Promise<Outcome[]> {
  if (body.order.length === 0) return [drop('NO_ADMISSIBLE_FILES', 'no file is left to plan')];
  const { config } = tools;
  const sources = chooseSources(body, config.manifestsMax);
  const readme =
    sources.readme === null
      ? ''
      : await readHead(body, sources.readme, config.readmeBytesMax, tools);
  const manifests = await Promise.all(
    sources.manifests.map(async (path) => ({
      path,
      text: await readHead(body, path, config.manifestBytesMax, tools),
    })),
  );
  const modules = findModules(body, config);
  const request = buildPlanRequest(body, readme, manifests, modules);
  const { prose, lacks, usage, ...told } = await askForPlan(request, tools);
  tellUnused(request, told, tools);
  const structure = await tools.bodies.save('repo-structure', body);
  const planned: RepoPlanBody = {
    structure,
    ...prose,
    files: planFiles(body, told.purposes, modules, config),
    modules: planModules(body, modules, told.modules, config.modulePurposeBytesMax),
    teacher: tools.teacher.identity,
    usage,
    lacks,
  };
  const reference = await tools.bodies.save('repo-plan', planned);
  const of = planned.files.length;
  const tasks = planned.files.map(({ path, ordinal }) =>
    emit('file-task', { path, ordinal, of, structure, plan: reference }, ordinal),
  );
  return [emit('repo-plan', planned), ...tasks];
}
