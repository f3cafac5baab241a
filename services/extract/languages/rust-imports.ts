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

export function readImports(root: SyntaxNode, text: string): ImportFact[] {
  const modules = root.descendantsOfType('mod_item');
  const declarations = root.descendantsOfType('use_declaration');
  const calls = root.descendantsOfType('macro_invocation');
  const withinOf = openModules(modules);
  const inCalls = calls.map((call) => readCall(call, withinOf));
  return [
    ...modules.flatMap((node) => readModule(node, withinOf)),
    ...inCalls.flatMap(({ modules }) => modules),
    ...root.descendantsOfType('extern_crate_declaration').map(readExternCrate),
    ...declarations.flatMap((node) => readUse(node, withinOf)),
    ...inCalls.flatMap(({ uses }) => uses),
    ...distinct([
      ...readPaths(root, text, declarations, withinOf),
      ...inCalls.flatMap(({ paths }) => paths),
    ]),
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

/** The inline modules around a node, outermost first, as `a::b`. */
type WithinOf = (node: { readonly startIndex: number }) => string;

/** By where modules begin and end: asking every node for its parents costs far more. */
function openModules(modules: readonly SyntaxNode[]): WithinOf {
  const inline = modules.filter((node) => node.childForFieldName('body') !== null);
  const spans = inline.map((node) => ({
    name: node.childForFieldName('name')?.text ?? '',
    start: node.startIndex,
    end: node.endIndex,
  }));
  return ({ startIndex: at }) =>
    spans
      .filter(({ start, end }) => start < at && at < end)
      .map(({ name }) => name)
      .join('::');
}

function readModule(node: SyntaxNode, withinOf: WithinOf): ImportFact[] {
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

function readUse(node: SyntaxNode, withinOf: WithinOf): ImportFact[] {
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

const path = /[a-z_]\w*(?:\s*::\s*\w+)+/y;

/** Paths in code, such as `crate::a::f()`. Parts of a path begin where it does. */
function readPaths(
  root: SyntaxNode,
  text: string,
  declarations: readonly SyntaxNode[],
  withinOf: WithinOf,
): ImportFact[] {
  const isUsed = openSpans(declarations);
  const starts = root.startsOfType(['scoped_identifier', 'scoped_type_identifier']);
  return starts.flatMap((startIndex) => {
    path.lastIndex = startIndex;
    const written = path.exec(text)?.[0];
    // Of a raw name or letters beyond ASCII only the parser knows the end.
    if (written === undefined || /[#\u0080-\uffff]/.test(text[path.lastIndex] ?? '')) return [];
    if (isUsed(startIndex)) return [];
    return pathFact(written.replaceAll(/\s+/g, ''), withinOf({ startIndex }));
  });
}

/** Whether a place is in what one of the declarations uses; places come in ascending order. */
function openSpans(declarations: readonly SyntaxNode[]): (at: number) => boolean {
  // A visibility, such as `pub(in crate::a)`, stands before it.
  const used = declarations.flatMap((node) => node.childForFieldName('argument') ?? []);
  let next = 0;
  return (at) => {
    while ((used[next]?.endIndex ?? at + 1) <= at) next += 1;
    return (used[next]?.startIndex ?? at + 1) <= at;
  };
}

/** `Type::item` needs no module. */
function pathFact(specifier: string, detail: string): ImportFact[] {
  if (!/^[a-z_$][\w:]*::\w+$/.test(specifier)) return [];
  return [importFact({ specifier, style: 'path', detail })];
}

function readCall(call: SyntaxNode, withinOf: WithinOf) {
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
