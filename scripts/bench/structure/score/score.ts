/**
 * Precision and recall of extracted edges against an oracle. An edge is right when the oracle has
 * it in any way; only those that a reader of the source can see are required. Pure.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import type { Oracle, OracleEdge, Verdict } from './oracle.ts';

export interface GivenEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
}

/** The mistakes of one class: their number and the edges. */
export interface Mistakes {
  readonly name: string;
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

export interface Score {
  readonly given: number;
  readonly right: number;
  readonly required: number;
  readonly found: number;
  /** Required edges that were not found, by the oracle's kind; the most frequent first. */
  readonly missed: readonly Mistakes[];
  /** Wrong edges that were found, by their kind. */
  readonly invented: readonly Mistakes[];
}

export function scoreEdges(
  edges: readonly GivenEdge[],
  verdict: Verdict,
  neutral: Oracle['neutral'],
): Score {
  const counts = (edge: { from: string; to: string }) =>
    edge.from !== edge.to &&
    verdict.judged.has(edge.from) &&
    verdict.judged.has(edge.to) &&
    neutral?.test(edge) !== true;
  const given = new Map(edges.filter(counts).map((edge) => [keyOf(edge), edge]));
  const known = strongest(verdict.edges.filter(counts));
  const required = [...known].filter(([, edge]) => edge.visible);
  const invented = [...given].filter(([key]) => !known.has(key));
  const missed = required.filter(([key]) => !given.has(key));
  return {
    given: given.size,
    right: given.size - invented.length,
    required: required.length,
    found: required.length - missed.length,
    missed: classes(missed.map(([, edge]) => ({ ...edge, name: edge.via }))),
    invented: classes(invented.map(([, edge]) => ({ ...edge, name: edge.kind }))),
  };
}

/** Sums over repositories: a language is judged by all of its repositories together. */
export function addScores(scores: readonly Score[]): Score {
  const sum = (of: (score: Score) => number) => scores.reduce((all, one) => all + of(one), 0);
  const all = (of: (score: Score) => readonly Mistakes[]) =>
    classes(
      scores.flatMap((score) =>
        of(score).flatMap(({ name, edges }) => edges.map((edge) => ({ ...edge, name }))),
      ),
    );
  return {
    given: sum((score) => score.given),
    right: sum((score) => score.right),
    required: sum((score) => score.required),
    found: sum((score) => score.found),
    missed: all((score) => score.missed),
    invented: all((score) => score.invented),
  };
}

/** A share of nothing is 1: no edge found means no mistake, none required means no miss. */
export function precisionOf({ given, right }: Score): number {
  return given === 0 ? 1 : right / given;
}

export function recallOf({ required, found }: Score): number {
  return required === 0 ? 1 : found / required;
}

function keyOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from}\0${to}`;
}

/** One edge per pair of files; a visible edge takes precedence over invisible ones. */
function strongest(edges: readonly OracleEdge[]): Map<string, OracleEdge> {
  const known = new Map<string, OracleEdge>();
  for (const edge of edges) {
    const existing = known.get(keyOf(edge));
    if (existing === undefined || (edge.visible && !existing.visible)) known.set(keyOf(edge), edge);
  }
  return known;
}

function classes(
  mistakes: readonly { readonly name: string; readonly from: string; readonly to: string }[],
): Mistakes[] {
  const byName = new Map<string, { from: string; to: string }[]>();
  for (const { name, from, to } of mistakes) {
    byName.set(name, [...(byName.get(name) ?? []), { from, to }]);
  }
  return [...byName]
    .map(([name, edges]) => ({ name, edges }))
    .sort((a, b) => b.edges.length - a.edges.length || compareText(a.name, b.name));
}
