/** The ESTree that oxc (for Flow, Babel) returns, as loosely typed nodes, and a walk through it. */

export interface EsNode {
  readonly type: string;
  /** Offset in UTF-16 code units, like `end`. */
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface OxcResult {
  readonly program: EsNode;
  readonly comments: readonly {
    readonly type: 'Line' | 'Block';
    readonly value: string;
    readonly start: number;
    readonly end: number;
  }[];
}

export function isNode(value: unknown): value is EsNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

export function nodeAt(node: EsNode, key: string): EsNode | null {
  const value = node[key];
  return isNode(value) ? value : null;
}

export function nodesAt(node: EsNode, key: string): EsNode[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function stringAt(node: EsNode | null, key: string): string | null {
  const value = node?.[key];
  return typeof value === 'string' ? value : null;
}

/** Returns the name of an identifier, or the text of a string literal used as a name. */
export function nameAt(node: EsNode, key: string): string | null {
  const name = nodeAt(node, key);
  return stringAt(name, 'name') ?? stringAt(name, 'value');
}

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

export function isFunction(node: EsNode | null): boolean {
  return node !== null && functions.has(node.type);
}

/** Visits every node; without recursion, because expressions may be nested thousands deep. */
export function walk(
  root: EsNode,
  visit: (node: EsNode, inFunction: boolean, parent: EsNode | null) => void,
): void {
  const stack: [node: EsNode, inFunction: boolean, parent: EsNode | null][] = [[root, false, null]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [node, inFunction, parent] = next;
    visit(node, inFunction, parent);
    const inner = inFunction || isFunction(node);
    for (const key in node) {
      const value = node[key];
      if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) stack.push([item, inner, node]);
      } else if (isNode(value)) stack.push([value, inner, node]);
    }
  }
}

/** Returns a function from an offset to its line, from 1: binary search over the line starts. */
export function openLines(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
