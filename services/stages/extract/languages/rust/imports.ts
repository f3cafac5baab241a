/** How a Rust file names others: `mod x;`, `use`, `extern crate`, paths in code, macro calls. */
import { addTo, type ImportFact, importFact, softness, sortedMap } from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { isUsual, modulePaths } from './cfg.ts';
import { readMacroText, readUseTree } from './uses.ts';

/** The arguments of these macros are code for another crate. */
const quoting = /^(?:quote|quote_spanned|parse_quote|parse_quote_spanned)$/;

/** Attributes that the language defines; all others count as macros. */
const builtinAttributes = new Set(
  'allow cfg cfg_attr deny deprecated derive doc ignore inline link macro_export macro_use must_use no_mangle non_exhaustive path repr rustfmt should_panic test track_caller warn'.split(
    ' ',
  ),
);

/**
 * Patterns find candidates in the text, and the tree is asked about each of them. This costs less
 * than one walk through the tree.
 */
export function readImports(root: SyntaxNode, text: string): ImportFact[] {
  const modules = nodesAt(root, text, /\bmod\s/g, 'mod_item');
  const declarations = nodesAt(root, text, /\buse\b/g, 'use_declaration');
  const crates = nodesAt(root, text, /\bextern\s+crate\b/g, 'extern_crate_declaration');
  const calls = readMacroCalls(root, text);
  const withinOf = openModules(modules);
  const inCalls = calls.map((call) => readCall(call, withinOf));
  return [
    ...modules.flatMap((node) => readModule(node, withinOf)),
    ...inCalls.flatMap(({ modules }) => modules),
    ...calls.flatMap((call) => readFiles(call, withinOf)),
    ...crates.map(readExternCrate),
    ...declarations.flatMap((node) => readUse(node, withinOf)),
    ...inCalls.flatMap(({ uses }) => uses),
    ...distinct([
      ...readPaths(root, text, isElsewhere(declarations, calls), withinOf),
      ...inCalls.flatMap(({ paths }) => paths),
    ]),
    ...readMacroNames(
      root,
      text,
      calls,
      inCalls.flatMap(({ nested }) => nested),
    ),
  ];
}

/** Nodes of a type that begin with a keyword, or with a modifier such as `pub` before it. */
function nodesAt(root: SyntaxNode, text: string, keyword: RegExp, type: string): SyntaxNode[] {
  return [...text.matchAll(keyword)].flatMap(({ 0: found, index }) => {
    const node = root.descendantForIndex(index, index + found.length + 1);
    return node.type === type ? [node] : [];
  });
}

interface MacroCall {
  /** Name of the macro as written, with its path. */
  readonly macro: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly tokens: string;
}

