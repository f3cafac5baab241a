/** Reads the files that a Ruby file loads and the modules that it mixes in. */
import { type ImportFact, importFact, softness } from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { ancestorOf } from '../../syntax/tree.ts';
import { nestingAt, type Scope } from './names.ts';
import { pathOf } from './path.ts';

const loading = 'require|require_relative|require_dependency|load|autoload|include|prepend';
const loadPaths = String.raw`\$(?:LOAD_PATH|:)(?!\w)`;
const interesting = new RegExp(String.raw`(?<![.\w@$:])(?:${loading})\b(?!:)|${loadPaths}`, 'g');

/**
 * Returns the loads of a file, and with style `ancestor` its superclasses and mixed-in modules:
 * a class sees the constants of these.
 */
export function readRequires(
  root: SyntaxNode,
  text: string,
  scopes: readonly Scope[],
): ImportFact[] {
  const facts = scopes.flatMap(({ superclass, full }) => {
    const path = superclass?.namedChildren[0];
    return path === undefined ? [] : ancestor(path, full, nestingAt(scopes, path.startIndex));
  });
  for (const { index } of text.matchAll(interesting)) {
    const node = root.descendantForIndex(index);
    const call = node.parent;
    // A word in a comment or a string is no call.
    if (call?.type !== 'call' && call?.type !== 'binary') continue;
    if (node.type === 'global_variable') facts.push(...loadPath(call));
    else if (node.type === 'identifier') {
      const values = call.childForFieldName('arguments')?.namedChildren ?? [];
      facts.push(...readCall(node.text, call, values, scopes));
    }
  }
  return facts;
}

const methods = new Set(['method', 'singleton_method', 'lambda']);

function readCall(
  method: string,
  call: SyntaxNode,
  values: readonly SyntaxNode[],
  scopes: readonly Scope[],
): ImportFact[] {
  const nesting = nestingAt(scopes, call.startIndex);
  const [full = ''] = nesting.split(',', 1);
  if (method === 'include' || method === 'prepend') {
    return values.flatMap((value) => ancestor(value, full, nesting));
  }
  const [first, second] = values;
  if (first === undefined) return [];
  if (method === 'autoload') return second === undefined ? [] : autoload(first, second, full);
  const { specifier, detail } = pathOf(first);
  const weight = ancestorOf(call, methods) === null ? softness.hard : softness.deferred;
  const style = method === 'require_dependency' ? 'require' : method;
  return [importFact({ specifier, style, detail, softness: weight })];
}

function autoload(name: SyntaxNode, path: SyntaxNode, full: string): ImportFact[] {
  const own = name.text.replace(/^:["']?|["']$/g, '');
  if (name.type !== 'simple_symbol') return [];
  const { specifier, detail } = pathOf(path);
  return [
    importFact({
      specifier,
      style: detail === '' ? `autoload ${full === '' ? own : `${full}::${own}`}` : 'require',
      detail,
      kind: 're-export',
      softness: softness.passedOn,
      bindings: [{ name: own, local: own }],
    }),
  ];
}

function ancestor(path: SyntaxNode, full: string, nesting: string): ImportFact[] {
  if (path.type !== 'constant' && path.type !== 'scope_resolution') return [];
  return [importFact({ specifier: path.text, style: 'ancestor', detail: `${full} ${nesting}` })];
}

/** `$LOAD_PATH.unshift File.expand_path('../lib', __dir__)`, but not `$: << 'lib'`. */
function loadPath(call: SyntaxNode): ImportFact[] {
  const values = call.childForFieldName('arguments')?.namedChildren ?? [
    call.childForFieldName('right'),
  ];
  return values.flatMap((value) => {
    if (value === null) return [];
    const { specifier, detail } = pathOf(value);
    return detail === 'own' ? [importFact({ specifier, style: 'load_path', detail })] : [];
  });
}
