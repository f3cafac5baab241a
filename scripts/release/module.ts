/**
 * One module of the package: its types become spaces, as Node does when it runs the checkout, so
 * that lines and columns stay; and the modules that it names end in `.js`. Texts that only look
 * like names of modules stay: the scorer's primer is such a text.
 */
import { stripTypeScriptTypes } from 'node:module';
import { posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

export interface PlainModule {
  readonly code: string;
  /** Paths of the modules that it names, from the same root as its own. */
  readonly modules: readonly string[];
  /** All texts in quotes: among them the packages that it imports or names, as grammars are. */
  readonly texts: readonly string[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly value?: unknown;
}

export function toPlainModule(path: string, source: string): PlainModule {
  const plain = stripTypeScriptTypes(source, { mode: 'strip' });
  const { program, errors } = parseSync(toPlainPath(path), plain);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const names: Node[] = [];
  const texts: string[] = [];
  const take = (node: Node | null) => {
    if (node?.type === 'Literal' && /^\.{1,2}\/.*\.ts$/.test(String(node.value))) names.push(node);
  };
  new Visitor({
    ImportDeclaration: ({ source: name }) => take(name),
    ExportNamedDeclaration: ({ source: name }) => take(name),
    ExportAllDeclaration: ({ source: name }) => take(name),
    ImportExpression: ({ source: name }) => take(name),
    NewExpression: ({ callee, arguments: [name, base] }) => {
      const isUrl = callee.type === 'Identifier' && callee.name === 'URL';
      if (isUrl && name !== undefined && base?.type === 'MemberExpression') take(name);
    },
    Literal: ({ value }) => {
      if (typeof value === 'string') texts.push(value);
    },
  }).visit(program);
  const modules = names.map(({ value }) => posix.join(posix.dirname(path), String(value)));
  return { code: renamed(plain, names), modules: modules.map(toPlainPath), texts };
}

/** From the last to the first, so that offsets stay right. */
function renamed(code: string, names: readonly Node[]): string {
  const backwards = [...names].sort((left, right) => right.start - left.start);
  let text = code;
  for (const { start, end } of backwards) {
    text =
      text.slice(0, start) + text.slice(start, end).replace(/\.ts(?=.$)/, '.js') + text.slice(end);
  }
  return text;
}

export function toPlainPath(path: string): string {
  return path.replace(/\.ts$/, '.js');
}