// The lookbehind comes last because it is slow: it runs only where the rest has matched.
const callOpening = /!\s*[({[](?<=[\w\u0080-\uffff]\s*!\s*[({[])/g;

/** Macro calls, except for calls in the arguments of another: the tree has only tokens there. */
function readMacroCalls(root: SyntaxNode, text: string): MacroCall[] {
  const calls: MacroCall[] = [];
  let end = 0;
  for (const { index, 0: open } of text.matchAll(callOpening)) {
    if (index < end) continue;
    const node = root.descendantForIndex(index, index + open.length);
    if (node.type !== 'macro_invocation') continue;
    const { startIndex, endIndex } = node;
    end = endIndex;
    const macro = text.slice(startIndex, index).trim();
    const tokens = text.slice(index + open.length - 1, end);
    calls.push({ macro, startIndex, endIndex, tokens });
  }
  return calls;
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

/** Compares positions with spans of modules: asking each node for its parents costs far more. */
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

/** Styles of declarations that exist only in builds other than the usual one. */
export const unusual = { mod: 'mod?', use: 'use?' } as const;

export function isModule({ style }: ImportFact): boolean {
  return style === 'mod' || style === unusual.mod;
}

export function isUse({ style }: ImportFact): boolean {
  return style === 'use' || style === unusual.use;
}

/** Whether only builds other than the usual one have a declaration. */
export function isUnusual({ style }: ImportFact): boolean {
  return style === unusual.mod || style === unusual.use;
}

/** Sorts declarations: those of the usual build come first. */
export function usualFirst(facts: readonly ImportFact[]): ImportFact[] {
  return [...facts.filter((fact) => !isUnusual(fact)), ...facts.filter(isUnusual)];
}

function readModule(node: SyntaxNode, withinOf: WithinOf): ImportFact[] {
  if (node.childForFieldName('body') !== null) return [];
  const name = (node.childForFieldName('name')?.text ?? '').replace(/^r#/, '');
  const attributes = attributesOf(node);
  const isOpen = attributes.includes('macro_use');
  return modulePaths(attributes).map(({ path, isUsual }) => {
    const specifier = path === null ? name : `${name}=${path}`;
    const fact = moduleFact(specifier, name, isOpen, withinOf(node));
    return isUsual ? fact : { ...fact, style: unusual.mod };
  });
}

/** `star` is for `#[macro_use]`: the module's macros are in scope for everything after it. */
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
  const facts = useFacts(argument.text, isPublic, withinOf(node));
  // Few declarations have attributes, and reading attributes is slow.
  const isPlain = node.previousNamedSibling?.type !== 'attribute_item';
  if (isPlain || isUsual(attributesOf(node))) return facts;
  return facts.map((fact) => ({ ...fact, style: unusual.use }));
}

function useFacts(tree: string, isPublic: boolean, detail: string): ImportFact[] {
  const own = /\btests?\b/.test(detail) ? softness.deferred : softness.hard;
  const weight = isPublic ? softness.passedOn : own;
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
/** Matches the `::` after the first name of a path. */
const pathOpening = /::(?<=(?<![\w$]|::\s*)([a-z_]\w*)\s*::)/g;
const pathTypes = new Set(['scoped_identifier', 'scoped_type_identifier']);

/** Paths in code, such as `crate::a::f()`, once each. All nodes of a path begin where it begins. */
function readPaths(
  root: SyntaxNode,
  text: string,
  isRead: (at: number) => boolean,
  withinOf: WithinOf,
): ImportFact[] {
  const seen = new Set<string>();
  return [...text.matchAll(pathOpening)].flatMap(({ 1: first = '', index }) => {
    const startIndex = text.lastIndexOf(first, index - first.length);
    path.lastIndex = startIndex;
    const written = path.exec(text)?.[0];
    // Paths with raw names or letters beyond ASCII are left out: only the parser knows their end.
    if (written === undefined || /[#\u0080-\uffff]/.test(text[path.lastIndex] ?? '')) return [];
    if (isRead(startIndex)) return [];
    const detail = withinOf({ startIndex });
    const specifier = written.replaceAll(/\s+/g, '');
    const key = `${detail} ${specifier}`;
    if (seen.has(key)) return [];
    const node = root.descendantForIndex(startIndex, index + 2);
    if (!pathTypes.has(node.type) || node.startIndex !== startIndex) return [];
    seen.add(key);
    return pathFact(specifier, detail);
  });
}

/** Whether a position is in a `use` or a macro call, read elsewhere. Positions must ascend. */
function isElsewhere(
  declarations: readonly SyntaxNode[],
  calls: readonly MacroCall[],
): (at: number) => boolean {
  // Only the argument counts: a path in a visibility, such as `pub(in crate::a)`, is in no `use`.
  const isUsed = openSpans(
    declarations.flatMap((node) => node.childForFieldName('argument') ?? []),
  );
  const isToken = openSpans(
    calls.map(({ endIndex, tokens }) => ({ startIndex: endIndex - tokens.length, endIndex })),
  );
  return (at) => isUsed(at) || isToken(at);
}

/** Whether a position is in one of the spans. Positions must ascend. */
function openSpans(
  spans: readonly { readonly startIndex: number; readonly endIndex: number }[],
): (at: number) => boolean {
  let next = 0;
  return (at) => {
    while ((spans[next]?.endIndex ?? at + 1) <= at) next += 1;
    return (spans[next]?.startIndex ?? at + 1) <= at;
  };
}

/** The fact for a path; none for `Type::item`, which names no module. */
function pathFact(specifier: string, detail: string): ImportFact[] {
  if (!/^[a-z_$][\w:]*::\w+$/.test(specifier)) return [];
  return [importFact({ specifier, style: 'path', detail })];
}

/** Reads `include!("x.rs")`, and `automod::dir!("tests/all")`, which declares all files there. */
function readFiles(call: MacroCall, withinOf: WithinOf): ImportFact[] {
  const style = /^(?:std::|core::)?include$/.test(call.macro) ? 'include' : 'folder';
  if (style === 'folder' && !/^automod::dir$/.test(call.macro)) return [];
  const specifier = /^[({[]\s*(?:pub(?:\([^)]*\))?\s+)?"([^"]+)"/.exec(call.tokens)?.[1];
  if (specifier === undefined) return [];
  const kind = style === 'include' ? 'include' : 'declares';
  const detail = withinOf(call);
  return [importFact({ specifier, style, kind, detail, softness: softness.declared })];
}

function readCall(call: MacroCall, withinOf: WithinOf) {
  const nothing = { modules: [], uses: [], paths: [], nested: [] };
  if (quoting.test(call.macro)) return nothing;
  const { modules, uses, paths, calls: nested } = readMacroText(call.tokens);
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

/** Type of the node in which an attribute stands. */
function holderOf(attribute: SyntaxNode): string {
  return attribute.parent?.parent?.type ?? '';
}

const plainName = /^(?:r#)?[\w\u0080-\uffff]+$/;

/** Macros called by their bare name, and attributes that are macros. */
function readMacroNames(
  root: SyntaxNode,
  text: string,
  calls: readonly MacroCall[],
  nested: readonly string[],
): ImportFact[] {
  const names = new Set(nested);
  for (const { macro } of calls) if (plainName.test(macro)) names.add(macro);
  for (const { 0: opening, 1: name = '', index } of text.matchAll(/#!?\[\s*(\w+)/g)) {
    if (builtinAttributes.has(name) || names.has(name)) continue;
    const macro = root.descendantForIndex(index + opening.length - name.length);
    const attribute = macro.type === 'identifier' ? macro.parent : null;
    if (attribute?.type !== 'attribute') continue;
    // An attribute on a part of an item, such as a field, is a note for the item's own macro.
    if (!/^(?:field|ordered|enum_variant|param|match|type_param)/.test(holderOf(attribute))) {
      names.add(name);
    }
  }
  return [...names].sort().map((specifier) => importFact({ specifier, style: 'macro' }));
}

/** The names used through each path: `a::b::name` uses `name` of `a::b`, and `b` of `a`. */
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
