/** Wiring of flatten: joins a repository's parts, stores its documents, emits the trajectory. */
import type { Episode, TrajectoryBody } from '../../../schemas/generated/types.ts';
import { trajectoryTextVersion } from '../../../schemas/trajectory-text.ts';
import { sumUsage } from '../../ports/usage.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { drop, emit, type Outcome } from '../../runtime/outcomes.ts';
import { defineJoin, type StageRecord, type Tools } from '../../runtime/stage.ts';
import { type FlattenKnobs, flattenKnobs } from './config.ts';
import { findFailure, flattenRepository } from './document.ts';
import { flattenReport } from './report.ts';
import { findScorer, listLacks, listRefused, partOf, summariseSearch } from './summary.ts';

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
    const { name, origin } = repository;
    return [drop('FILE_FAILED', `${failure.path}: ${failure.reason}`, { name, origin })];
  }
  const plan = await tools.bodies.load('repo-plan', first.plan);
  const content = await tools.blobs.get(repository.content);
  const flat = flattenRepository({ structure, plan, thoughts, content }, tools.config);
  const documents: Episode[] = [];
  for (const { document, segments, files, from, to } of flat) {
    const search = summariseSearch(thoughts.slice(from, to));
    documents.push({ document: await tools.blobs.put(document), segments, files, search });
  }
  const [whole, ...episodes] = documents;
  if (whole === undefined) throw new PipelineError('RECORD_INVALID', 'a repository without files');
  const trajectory: TrajectoryBody = {
    name: repository.name,
    origin: repository.origin,
    commit: repository.commit,
    licence: repository.licence,
    ...whole,
    format: trajectoryTextVersion,
    teacher: plan.teacher,
    scorer: findScorer(thoughts),
    usage: sumUsage([plan.usage, ...thoughts.map((thought) => thought.usage)]),
    lacks: listLacks(plan, thoughts),
    refused: listRefused(plan, thoughts),
    episodes,
  };
  return [emit('trajectory', trajectory)];
}
