/**
 * How much of a repository depends on each file and each definition: PageRank over its edges.
 * An edge counts by how certain it is and how many names it uses; a file's rank is shared out among
 * its definitions by who uses them. Pure, and a function of the set of files and edges.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { Definition, Edge, FileStructure } from '../../../schemas/generated/types.ts';

const damping = 0.85;
/** Further rounds would change ranks by less than a thousandth of a percent. */
const rounds = 60;

/** A test, or a use as a type only, says less about what matters than code that runs. */
const kindWeights: Readonly<Record<string, number>> = {
  'test-of': 0.2,
  'type-only': 0.5,
  declares: 0.2,
  're-export': 0.5,
};

/** The weight of a definition that no edge names; a name used by an average file weighs 1. */
const unusedWeight = 0.1;
const privateWeight = 0.02;
/** The weight of members: edges name their type, so members come after it. */
const memberWeight = 0.1;

export interface RankedDefinition {
  readonly file: FileStructure;
  readonly definition: Definition;
  readonly rank: number;
}

/** Most important first; ties by path and line. */
export function rankDefinitions(
  files: readonly FileStructure[],
  edges: readonly Edge[],
): RankedDefinition[] {
  const ranks = rankFiles(files, edges);
  const used = usedNames(files, edges, ranks);
  const ranked = files.flatMap((file) => {
    const names = used.get(file.path);
    const weights = file.symbols.map((symbol) => weightOf(symbol, names));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const rank = ranks.get(file.path) ?? 0;
    return file.symbols.map((definition, index) => ({
      file,
      definition,
      rank: (rank * (weights[index] ?? 0)) / total,
    }));
  });
  return ranked.sort(
    (a, b) =>
      b.rank - a.rank ||
      compareText(a.file.path, b.file.path) ||
      a.definition.startLine - b.definition.startLine,
  );
}

function weightOf(symbol: Definition, used: ReadonlyMap<string, number> | undefined): number {
  const own = used?.get(symbol.name) ?? 0;
  const base = symbol.exported ? unusedWeight : privateWeight;
  if (symbol.parent === null) return own + base;
  return (own + (used?.get(symbol.parent) ?? 0) * memberWeight + base) * memberWeight;
}

/** Rank per path; all ranks together are 1. */
export function rankFiles(
  files: readonly FileStructure[],
  edges: readonly Edge[],
): Map<string, number> {
  const paths = files.map(({ path }) => path).sort(compareText);
  const index = new Map(paths.map((path, at) => [path, at]));
  const arcs = arcsOf(edges, index);
  const outgoing = new Float64Array(paths.length);
  for (const { from, weight } of arcs) outgoing[from] = (outgoing[from] ?? 0) + weight;
  let ranks = new Float64Array(paths.length).fill(1 / paths.length);
  for (let round = 0; round < rounds; round += 1) {
    const next = new Float64Array(paths.length);
    // A file without dependencies spreads its rank over all files, and each edge does so with the
    // share that it does not pass.
    let common = ranks.reduce((sum, rank, at) => sum + (outgoing[at] === 0 ? rank : 0), 0);
    for (const { from, to, weight, passes } of arcs) {
      const share = ((ranks[from] ?? 0) * weight) / (outgoing[from] ?? 1);
      next[to] = (next[to] ?? 0) + damping * share * passes;
      common += share * (1 - passes);
    }
    const each = (1 - damping + damping * common) / paths.length;
    ranks = next.map((rank) => rank + each);
  }
  return new Map(paths.map((path, at) => [path, ranks[at] ?? 0]));
}

interface Arc {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  /** Share of the rank that reaches the target. */
  readonly passes: number;
}

/** Sorted, because sums of fractions depend on the order of the terms. */
function arcsOf(edges: readonly Edge[], index: ReadonlyMap<string, number>): Arc[] {
  return edges
    .flatMap((edge) => {
      const [from, to] = [index.get(edge.from), index.get(edge.to)];
      if (from === undefined || to === undefined || from === to) return [];
      const weight = edge.confidence * Math.max(1, edge.names.length);
      return [{ from, to, weight, passes: kindWeights[edge.kind] ?? 1 }];
    })
    .sort((a, b) => a.from - b.from || a.to - b.to || a.weight - b.weight || a.passes - b.passes);
}

/** Per file, how much each name is used: the ranks of its users, the average file counting 1. */
function usedNames(
  files: readonly FileStructure[],
  edges: readonly Edge[],
  ranks: ReadonlyMap<string, number>,
): Map<string, Map<string, number>> {
  const used = new Map<string, Map<string, number>>();
  for (const edge of [...edges].sort(
    (a, b) => compareText(a.from, b.from) || compareText(a.to, b.to),
  )) {
    const names = used.get(edge.to) ?? new Map<string, number>();
    used.set(edge.to, names);
    const rank = (ranks.get(edge.from) ?? 0) * files.length;
    const weight = edge.confidence * (kindWeights[edge.kind] ?? 1) * rank;
    for (const name of edge.names) names.set(name, (names.get(name) ?? 0) + weight);
  }
  return used;
}
