/**
 * The modules that a Ruby file opens, and the constants that it uses. Each constant comes with the
 * modules around it, because Ruby looks it up there first.
 */
import type { SyntaxNode } from '../../syntax/syntax-node.ts';

export interface Scope {
  readonly node: SyntaxNode;
  /** The name as written, e.g. `Foo::Bar`, without a leading `::`. */
  readonly name: string;
  /** The name after the names of the scopes around it. */
  readonly full: string;
  readonly outer: Scope | null;
  readonly superclass: SyntaxNode | null;
  /** Index at which the name starts. */
  readonly nameStart: number;
  /** Index after name and superclass: constants in those are looked up in the outer scope. */
  readonly start: number;
  readonly end: number;
}

/** All `class` and `module` of a file, in source order. */
export function readScopes(root: SyntaxNode): Scope[] {
  const scopes: Scope[] = [];
  let outer: Scope | null = null;
  for (const node of root.descendantsOfType(['class', 'module'])) {
    // The keyword tokens `class` and `module` have the same types.
    const named = node.isNamed ? node.childForFieldName('name') : null;
    if (named === null) continue;
    const superclass = node.childForFieldName('superclass');
    while (outer !== null && outer.end <= named.startIndex) outer = outer.outer;
    const name = named.text.replaceAll(/\s/g, '').replace(/^::/, '');
    const isTop: boolean = outer === null || named.text.startsWith('::');
    const scope: Scope = {
      node,
      name,
      full: isTop ? name : `${outer?.full}::${name}`,
      outer,
      superclass,
      nameStart: named.startIndex,
      start: (superclass ?? named).endIndex,
      end: node.endIndex,
    };
    scopes.push(scope);
    outer = scope;
  }
  return scopes;
}

/** Full names of the modules around a position, innermost first, joined by commas. */
export function nestingAt(scopes: readonly Scope[], index: number): string {
  let low = 0;
  let high = scopes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((scopes[middle]?.nameStart ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  const nesting: string[] = [];
  for (let scope = scopes[low - 1] ?? null; scope !== null; scope = scope.outer) {
    if (scope.start <= index && index < scope.end) nesting.push(scope.full);
  }
  return nesting.join(',');
}

const word = /[\p{Lu}][\p{L}\p{N}_]*/uy;

/** Returns `NESTING CONSTANT` for every path of constants that the file uses, sorted. */
export function readConstants(root: SyntaxNode, text: string, scopes: readonly Scope[]): string[] {
  const names = new Set(scopes.map(({ nameStart }) => nameStart));
  const paths: Path[] = [];
  for (const node of root.descendantsOfType('constant')) {
    const start = node.startIndex;
    word.lastIndex = start;
    const name = word.exec(text)?.[0];
    if (name === undefined) continue;
    const end = start + name.length;
    const isInner = text.startsWith('::', start - 2);
    const last = paths.at(-1);
    if (isInner && last?.end === start - 2) {
      paths[paths.length - 1] = { ...last, names: [...last.names, name], end };
      continue;
    }
    // Only a run can tell what `object::Name` is; `.Name()` is a method.
    const before = text[start - (isInner ? 3 : 1)] ?? '';
    if (isInner ? /[\w)\]}]/.test(before) : before === '.') continue;
    paths.push({ names: [name], start: isInner ? start - 2 : start, end });
  }
  const uses = paths.flatMap((path) => {
    const used = usedPart(path, text, names);
    return used === null ? [] : [`${nestingAt(scopes, path.start)} ${used}`];
  });
  return [...new Set(uses)].sort();
}

interface Path {
  readonly names: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The part of a path that is used: `Integer(x)` calls a method, `NAME = 1` defines a constant. */
function usedPart(path: Path, text: string, names: ReadonlySet<number>): string | null {
  const after = text.slice(path.end, path.end + 8);
  const isOther = /^\(|^\s*(?:\|\|)?=(?![=~>])/.test(after) || names.has(path.start);
  const used = isOther ? path.names.slice(0, -1) : path.names;
  if (used.length === 0) return null;
  return `${text.startsWith('::', path.start) ? '::' : ''}${used.join('::')}`;
}
