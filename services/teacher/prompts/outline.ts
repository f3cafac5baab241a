/**
 * What a file, or a whole repository, defines, in as much detail as a budget allows: signatures,
 * nesting and first lines of documentation. Never over the budget; what is left out is counted.
 * A bigger budget shows all that a smaller one shows. Pure.
 */
import type { Definition, Edge, FileStructure } from '../../../schemas/generated/types.ts';
import { rankDefinitions } from './importance.ts';

/** The cost of a text in the budget's unit. Two joined texts cost at most their sum. */
export type Cost = (text: string) => number;

/** Tokenizers of language models make 3 to 4 bytes of code a token; 3 stays on the safe side. */
const bytesPerToken = 3;

export const tokenCost: Cost = (text) => Math.ceil(Buffer.byteLength(text) / bytesPerToken);
export const byteCost: Cost = (text) => Buffer.byteLength(text);

/** One file; empty when not even its path and the count of definitions fit. */
export function outlineFile(file: FileStructure, budget: number, cost: Cost): string {
  const entry = openEntry(file);
  const sorted = [...entry.nodes].sort(
    (a, b) =>
      a.depth - b.depth ||
      Number(b.definition.exported) - Number(a.definition.exported) ||
      a.position - b.position,
  );
  return fitEntries([entry], sorted, 0, budget, cost);
}

/** The definitions on which most of the repository depends, under the paths of their files. */
export function mapRepository(
  files: readonly FileStructure[],
  edges: readonly Edge[],
  budget: number,
  cost: Cost,
): string {
  const entries = files.filter((file) => file.symbols.length > 0).map(openEntry);
  const nodes = new Map(
    entries.flatMap((entry) => entry.nodes.map((node) => [node.definition, node] as const)),
  );
  const ranked = rankDefinitions(files, edges).flatMap(({ definition }) => {
    const node = nodes.get(definition);
    return node === undefined ? [] : [node];
  });
  return fitEntries(entries, ranked, files.length - entries.length, budget, cost);
}

interface Entry {
  readonly file: FileStructure;
  readonly nodes: readonly Node[];
}

interface Node {
  readonly entry: Entry;
  readonly definition: Definition;
  readonly position: number;
  readonly outer: Node | null;
  readonly depth: number;
}

/** A definition's parent is the last definition before it with the parent's name. */
function openEntry(file: FileStructure): Entry {
  const nodes: Node[] = [];
  const entry = { file, nodes };
  const byName = new Map<string, Node>();
  for (const [position, definition] of file.symbols.entries()) {
    const outer = definition.parent === null ? null : (byName.get(definition.parent) ?? null);
    const depth = outer === null ? 0 : outer.depth + 1;
    const node = { entry, definition, position, outer, depth };
    nodes.push(node);
    byName.set(definition.name, node);
  }
  return entry;
}

/**
 * Takes definitions in the given order, each with its parents, until one does not fit. It adds up
 * the costs of single lines, so that a larger budget only lengthens the choice, never changes it.
 */
function fitEntries(
  entries: readonly Entry[],
  sequence: readonly Node[],
  bareFiles: number,
  budget: number,
  cost: Cost,
): string {
  const chosen = new Map<Entry, Set<Node>>();
  const filesInAll = entries.length + bareFiles;
  let spent = filesInAll > 1 ? cost(`${moreFiles(filesInAll)}\n`) : 0;
  const take = (node: Node) => {
    const own = chosen.get(node.entry);
    const added: Node[] = [];
    for (let each: Node | null = node; each !== null; each = each.outer) {
      if (own?.has(each) !== true) added.push(each);
    }
    const price = added.reduce((sum, each) => sum + cost(`${lineOf(each)}\n`), 0);
    const total = spent + price + (own === undefined ? headCost(node.entry, cost) : 0);
    if (total > budget) return false;
    spent = total;
    const set = own ?? new Set();
    chosen.set(node.entry, set);
    for (const each of added) set.add(each);
    return true;
  };
  for (const node of sequence) if (!take(node)) break;
  return render(entries, chosen, filesInAll, budget, cost);
}

/** Cost of a file's path and of the line that counts missing definitions. */
function headCost(entry: Entry, cost: Cost): number {
  return cost(`${entry.file.path}\n`) + cost(`${moreDefinitions(entry.nodes.length)}\n`);
}

function render(
  entries: readonly Entry[],
  chosen: ReadonlyMap<Entry, ReadonlySet<Node>>,
  filesInAll: number,
  budget: number,
  cost: Cost,
): string {
  const lines = entries.flatMap((entry) => {
    const own = chosen.get(entry);
    if (own === undefined) return [];
    const shown = entry.nodes.filter((node) => own.has(node)).map(lineOf);
    const hidden = entry.nodes.length - shown.length;
    return [entry.file.path, ...shown, ...(hidden === 0 ? [] : [moreDefinitions(hidden)])];
  });
  const hidden = filesInAll - chosen.size;
  if (hidden > 0) lines.push(remainder(entries, filesInAll, hidden));
  const text = lines.join('\n');
  return cost(text) <= budget ? text : '';
}

/** The line that counts hidden definitions and files. */
function remainder(entries: readonly Entry[], filesInAll: number, hidden: number): string {
  const [only] = entries;
  if (filesInAll > 1 || only === undefined) return moreFiles(hidden);
  const count = only.nodes.length;
  return count === 0 ? only.file.path : `${only.file.path}\n${moreDefinitions(count)}`;
}

function lineOf({ definition, depth }: Node): string {
  const doc = definition.doc === null ? '' : `  // ${definition.doc}`;
  return `${'  '.repeat(depth + 1)}${definition.signature}${doc}`;
}

function moreDefinitions(count: number): string {
  return `  … ${count} more ${count === 1 ? 'definition' : 'definitions'}`;
}

function moreFiles(count: number): string {
  return `… ${count} more ${count === 1 ? 'file' : 'files'}`;
}
