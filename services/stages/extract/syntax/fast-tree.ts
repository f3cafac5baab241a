/**
 * Reads the nodes of a tree-sitter tree through the binding's native functions. The binding's own
 * node objects register each node natively so that equal nodes are one object; that costs several
 * times as much as reading them, and no reader needs it. The version of the binding is pinned; a
 * test compares every property with the original.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type Parser from 'tree-sitter';
import type { SyntaxNode } from './syntax-node.ts';

/** Reads the node from the transfer array, and writes the nodes that it answers there. */
type NodeFunction = (tree: Parser.Tree, ...given: unknown[]) => unknown;

interface Binding {
  readonly NodeMethods: Readonly<Record<MethodName, NodeFunction>>;
  /** Replaced by a larger one where results need more room. */
  readonly nodeTransferArray: Uint32Array;
  /** Results that are points. */
  readonly pointTransferArray: Uint32Array;
  readonly getNodeTypeNamesById: (language: unknown) => readonly (string | null)[];
  readonly getNodeFieldNamesById: (language: unknown) => readonly (string | null)[];
}

type MethodName =
  | 'children'
  | 'descendantForIndex'
  | 'childForFieldId'
  | 'descendantsOfType'
  | 'endIndex'
  | 'endPosition'
  | 'hasError'
  | 'isNamed'
  | 'namedChildCount'
  | 'namedChildren'
  | 'parent'
  | 'type'
  | 'previousNamedSibling';

/** Numbers per node in the transfer array: id (2), start byte, row, column in bytes, alias. */
const numbersPerNode = 6;
const errorType = 0xffff;
/** The binding holds texts as UTF-16. */
const bytesPerUnit = 2;

const require = createRequire(import.meta.url);

export type ReadTree = (tree: Parser.Tree, text: string) => SyntaxNode;

/** Opens a reader for the trees of one grammar. */
export function openTreeReader(grammar: unknown): ReadTree {
  const load = require('node-gyp-build') as (folder: string) => Binding;
  const binding = load(dirname(require.resolve('tree-sitter')));
  const names = [...binding.getNodeTypeNamesById(grammar)];
  const fields = new Map(
    binding
      .getNodeFieldNamesById(grammar)
      .flatMap((name, id): [string, number][] => (name === null ? [] : [[name, id]])),
  );
  const words = wordTypes(grammar);
  const habits: Habits = { trees: 0, asked: new Map() };
  return (tree, text) => {
    habits.trees += 1;
    const root = tree.rootNode as unknown as Readonly<Record<number, number>>;
    const numbers = Array.from({ length: numbersPerNode }, (_, index) => root[index] ?? 0);
    const typeId = names.indexOf(tree.rootNode.type);
    const source: Source = {
      binding,
      tree,
      text,
      names,
      fields,
      words,
      habits,
      asked: new Set(),
      found: [],
      root: null,
    };
    source.root = new Node(source, typeId < 0 ? errorType : typeId, numbers, 0, 'root');
    return source.root;
  };
}

