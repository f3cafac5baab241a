/** Which module of a large project each file is in; found once for all who ask. Pure to them. */
import type { PlanRequest } from '../ports/teacher.ts';

const byRequest = new WeakMap<object, ReadonlyMap<string, number>>();

/** Positions of modules by the paths of their files. */
export function modulesByPath(
  request: Pick<PlanRequest, 'files' | 'modules'>,
): ReadonlyMap<string, number> {
  const known = byRequest.get(request);
  if (known !== undefined) return known;
  const { files, modules } = request;
  const made = new Map(
    modules.flatMap((module, position) =>
      module.files.map((ordinal) => [files[ordinal]?.path ?? '', position] as const),
    ),
  );
  byRequest.set(request, made);
  return made;
}
