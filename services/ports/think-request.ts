/**
 * Builds the request to a teacher about one file. Simulate and search both use it, so a rewrite
 * sees exactly what the first thought saw. Pure; the caller provides the text.
 */
import { compareText } from '../../schemas/compare-text.ts';
import type {
  Edge,
  FileStructure,
  PlannedFile,
  RepoPlanBody,
  RepoStructureBody,
  Step,
} from '../../schemas/generated/types.ts';
import { byPath, edgesTo, namesBetween, namesOf } from './look-up.ts';
import type { ReadFile, ThinkRequest } from './teacher.ts';

/** Most dependents named in a request; more would fill the prompt without adding information. */
const usedByMax = 12;
/** Most files written before that are named; a sub-agent needs no list of thousands. */
const writtenMax = 24;

/** Returns the lines of a file as text; 0 and 0 mean the whole file. */
export type ReadText = (path: string, fromLine: number, toLine: number) => string;

export function buildThinkRequest(
  structure: RepoStructureBody,
  plan: RepoPlanBody,
  path: string,
  steps: readonly Step[],
  readText: ReadText,
): ThinkRequest {
  const own = byPath(plan.files, path);
  return {
    name: structure.repository.name,
    requirements: plan.requirements,
    architecture: plan.architecture,
    module: moduleOf(plan, own),
    path,
    purpose: own?.purpose ?? '',
    structure: findStructure(structure.files, path),
    reads: steps.flatMap((step) => readOf(structure, path, step, readText)),
    written: findWritten(plan, path),
    usedBy: findUsers(structure.edges, path),
    code: readText(path, 0, 0),
  };
}

function moduleOf({ modules }: RepoPlanBody, file?: PlannedFile): ThinkRequest['module'] {
  const module = modules[file?.module ?? -1];
  return module === undefined ? null : { name: module.name, purpose: module.purpose };
}

function readOf(
  structure: RepoStructureBody,
  path: string,
  step: Step,
  readText: ReadText,
): ReadFile[] {
  if (step.kind !== 'read' || step.path === null) return [];
  return [
    {
      path: step.path,
      text: readText(step.path, step.fromLine, step.toLine),
      structure: findStructure(structure.files, step.path),
      names: namesBetween(structure.edges, path, step.path),
    },
  ];
}

/**
 * The files written before a file: those it depends on, then those just before it, because the
 * writing order keeps together what belongs together. In writing order.
 */
function findWritten(
  plan: RepoPlanBody,
  path: string,
): { readonly path: string; readonly purpose: string }[] {
  const own = byPath(plan.files, path);
  if (own === undefined) return [];
  const needed = own.dependsOn.flatMap((each) => byPath(plan.files, each) ?? []);
  const last = plan.files.slice(Math.max(0, own.ordinal - writtenMax), own.ordinal).reverse();
  return [...new Set<PlannedFile>([...needed, ...last])]
    .filter(({ ordinal }) => ordinal < own.ordinal)
    .slice(0, writtenMax)
    .sort((a, b) => a.ordinal - b.ordinal)
    .map((file) => ({ path: file.path, purpose: file.purpose }));
}

/** Dependents of a file: those that use most of its names first, then by path. */
function findUsers(
  edges: readonly Edge[],
  path: string,
): { readonly path: string; readonly names: readonly string[] }[] {
  const users = Map.groupBy(edgesTo(edges, path), ({ from }) => from);
  users.delete(path);
  return [...users]
    .map(([user, between]) => ({ path: user, names: namesOf(between) }))
    .sort((a, b) => b.names.length - a.names.length || compareText(a.path, b.path))
    .slice(0, usedByMax);
}

/** Every admitted file has a structure; a file without one is described as plain text. */
function findStructure(files: readonly FileStructure[], path: string): FileStructure {
  const found = byPath(files, path);
  if (found !== undefined) return found;
  return {
    path,
    language: 'text',
    parser: 'none',
    errorRatio: 0,
    lines: 0,
    symbols: [],
    externals: [],
    note: null,
  };
}
