/**
 * Builds the request to the teacher, and the list of files in writing order, each with its purpose
 * and the earlier files it depends on. Every admitted file is planned exactly once.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type {
  Edge,
  FileStructure,
  PlannedFile,
  RepoStructureBody,
} from '../../../schemas/generated/types.ts';
import { byPath, edgesFrom, edgesTo } from '../../ports/look-up.ts';
import { toldPurposes } from '../../ports/purposes.ts';
import type { Module, PlanAnswer, PlanRequest } from '../../ports/teacher.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { PlanKnobs } from './config.ts';

/** The files whose first bytes go into the request. */
export interface Sources {
  readonly readme: string | null;
  readonly manifests: readonly string[];
}

const manifestNames = new Set(
  (
    'package.json pyproject.toml setup.py setup.cfg go.mod Cargo.toml pom.xml build.gradle ' +
    'build.gradle.kts composer.json Gemfile CMakeLists.txt Makefile meson.build'
  ).split(' '),
);

function isManifest(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return manifestNames.has(name) || /^[\w-]+\.gemspec$/.test(name);
}

/** The README in the top folder and the manifests nearest to the top. */
export function chooseSources(structure: RepoStructureBody, manifestsMax: number): Sources {
  const paths = structure.repository.files.map((file) => file.path);
  const readmes = paths.filter((path) => /^readme(?:\.(?:md|rst|txt|adoc|markdown))?$/i.test(path));
  const manifests = paths
    .filter(isManifest)
    .sort((a, b) => depthOf(a) - depthOf(b) || compareText(a, b))
    .slice(0, manifestsMax);
  return { readme: readmes[0] ?? null, manifests };
}

function depthOf(path: string): number {
  return path.split('/').length;
}

export function buildPlanRequest(
  structure: RepoStructureBody,
  readme: string,
  manifests: readonly { readonly path: string; readonly text: string }[],
  modules: readonly Module[],
): PlanRequest {
  const files = structure.order.map((path) => {
    const file = byPath(structure.files, path);
    if (file === undefined) throw invalidOrder(path);
    return file;
  });
  if (files.length !== structure.files.length) throw invalidOrder('a file is missing');
  return {
    name: structure.repository.name,
    licence: structure.repository.licence.expression,
    readme,
    files,
    edges: structure.edges,
    modules,
    manifests,
  };
}

function invalidOrder(subject: string): PipelineError {
  return new PipelineError(
    'RECORD_INVALID',
    `the writing order does not list every file once: ${subject}`,
    { subject },
  );
}

/** Every file in writing order. A purpose that the answer lacks is made from the outline. */
export function planFiles(
  structure: RepoStructureBody,
  purposes: PlanAnswer['purposes'],
  modules: readonly Module[],
  knobs: Pick<PlanKnobs, 'dependenciesMax' | 'offersMax' | 'purposeBytesMax'>,
): PlannedFile[] {
  const told = toldPurposes(purposes);
  const moduleOf = new Map(
    modules.flatMap(({ files }, module) => files.map((each) => [each, module] as const)),
  );
  const position = new Map(structure.order.map((path, ordinal) => [path, ordinal]));
  return structure.order.map((path, ordinal) => {
    const file = byPath(structure.files, path);
    const earlier = edgesFrom(structure.edges, path).filter(
      (edge) => (position.get(edge.to) ?? ordinal) < ordinal,
    );
    const purpose = told.get(path) ?? (file === undefined ? '' : fallbackPurpose(file));
    return {
      path,
      ordinal,
      purpose: cutAtWord(purpose, knobs.purposeBytesMax),
      dependsOn: rankDependencies(earlier).slice(0, knobs.dependenciesMax),
      offers: file === undefined ? [] : rankOffers(file, structure.edges).slice(0, knobs.offersMax),
      module: moduleOf.get(ordinal) ?? null,
    };
  });
}

/**
 * The names of a file that other files use, those with most users first, then as they are defined.
 */
export function rankOffers(file: FileStructure, edges: readonly Edge[]): string[] {
  const users = new Map<string, Set<string>>();
  for (const edge of edgesTo(edges, file.path)) {
    if (edge.from === file.path) continue;
    for (const name of edge.names) users.set(name, (users.get(name) ?? new Set()).add(edge.from));
  }
  const own = file.symbols.filter(({ parent }) => parent === null).map(({ name }) => name);
  const count = (name: string) => users.get(name)?.size ?? 0;
  return [...new Set(own)].filter((name) => users.has(name)).sort((a, b) => count(b) - count(a));
}

/** Kinds of edges, those on which a file depends most first; unknown kinds come last. */
const kindRank = [
  'test-of',
  'import',
  'include',
  'declares',
  'same-package',
  're-export',
  'type-only',
];

/** Targets of the edges, most important first: by kind, confidence, number of names, path. */
export function rankDependencies(edges: readonly Edge[]): string[] {
  const best = new Map<string, { rank: number; confidence: number; names: number }>();
  for (const edge of edges) {
    const known = best.get(edge.to);
    const index = kindRank.indexOf(edge.kind);
    const rank = index < 0 ? kindRank.length : index;
    best.set(edge.to, {
      rank: Math.min(rank, known?.rank ?? rank),
      confidence: Math.max(edge.confidence, known?.confidence ?? 0),
      names: edge.names.length + (known?.names ?? 0),
    });
  }
  return [...best]
    .sort(
      ([a, x], [b, y]) =>
        x.rank - y.rank || y.confidence - x.confidence || y.names - x.names || compareText(a, b),
    )
    .map(([path]) => path);
}

/** A file's purpose derived from its outline, without a teacher. */
export function fallbackPurpose(file: FileStructure): string {
  const names = file.symbols
    .filter((symbol) => symbol.parent === null)
    .map((symbol) => `\`${symbol.name}\``);
  if (names.length === 0)
    return `${file.language} file of ${file.lines} ${file.lines === 1 ? 'line' : 'lines'}.`;
  const rest = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `Defines ${names.slice(0, 5).join(', ')}${rest}.`;
}

/** As many whole words as fit, or as many characters if even the first word does not fit. */
export function cutAtWord(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  const bytes = Buffer.from(text).subarray(0, bytesMax);
  const kept = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
  const space = kept.lastIndexOf(' ');
  return (space > 0 ? kept.slice(0, space) : kept).trimEnd();
}

/** Why prose of the plan cannot be used: it must be present, within the limit, and without NUL. */
export function findTextProblem(name: string, text: string, bytesMax: number): string | null {
  const trimmed = text.trim();
  const bytes = Buffer.byteLength(trimmed);
  if (trimmed !== '' && !trimmed.includes('\0') && bytes <= bytesMax) return null;
  return `TEACHER_ANSWER_INVALID: the teacher's ${name} has ${bytes} bytes; from 1 to ${bytesMax} without NUL are wanted (plan.textBytesMax)`;
}
