/** The purposes of a plan: which there are to be, how each is called, and which an answer lacks. */
import { oneLine } from '../../schemas/lines.ts';
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
  const [files, parts] = [toldPurposes(purposes), toldModules(modules)];
  return allPurposes(request).filter((of) =>
    'path' in of ? !files.has(of.path) : !parts.has(of.module),
  );
}

/** The purposes of an answer, each on one line, by path; the last of those that have words. */
export function toldPurposes(purposes: PlanAnswer['purposes']): ReadonlyMap<string, string> {
  return withWords(purposes.map(({ path, purpose }) => [path, purpose]));
}

/** The same by the module's position. */
export function toldModules(modules: PlanAnswer['modules'] = []): ReadonlyMap<number, string> {
  return withWords(modules.map(({ module, purpose }) => [module, purpose]));
}

function withWords<Key>(told: readonly (readonly [Key, string])[]): ReadonlyMap<Key, string> {
  const lines = told.map(([key, text]) => [key, oneLine(text)] as const);
  return new Map(lines.filter(([, line]) => line !== ''));
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
