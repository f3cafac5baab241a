/** What a Rust file says of others: `mod x;`, `use`, `extern crate`, paths in code, macro calls. */
import { addTo, type ImportFact, importFact, softness, sortedMap } from '../facts.ts';
import type { SyntaxNode } from './language.ts';
import { readMacroText, readUseTree } from './rust-uses.ts';

/** The arguments of these macros are code for another crate. */
const quoting = /^(?:quote|quote_spanned|parse_quote|parse_quote_spanned)$/;

/** Attributes of the language; all others are macros. */
const builtinAttributes = new Set(
  'allow cfg cfg_attr deny deprecated derive doc ignore inline link macro_export macro_use must_use no_mangle non_exhaustive path repr rustfmt should_panic test track_caller warn'.split(
    ' ',
  ),
);

export function readImports(root: SyntaxNode): ImportFact[] {
  const calls = root.descendantsOfType('macro_invocation');
  const inCalls = calls.map(readCall);
  return [
    ...root.descendantsOfType('mod_item').flatMap(readModule),
    ...inCalls.flatMap(({ modules }) => modules),
    ...root.descendantsOfType('extern_crate_declaration').map(readExternCrate),
    ...root.descendantsOfType('use_declaration').flatMap(readUse),
    ...inCalls.flatMap(({ uses }) => uses),
    ...distinct([...readPaths(root), ...inCalls.flatMap(({ paths }) => paths)]),
    ...readMacroNames(
      root,
      calls,
      inCalls.flatMap(({ nested }) => nested),
    ),
  ];
}

/** The attributes right above an item, one per line. */
export function attributesOf(node: SyntaxNode): string {
  const lines: string[] = [];
  let above = node.previousNamedSibling;
  while (above?.type === 'attribute_item') {
    lines.push(above.text);
    above = above.previousNamedSibling;
  }
  return lines.join('\n');
}

/** Enclosing inline modules, outermost first. */
function withinOf(node: SyntaxNode): string {
  const names: string[] = [];
  for (let current = node.parent; current !== null; current = current.parent) {
    if (current.type === 'mod_item') names.unshift(current.childForFieldName('name')?.text ?? '');
  }
  return names.join('::');
}

function readModule(node: SyntaxNode): ImportFact[] {
  if (node.childForFieldName('body') !== null) return [];
  const name = (node.childForFieldName('name')?.text ?? '').replace(/^r#/, '');
  const attributes = attributesOf(node);
  const path = /^#\[path\s*=\s*"([^"]+)"/m.exec(attributes)?.[1];
  const specifier = path === undefined ? name : `${name}=${path}`;
  return [moduleFact(specifier, name, attributes.includes('macro_use'), withinOf(node))];
}

/** With `macro_use` a module's macros are in scope for everything after it. */
function moduleFact(specifier: string, local: string, star: boolean, detail: string): ImportFact {
  const bindings = [{ name: '*', local }];
  const weight = softness.declared;
  return importFact({
    specifier,
    style: 'mod',
    bindings,
    star,
    kind: 'declares',
    softness: weight,
    detail,
  });
}

function readExternCrate(node: SyntaxNode): ImportFact {
  const specifier = node.childForFieldName('name')?.text ?? '';
  const local = node.childForFieldName('alias')?.text ?? specifier;
  const star = attributesOf(node).includes('macro_use');
  return importFact({ specifier, style: 'crate', bindings: [{ name: '*', local }], star });
}

function readUse(node: SyntaxNode): ImportFact[] {
  const argument = node.childForFieldName('argument');
  if (argument === null) return [];
  const isPublic = node.namedChildren[0]?.type === 'visibility_modifier';
  return useFacts(argument.text, isPublic, withinOf(node));
}

function useFacts(tree: string, isPublic: boolean, detail: string): ImportFact[] {
  const weight = isPublic ? softness.passedOn : /\btests?\b/.test(detail) ? softness.deferred : 0;
  return readUseTree(tree).map(({ path, local }) =>
    importFact({
      specifier: path.join('::'),
      style: 'use',
      bindings: local === '*' ? [] : [{ name: path.at(-1) ?? '', local }],
      star: local === '*',
      kind: isPublic ? 're-export' : 'import',
      softness: weight,
      detail,
    }),
  );
}

/** Paths in code, such as `crate::a::f()`. */
function readPaths(root: SyntaxNode): ImportFact[] {
  return root.descendantsOfType(['scoped_identifier', 'scoped_type_identifier']).flatMap((node) => {
    const outer = node.parent?.type ?? '';
    if (outer.startsWith('scoped_') || outer.startsWith('use_')) return [];
    const specifier = node.text.replaceAll(/\s+/g, '').replace(/(?:::)?<.*/s, '');
    return pathFact(specifier, withinOf(node));
  });
}

/** `Type::item` needs no module. */
function pathFact(specifier: string, detail: string): ImportFact[] {
  if (!/^[a-z_$][\w:]*::\w+$/.test(specifier)) return [];
  return [importFact({ specifier, style: 'path', detail })];
}

function readCall(call: SyntaxNode) {
  const nothing = { modules: [], uses: [], paths: [], nested: [] };
  if (quoting.test(call.childForFieldName('macro')?.text ?? '')) return nothing;
  const tokens = call.namedChildren.find(({ type }) => type === 'token_tree')?.text ?? '';
  const { modules, uses, paths, calls: nested } = readMacroText(tokens);
  if (modules.length + uses.length + paths.length === 0) return { ...nothing, nested };
  const detail = withinOf(call);
  return {
    modules: modules.map((name) => moduleFact(name, name, false, detail)),
    uses: uses.flatMap(({ tree, isPublic }) => useFacts(tree, isPublic, detail)),
    paths: paths.flatMap((path) => pathFact(path, detail)),
    nested,
  };
}

function distinct(facts: readonly ImportFact[]): ImportFact[] {
  return [...new Map(facts.map((fact) => [`${fact.detail} ${fact.specifier}`, fact])).values()];
}

/** Macros called by their bare name, and attributes that are macros. */
function readMacroNames(
  root: SyntaxNode,
  calls: readonly SyntaxNode[],
  nested: readonly string[],
): ImportFact[] {
  const names = new Set(nested);
  for (const call of calls) {
    const macro = call.childForFieldName('macro');
    if (macro?.type === 'identifier') names.add(macro.text);
  }
  for (const attribute of root.descendantsOfType('attribute')) {
    const [macro] = attribute.namedChildren;
    if (macro?.type === 'identifier' && !builtinAttributes.has(macro.text)) names.add(macro.text);
  }
  return [...names].sort().map((specifier) => importFact({ specifier, style: 'macro' }));
}

/** `a::b::name` counts as `name` through `a::b`, and as `b` through `a`. */
export function readMembers(imports: readonly ImportFact[]): Map<string, string[]> {
  const members = new Map<string, Set<string>>();
  for (const { specifier, style } of imports) {
    if (style !== 'path') continue;
    const segments = specifier.split('::');
    for (let length = 1; length < segments.length; length += 1) {
      addTo(members, segments.slice(0, length).join('.'), segments[length] ?? '');
    }
  }
  return sortedMap(members);
}
