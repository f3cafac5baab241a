/**
 * Makes edges from resolved imports: one per pair of files, with the names that are used. A name
 * that the target only passes on also gives an edge to the file that defines it. Pure.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import type { Edge } from '../../../../schemas/generated/types.ts';
import type { Shortfall } from '../facts/facts.ts';
import { addTo, type Binding, type ParsedFile, softness } from '../facts/facts.ts';
import { isTest, testedStem } from '../facts/placement.ts';
import type { Link, Project, Resolution } from '../languages/language.ts';
import { stemOf } from '../paths.ts';
import type { Steps } from '../turns/steps.ts';
import { type Definer, openReexports, type Reexports } from './reexports.ts';

/** When several imports lead to one file, the first of these names the edge. */
const kinds = ['import', 'include', 'same-package', 're-export', 'type-only', 'declares'] as const;

/** An edge through a barrel is less certain, because the defining file is inferred. */
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

export function* buildEdges(
  project: Project,
  resolutions: ReadonlyMap<string, Resolution>,
  limits: { readonly edgesPerFileMax: number },
): Steps<Edges> {
  const reexports = openReexports(project, resolutions);
  yield;
  const edges: Edge[] = [];
  const shortfalls: Shortfall[] = [];
  const softnesses = new Map<Edge, number>();
  for (const [from, { links }] of resolutions) {
    const file = project.files.get(from);
    if (file === undefined) continue;
    const drafts = new Map<string, Draft>();
    const user: User = { file, uses: new Set(file.facts.uses), reexports };
    for (const link of links) addLink(drafts, link, user);
    drafts.delete(from);
    const fromTest = isTest(from);
    const kept = strongest(drafts, limits.edgesPerFileMax);
    if (kept.length < drafts.size) shortfalls.push({ path: from, reason: 'edges-limited' });
    for (const [to, draft] of kept) {
      const toTest = isTest(to);
      const edge = toEdge(from, to, fromTest && !toTest, draft);
      edges.push(edge);
      softnesses.set(edge, !fromTest && toTest ? softness.backwards : draft.softness);
    }
    yield;
  }
  return { edges, softnessOf: (edge) => softnesses.get(edge) ?? softness.hard, shortfalls };
}

/** A file whose links become edges. */
interface User {
  readonly file: ParsedFile;
  readonly uses: ReadonlySet<string>;
  readonly reexports: Reexports;
}

function addLink(drafts: Map<string, Draft>, link: Link, user: User): void {
  const { file, reexports } = user;
  const used = usedNames(link, user);
  let own = used.length === 0;
  const direct = new Set<string>();
  const confidence = link.confidence * passedOnConfidence;
  for (const { name, local } of used) {
    const definer = reexports.definerOf(link.to, name);
    if (definer === null || definer.path === link.to) {
      own = true;
      direct.add(definer?.name ?? name);
      continue;
    }
    direct.add(name);
    for (const [path, names] of definersBehind(definer, local, user)) {
      if (path !== file.path) merge(drafts, path, { ...link, confidence, names });
    }
  }
  const weight = own ? link.softness : Math.max(link.softness, softness.throughBarrel);
  merge(drafts, link.to, { ...link, softness: weight, names: direct });
}

/** Modules reached through modules, as in `a.b.c`, are followed at most this deep. */
const modulesMax = 8;

/**
 * The files that define a name, with the names used of each. If the name is a whole module, the
 * names used through its local name count, and the module may have re-exported them in turn.
 */
function definersBehind(
  definer: Definer,
  local: string,
  { file, reexports }: User,
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const follow = (at: Definer, through: string, depth: number) => {
    if (at.name !== '*') {
      addTo(found, at.path, at.name);
      return;
    }
    found.set(at.path, found.get(at.path) ?? new Set());
    for (const name of file.facts.members.get(through) ?? []) {
      const next = reexports.definerOf(at.path, name);
      const isElsewhere = next !== null && next.path !== at.path && depth < modulesMax;
      if (isElsewhere) follow(next, `${through}.${name}`, depth + 1);
      else addTo(found, at.path, name);
    }
  };
  follow(definer, local, 0);
  return found;
}

/** Names that the link uses: the target's exported name and the file's local name. */
function usedNames(link: Link, { file, uses, reexports }: User): Binding[] {
  const used = link.bindings.flatMap((binding) => {
    if (binding.name !== '*') return [binding];
    const members = file.facts.members.get(binding.local) ?? [];
    return members.map((name) => ({ name, local: `${binding.local}.${name}` }));
  });
  if (!link.star) return used;
  const offered = new Set(reexports.ownNames(link.to));
  if (link.kind !== 'include') for (const name of reexports.passedNames(link.to)) offered.add(name);
  // Rust uses modules in paths, which have links of their own: a bare `len` is something else.
  const isOther = (name: string) => file.language === 'rust' && reexports.isModule(link.to, name);
  const seen = [...offered].filter((name) => uses.has(name) && !isOther(name));
  return [...used, ...seen.map((name) => ({ name, local: name }))];
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

/**
 * At most `countMax` targets in path order; the most certain are kept, then those with most names.
 */
function strongest(drafts: ReadonlyMap<string, Draft>, countMax: number): [string, Draft][] {
  const all = [...drafts].sort(([a], [b]) => compareText(a, b));
  if (all.length <= countMax) return all;
  return all
    .sort(([, a], [, b]) => b.confidence - a.confidence || b.names.size - a.names.size)
    .slice(0, countMax)
    .sort(([a], [b]) => compareText(a, b));
}

/** `mayTest`: the edge leads from test code to code that is no test. */
function toEdge(from: string, to: string, mayTest: boolean, draft: Draft): Edge {
  const tests = mayTest && testedStem(from) === stemOf(to);
  return {
    from,
    to,
    kind: tests ? 'test-of' : draft.kind,
    confidence: Math.round(draft.confidence * 1000) / 1000,
    names: [...draft.names].sort(compareText),
  };
}
