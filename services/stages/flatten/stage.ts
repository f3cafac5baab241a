/** Wiring of flatten: joins a repository's parts, stores the document, emits the trajectory. */

import type { TrajectoryBody } from '../../../schemas/generated/types.ts';
import { trajectoryTextVersion } from '../../../schemas/trajectory-text.ts';
import { sumUsage } from '../../ports/usage.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { drop, emit, type Outcome } from '../../runtime/outcomes.ts';
import { defineJoin, type StageRecord, type Tools } from '../../runtime/stage.ts';
import { type FlattenKnobs, flattenKnobs } from './config.ts';
import { findFailure, flattenRepository } from './document.ts';
import { flattenReport } from './report.ts';
import { findScorer, listLacks, partOf, summariseSearch } from './summary.ts';

export const flatten = defineJoin('flatten', {
  config: flattenKnobs,
  report: flattenReport,
  part: ({ body }: StageRecord<'file-thought'>) => partOf(body),
  complete,
});

async function complete(
  parts: readonly StageRecord<'file-thought'>[],
  tools: Tools<'flatten', FlattenKnobs>,
): Promise<readonly Outcome[]> {
  const thoughts = parts.map((part) => part.body);
  const first = thoughts[0];
  if (first === undefined) throw new PipelineError('RECORD_INVALID', 'a repository without parts');
  const structure = await tools.bodies.load('repo-structure', first.structure);
  const { repository } = structure;
  const failure = findFailure(thoughts);
  if (failure !== null) {
    return [
      drop('FILE_FAILED', `${failure.path}: ${failure.reason}`, {
        name: repository.name,
        origin: repository.origin,
      }),
    ];
  }
  const plan = await tools.bodies.load('repo-plan', first.plan);
  const content = await tools.blobs.get(repository.content);
  const flat = flattenRepository({ structure, plan, thoughts, content }, tools.config);
  const trajectory: TrajectoryBody = {
    name: repository.name,
    origin: repository.origin,
    commit: repository.commit,
    licence: repository.licence,
    document: await tools.blobs.put(flat.document),
    format: trajectoryTextVersion,
    segments: flat.segments,
    files: flat.files,
    teacher: plan.teacher,
    scorer: findScorer(thoughts),
    search: summariseSearch(thoughts),
    usage: sumUsage([plan.usage, ...thoughts.map((thought) => thought.usage)]),
    lacks: listLacks(plan, thoughts),
  };
  return [emit('trajectory', trajectory)];
}
