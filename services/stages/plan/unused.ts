/** What a teacher's answer lacks, or has too much of, is counted and logged (I11). */
import { purposesMissing, toldModules, toldPurposes } from '../../ports/purposes.ts';
import type { PlanAnswer, PlanRequest } from '../../ports/teacher.ts';
import type { Tools } from '../../runtime/stage.ts';
import type { PlanKnobs } from './config.ts';
import type { planReport } from './report.ts';

export type PlanTools = Tools<'plan', PlanKnobs, typeof planReport>;

type Told = Pick<PlanAnswer, 'purposes' | 'modules'>;

export function tellUnused(request: PlanRequest, told: Told, tools: PlanTools): void {
  const { missing, cut, modulesMissing } = countUnused(request, told, tools.config);
  tools.count('purposes_missing', missing);
  tools.count('purposes_cut', cut);
  tools.count('module_purposes_missing', modulesMissing);
  if (missing + cut + modulesMissing === 0) return;
  const repository = request.name;
  tools.log.warn({ repository, missing, cut, modulesMissing }, 'purposes not as answered');
}

/** How many files and modules have no purpose in an answer, and how many purposes are too long. */
export function countUnused(
  request: Pick<PlanRequest, 'files' | 'modules'>,
  answer: Told,
  limits: Pick<PlanKnobs, 'purposeBytesMax' | 'modulePurposeBytesMax'>,
): { readonly missing: number; readonly cut: number; readonly modulesMissing: number } {
  const told = toldPurposes(answer.purposes);
  const texts = request.files.map(({ path }) => told.get(path) ?? '');
  const ofModules = toldModules(answer.modules);
  const moduleTexts = request.modules.map((_, position) => ofModules.get(position) ?? '');
  const missing = purposesMissing(request, answer);
  const ofFiles = missing.filter((of) => 'path' in of).length;
  const cutAt = (all: readonly string[], bytesMax: number) =>
    all.filter((text) => Buffer.byteLength(text) > bytesMax).length;
  return {
    missing: ofFiles,
    cut: cutAt(texts, limits.purposeBytesMax) + cutAt(moduleTexts, limits.modulePurposeBytesMax),
    modulesMissing: missing.length - ofFiles,
  };
}
