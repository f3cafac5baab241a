/**
 * Makes the structure of a repository from its parsed files: edges, unresolved imports and the
 * order. Pure, and a function of the set of files: their sequence does not matter.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import type { Edge, FileStructure, Unresolved } from '../../../../schemas/generated/types.ts';
import { rowNamed } from '../../../../schemas/languages/languages.ts';
import type { ParsedFile, Shortfall } from '../facts/facts.ts';
import { phaseOf } from '../facts/placement.ts';
import { languageNamed } from '../languages/all-languages.ts';
import type { Project, Resolution, Resolver } from '../languages/language.ts';
import { folderOf, foldersUpwards } from '../paths.ts';
import { runAtOnce, type Steps } from '../turns/steps.ts';
import { buildEdges } from './edges.ts';
import { orderSteps } from './order.ts';

export interface Structure {
  readonly files: readonly FileStructure[];
  readonly edges: readonly Edge[];
  readonly unresolved: readonly Unresolved[];
  /** Every path once, dependencies first. */
  readonly order: readonly string[];
  readonly shortfalls: readonly Shortfall[];
}

interface Limits {
  readonly edgesPerFileMax: number;
}

export function buildStructure(parsed: readonly ParsedFile[], limits: Limits): Structure {
  return runAtOnce(structureSteps(parsed, limits));
}

export function* structureSteps(parsed: readonly ParsedFile[], limits: Limits): Steps<Structure> {
  const files = [...parsed].sort((a, b) => compareText(a.path, b.path));
  yield;
  const project = openProject(files);
  yield;
  const resolutions = yield* resolveAll(project);
  const { edges, softnessOf, shortfalls } = yield* buildEdges(project, resolutions, limits);
  const rows = new Map(files.map((file) => [file.path, rowNamed(file.language)]));
  const order = yield* orderSteps(
    files.map((file) => file.path),
    edges.map((edge) => ({ from: edge.from, to: edge.to, softness: softnessOf(edge) })),
    (path) => phaseOf(path, rows.get(path)?.kind === 'code'),
  );
  const lost = [...files.flatMap(shortfallOf), ...shortfalls];
  lost.sort((a, b) => compareText(a.path, b.path) || compareText(a.reason, b.reason));
  const notes = Map.groupBy(lost, ({ path }) => path);
  return {
    files: files.map((file) =>
      fileStructure(file, resolutions.get(file.path), notes.get(file.path) ?? []),
    ),
    edges,
    unresolved: unresolvedOf(resolutions),
    order,
    shortfalls: lost,
  };
}

function openProject(files: readonly ParsedFile[]): Project {
  return {
    files: new Map(files.map((file) => [file.path, file])),
    folders: new Set(files.flatMap((file) => foldersUpwards(folderOf(file.path)))),
  };
}

/** Languages that import each other share one resolver, so it is opened once. */
function* resolveAll(project: Project): Steps<Map<string, Resolution>> {
  const opened = new Map<(project: Project) => Resolver, Resolver>();
  const resolutions = new Map<string, Resolution>();
  for (const file of project.files.values()) {
    const open = languageNamed(file.language)?.openResolver;
    if (open === undefined || file.parser === 'none') continue;
    const resolver = opened.get(open) ?? open(project);
    opened.set(open, resolver);
    resolutions.set(file.path, resolver(file));
    yield;
  }
  return resolutions;
}

function shortfallOf({ path, note }: ParsedFile): Shortfall[] {
  return note === null ? [] : [{ path, reason: note }];
}

function fileStructure(
  file: ParsedFile,
  resolution: Resolution | undefined,
  lost: readonly Shortfall[],
): FileStructure {
  // Keeps `shown` and not `file`, so that the facts that only resolving needed can be freed.
  const { shown } = file;
  return {
    path: file.path,
    language: file.language,
    parser: file.hasLines ? 'regex' : file.parser,
    errorRatio: file.facts.errorRatio,
    lines: file.lines,
    get symbols() {
      return shown();
    },
    externals: [...new Set(resolution?.externals ?? [])].sort(compareText),
    note: lost.length === 0 ? null : lost.map(({ reason }) => reason).join(', '),
  };
}

function unresolvedOf(resolutions: ReadonlyMap<string, Resolution>): Unresolved[] {
  return [...resolutions].flatMap(([from, { unresolved }]) => {
    const bySpecifier = new Map(unresolved.map((item) => [item.specifier, item.reason]));
    return [...bySpecifier]
      .sort(([a], [b]) => compareText(a, b))
      .map(([specifier, reason]) => ({ from, specifier, reason }));
  });
}
