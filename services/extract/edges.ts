/**
 * From resolved imports to edges: one per pair of files, with the names that are used. A name that
 * the target only passes on leads to the file that defines it as well. Pure.
 */
import type { Edge } from '../../schemas/generated/types.ts';
import type { Shortfall } from './core.ts';
import { type Binding, byText, type ParsedFile, softness } from './facts.ts';
import type { Link, Project, Resolution } from './languages/language.ts';
import { stemOf } from './paths.ts';
import { isTest, testedStem } from './placement.ts';
import { openReexports } from './reexports.ts';

/** When several imports lead to one file, the first of these names the edge. */
const kinds = ['import', 'include', 'same-package', 're-export', 'type-only', 'declares'] as const;

/** Through a barrel the defining file is inferred rather than stated. */
const passedOnConfidence = 0.9;

interface Draft {
  kind: string;
  confidence: number;
  softness: number;
  readonly names: Set<string>;
}

export interface Edges {
  readonly edges: readonly Edge[];
  readonly softnessOf: (edge: Edge) => number;
  readonly shortfalls: readonly Shortfall[];
}

export function buildEdges(
  project: Project,
  resolutions: ReadonlyMap<string, Resolution>,
  limits: { readonly edgesPerFileMax: number },
): Edges {
  const reexports = openReexports(project, resolutions);
  const edges: Edge[] = [];
  const shortfalls: Shortfall[] = [];
  const softnesses = new Map<Edge, number>();
  for (const [from, { links }] of resolutions) {
    const file = project.files.get(from);
    if (file === undefined) continue;
    const drafts = new Map<string, Draft>();
    const uses = new Set(file.facts.uses);
    for (const link of links) addLink(drafts, link, file, uses, reexports);
    drafts.delete(from);
    const kept = strongest(drafts, limits.edgesPerFileMax);
    if (kept.length < drafts.size) shortfalls.push({ path: from, reason: 'edges-limited' });
    for (const [to, draft] of kept) {
      const edge = toEdge(from, to, draft);
      edges.push(edge);
      softnesses.set(edge, !isTest(from) && isTest(to) ? softness.backwards : draft.softness);
    }
  }
  return { edges, softnessOf: (edge) => softnesses.get(edge) ?? softness.hard, shortfalls };
}

function addLink(
  drafts: Map<string, Draft>,
  link: Link,
  file: ParsedFile,
  uses: ReadonlySet<string>,
  reexports: ReturnType<typeof openReexports>,
): void {
  const used = usedNames(link, file, uses, reexports);
  let own = used.length === 0;
  const direct = new Set<string>();
  for (const { name, local } of used) {
    const definer = reexports.definerOf(link.to, name);
    if (definer === null || definer.path === link.to) {
      own = true;
      direct.add(definer?.name ?? name);
      continue;
    }
    direct.add(name);
    if (definer.path === file.path) continue;
    // A whole module is passed on: what is used of it is what is used through its local name.
    const names = definer.name === '*' ? (file.facts.members.get(local) ?? []) : [definer.name];
    const confidence = link.confidence * passedOnConfidence;
    merge(drafts, definer.path, { ...link, confidence, names: new Set(names) });
  }
  const weight = own ? link.softness : Math.max(link.softness, softness.throughBarrel);
  merge(drafts, link.to, { ...link, softness: weight, names: direct });
}

/** Names that the link uses, as the target exports them and as the file calls them. */
function usedNames(
  link: Link,
  file: ParsedFile,
  uses: ReadonlySet<string>,
  reexports: ReturnType<typeof openReexports>,
): Binding[] {
  const used = link.bindings.flatMap((binding) => {
    if (binding.name !== '*') return [binding];
    const members = file.facts.members.get(binding.local) ?? [];
    return members.map((name) => ({ name, local: `${binding.local}.${name}` }));
  });
  if (!link.star) return used;
  const own = [...reexports.ownNames(link.to)].filter((name) => uses.has(name));
  return [...used, ...own.map((name) => ({ name, local: name }))];
}

function merge(drafts: Map<string, Draft>, to: string, draft: Draft): void {
  const existing = drafts.get(to);
  if (existing === undefined) {
    drafts.set(to, { ...draft, names: new Set(draft.names) });
    return;
  }
  if (kindRank(draft.kind) < kindRank(existing.kind)) existing.kind = draft.kind;
  existing.confidence = Math.max(existing.confidence, draft.confidence);
  existing.softness = Math.min(existing.softness, draft.softness);
  for (const name of draft.names) existing.names.add(name);
}

function kindRank(kind: string): number {
  return (kinds as readonly string[]).indexOf(kind);
}

/** At most `countMax` targets, in path order; the most certain stay, then those with most names. */
function strongest(drafts: ReadonlyMap<string, Draft>, countMax: number): [string, Draft][] {
  const all = [...drafts].sort(([a], [b]) => byText(a, b));
  if (all.length <= countMax) return all;
  return all
    .sort(([, a], [, b]) => b.confidence - a.confidence || b.names.size - a.names.size)
    .slice(0, countMax)
    .sort(([a], [b]) => byText(a, b));
}

function toEdge(from: string, to: string, draft: Draft): Edge {
  const tests = isTest(from) && !isTest(to) && testedStem(from) === stemOf(to);
  return {
    from,
    to,
    kind: tests ? 'test-of' : draft.kind,
    confidence: Math.round(draft.confidence * 1000) / 1000,
    names: [...draft.names].sort(byText),
  };
}
