/** What a teacher's answer lacks, or has too much of, is counted and logged (I11). */
import type { RepoStructureBody } from '../../../schemas/generated/types.ts';
import type { PlanAnswer } from '../../ports/teacher.ts';
import type { Tools } from '../../runtime/stage.ts';
import type { PlanKnobs } from './config.ts';
import { toldPurposes } from './file-plan.ts';
import type { planReport } from './report.ts';

export type PlanTools = Tools<'plan', PlanKnobs, typeof planReport>;

export function tellUnused(
  body: RepoStructureBody,
  purposes: PlanAnswer['purposes'],
  tools: PlanTools,
): void {
  const { missing, cut } = countUnused(body, purposes, tools.config.purposeBytesMax);
  tools.count('purposes_missing', missing);
  tools.count('purposes_cut', cut);
  const repository = body.repository.name;
  if (missing + cut > 0) tools.log.warn({ repository, missing, cut }, 'purposes not as answered');
}

/** How many files have no purpose in an answer, and how many purposes are too long. */
export function countUnused(
  structure: Pick<RepoStructureBody, 'order'>,
  purposes: PlanAnswer['purposes'],
  bytesMax: number,
): { readonly missing: number; readonly cut: number } {
  const told = toldPurposes(purposes);
  const texts = structure.order.map((path) => told.get(path) ?? '');
  return {
    missing: texts.filter((text) => text === '').length,
    cut: texts.filter((text) => Buffer.byteLength(text) > bytesMax).length,
  };
}
