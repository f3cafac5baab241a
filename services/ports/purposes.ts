/** The purposes of a plan: which there are to be, how each is called, and which an answer lacks. */
import type { PlanAnswer, PlanRequest, PurposeOf } from './teacher.ts';

/** Each module and each file of a project. */
export function allPurposes({ files, modules }: Pick<PlanRequest, 'files' | 'modules'>) {
  return [
    ...modules.map((_module, position): PurposeOf => ({ module: position })),
    ...files.map(({ path }): PurposeOf => ({ path })),
  ];
}

/** Those of the project that have no words in an answer. */
export function purposesMissing(
  request: Pick<PlanRequest, 'files' | 'modules'>,
  { purposes, modules = [] }: Pick<PlanAnswer, 'purposes' | 'modules'>,
): readonly PurposeOf[] {
  const told = [
    ...purposes.map(({ path, purpose }) => ({ of: { path }, purpose })),
    ...modules.map(({ module, purpose }) => ({ of: { module }, purpose })),
  ];
  const given = new Set(
    told.filter(({ purpose }) => purpose.trim() !== '').map(({ of }) => purposeKey(of)),
  );
  return allPurposes(request).filter((of) => !given.has(purposeKey(of)));
}

/** For sets and maps. */
export function purposeKey(of: PurposeOf): string {
  return 'path' in of ? `file ${of.path}` : `module ${of.module}`;
}

/** How messages call it. */
export function purposeName(of: PurposeOf, { modules }: Pick<PlanRequest, 'modules'>): string {
  if ('path' in of) return `the purpose of ${of.path}`;
  return `the purpose of the module ${modules[of.module]?.name ?? ''}`;
}