interface TypeInfo {
  readonly type: string;
  readonly named: boolean;
  readonly children?: unknown;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Types of nodes without parts that the grammar calls a name. */
function wordTypes(grammar: unknown): Set<string> {
  const { nodeTypeInfo = [] } = grammar as { readonly nodeTypeInfo?: readonly TypeInfo[] };
  const leaves = nodeTypeInfo.filter(
    ({ named, children, fields }) =>
      named && children === undefined && Object.keys(fields ?? {}).length === 0,
  );
  const types = leaves.map(({ type }) => type);
  return new Set(types.filter((type) => /identifier$|^(?:name|constant)$/.test(type)));
}

const plainWord = /[A-Za-z_]\w*/y;

/**
 * The end of a plain word; -1 if the next character may belong to the word in some language
 * (`r#type`, `empty?`, `a$b`, `x_=`, letters beyond ASCII), so that the parser must be asked.
 */
function endOfWord(text: string, start: number): number {
  plainWord.lastIndex = start;
  if (!plainWord.test(text)) return -1;
  const end = plainWord.lastIndex;
  const next = text[end] ?? ' ';
  if (/[\s(),;.[\]{}:]/.test(next)) return end;
  return text[end - 1] === '_' || !/[<>=+\-*/%&|^"]/.test(next) ? -1 : end;
}

interface Source {
  readonly binding: Binding;
  readonly tree: Parser.Tree;
  readonly text: string;
  readonly names: (string | null)[];
  readonly fields: ReadonlyMap<string, number>;
  /** Types of nodes that are a single word, whose end can be seen in the text. */
  readonly words: ReadonlySet<string>;
  readonly habits: Habits;
  /** Types asked of this tree so far. */
  readonly asked: Set<string>;
  /** One per walk through the tree. */
  readonly found: Found[];
  root: Node | null;
}

/** How often readers ask for each type; types that most readers ask for are found in one walk. */
interface Habits {
  trees: number;
  readonly asked: Map<string, number>;
}

/** Nodes of some types in the order of the text, as the binding gives them; objects on demand. */
interface Found {
  readonly types: ReadonlySet<string>;
  /** Whether the root is one of them; it is not in the lists. */
  readonly hasRoot: boolean;
  readonly typeIds: readonly number[];
  readonly numbers: Uint32Array;
  readonly nodes: (Node | undefined)[];
}

class Node implements SyntaxNode {
  readonly #source: Source;
  readonly #typeId: number;
  readonly #idLow: number;
  readonly #idHigh: number;
  readonly #startByte: number;
  readonly #row: number;
  readonly #columnBytes: number;
  readonly #alias: number;
  readonly #isRoot: boolean;
  #outer: Node | null;
  #named: Node[] | null = null;
  #end = -1;
  #endPosition: { readonly row: number; readonly column: number } | null = null;

  /** `outer` is the parent where it is known; where it is null, the binding is asked for it. */
  constructor(
    source: Source,
    typeId: number,
    numbers: ArrayLike<number>,
    offset: number,
    outer: Node | 'root' | null,
  ) {
    this.#source = source;
    this.#typeId = typeId;
    this.#idLow = numbers[offset] ?? 0;
    this.#idHigh = numbers[offset + 1] ?? 0;
    this.#startByte = numbers[offset + 2] ?? 0;
    this.#row = numbers[offset + 3] ?? 0;
    this.#columnBytes = numbers[offset + 4] ?? 0;
    this.#alias = numbers[offset + 5] ?? 0;
    this.#isRoot = outer === 'root';
    this.#outer = outer === 'root' ? null : outer;
  }

  get id(): number {
    return this.#idHigh * 2 ** 32 + this.#idLow;
  }

  get type(): string {
    if (this.#typeId === errorType) return 'ERROR';
    const { names } = this.#source;
    const known = names[this.#typeId];
    if (known !== undefined && known !== null) return known;
    // The binding lists the names of named types only.
    const name = this.#call('type') as string;
    names[this.#typeId] = name;
    return name;
  }

  get startIndex(): number {
    return this.#startByte / bytesPerUnit;
  }

  get endIndex(): number {
    if (this.#end >= 0) return this.#end;
    const { words, text } = this.#source;
    if (words.has(this.type)) this.#end = endOfWord(text, this.startIndex);
    if (this.#end < 0) this.#end = this.#call('endIndex') as number;
    return this.#end;
  }

  get text(): string {
    return this.#source.text.slice(this.startIndex, this.endIndex);
  }

  get lineFrom(): string {
    const { text } = this.#source;
    const end = text.indexOf('\n', this.startIndex);
    return text.slice(this.startIndex, end < 0 ? text.length : end);
  }

  textTo(end: number): string {
    return this.#source.text.slice(this.startIndex, end);
  }

  get startPosition(): { row: number; column: number } {
    return { row: this.#row, column: this.#columnBytes / bytesPerUnit };
  }

  get endPosition(): { readonly row: number; readonly column: number } {
    if (this.#endPosition !== null) return this.#endPosition;
    this.#call('endPosition');
    const [row = 0, column = 0] = this.#source.binding.pointTransferArray;
    this.#endPosition = { row, column };
    return this.#endPosition;
  }

  get hasError(): boolean {
    return this.#call('hasError') as boolean;
  }

  get isNamed(): boolean {
    return this.#call('isNamed') as boolean;
  }

  get namedChildCount(): number {
    return this.#named?.length ?? (this.#call('namedChildCount') as number);
  }

  get namedChildren(): Node[] {
    this.#named ??= this.#nodes(this.#call('namedChildren'), this);
    return this.#named;
  }

  get children(): Node[] {
    return this.#nodes(this.#call('children'), this);
  }

  get parent(): Node | null {
    this.#outer ??= this.#node(this.#call('parent'), null);
    return this.#outer;
  }

  get previousNamedSibling(): Node | null {
    return this.#node(this.#call('previousNamedSibling'), this.#outer);
  }

  childForFieldName(name: string): Node | null {
    const field = this.#source.fields.get(name);
    return field === undefined ? null : this.#node(this.#call('childForFieldId', field), this);
  }

  descendantsOfType(types: string | readonly string[]): Node[] {
    const list = typeof types === 'string' ? [types] : types;
    if (!this.#isRoot) return this.#nodes(this.#call('descendantsOfType', list), null);
    const found = this.#find(list);
    const nodes = this.#indicesOf(found, list).map((index) => this.#nodeAt(found, index));
    if (found.hasRoot && list.includes(this.type)) nodes.unshift(this);
    return nodes;
  }

  startsOfType(types: readonly string[]): number[] {
    const found = this.#find(types);
    const starts = this.#indicesOf(found, types).map(
      (index) => (found.numbers[index * numbersPerNode + 2] ?? 0) / bytesPerUnit,
    );
    return starts.filter((start, index) => start !== starts[index - 1]);
  }

  #find(types: readonly string[]): Found {
    const { binding, habits, asked, found } = this.#source;
    for (const type of types) {
      if (!asked.has(type)) habits.asked.set(type, (habits.asked.get(type) ?? 0) + 1);
      asked.add(type);
    }
    const known = found.find((walk) => types.every((type) => walk.types.has(type)));
    if (known !== undefined) return known;
    const usual = [...habits.asked].filter(([, count]) => count * 2 > habits.trees);
    const all = new Set([...types, ...(found.length === 0 ? usual.map(([type]) => type) : [])]);
    const answer = this.#call('descendantsOfType', [...all]) as unknown[];
    // The root is registered already, so it comes as the binding's own object.
    const typeIds = answer.filter((each) => typeof each === 'number');
    const walk = {
      types: all,
      hasRoot: typeIds.length < answer.length,
      typeIds,
      numbers: binding.nodeTransferArray.slice(0, typeIds.length * numbersPerNode),
      nodes: new Array<Node | undefined>(typeIds.length),
    };
    found.push(walk);
    return walk;
  }

  #indicesOf(found: Found, types: readonly string[]): number[] {
    const wanted = new Map<number, boolean>();
    const indices: number[] = [];
    for (const [index, typeId] of found.typeIds.entries()) {
      if (!wanted.has(typeId)) wanted.set(typeId, types.includes(this.#nodeAt(found, index).type));
      if (wanted.get(typeId) === true) indices.push(index);
    }
    return indices;
  }

  #nodeAt(found: Found, index: number): Node {
    const { typeIds, numbers, nodes } = found;
    nodes[index] ??= new Node(
      this.#source,
      typeIds[index] ?? errorType,
      numbers,
      index * numbersPerNode,
      null,
    );
    return nodes[index];
  }

  descendantForIndex(start: number, end = start): Node {
    return this.#node(this.#call('descendantForIndex', start, end), null) ?? this;
  }

  #call(method: MethodName, ...given: unknown[]): unknown {
    const { binding, tree } = this.#source;
    const numbers = binding.nodeTransferArray;
    numbers[0] = this.#idLow;
    numbers[1] = this.#idHigh;
    numbers[2] = this.#startByte;
    numbers[3] = this.#row;
    numbers[4] = this.#columnBytes;
    numbers[5] = this.#alias;
    return binding.NodeMethods[method](tree, ...given);
  }

  /** What the binding answered: the type of a node that lies in the transfer array. */
  #node(answer: unknown, outer: Node | null): Node | null {
    const { binding } = this.#source;
    if (typeof answer === 'number') {
      return new Node(this.#source, answer, binding.nodeTransferArray, 0, outer);
    }
    // The root is registered already, so it comes back as the binding's own object.
    return answer === null || answer === undefined ? null : this.#source.root;
  }

  #nodes(answer: unknown, outer: Node | null): Node[] {
    const numbers = this.#source.binding.nodeTransferArray;
    let offset = 0;
    return (answer as unknown[]).map((each) => {
      if (typeof each !== 'number') return this.#source.root ?? this;
      const node = new Node(this.#source, each, numbers, offset, outer);
      offset += numbersPerNode;
      return node;
    });
  }
}
