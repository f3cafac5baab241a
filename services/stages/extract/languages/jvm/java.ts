/**
 * Java. Types are found by what files declare (package and type), never by their paths; classes of
 * the same package see each other without an import.
 */
import {
  append,
  type Definition,
  type ImportFact,
  importFact,
  type ParsedFile,
  softness,
} from '../../facts/facts.ts';
import { nameOf, sharedDepth } from '../../paths.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { definitionOf, docAbove } from '../../syntax/tree.ts';
import { groupsAt, lastBefore, word, wordAt } from '../../syntax/words.ts';
import {
  emptyResolution,
  type Language,
  type Link,
  type Project,
  type Resolution,
} from '../language.ts';
import { type Inherited, type JavaType, openInherited } from './java-inherited.ts';

export const java: Language = {
  name: 'java',
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-java', read },
  isManifest: () => false,
  openResolver: openJavaResolver,
};

const typeKinds: Readonly<Record<string, string>> = {
  class_declaration: 'class',
  record_declaration: 'class',
  interface_declaration: 'interface',
  annotation_type_declaration: 'interface',
  enum_declaration: 'enum',
};

function read(root: SyntaxNode, text: string) {
  const symbols: Definition[] = [];
  readBody(root, null, symbols);
  const declaration = root.namedChildren.find((node) => node.type === 'package_declaration');
  const scope = declaration?.namedChildren.find((node) => /identifier$/.test(node.type))?.text;
  return {
    symbols,
    imports: root.namedChildren.filter(({ type }) => type === 'import_declaration').map(readImport),
    scope: scope ?? '',
    uses: readUses(root, text),
    members: new Map<string, string[]>(),
    aliases: new Map<string, string>(),
  };
}

function readBody(body: SyntaxNode, parent: string | null, into: Definition[]): void {
  const { namedChildren } = body;
  for (const [index, node] of namedChildren.entries()) {
    // Not a look at every comment above each line of a comment.
    if (node.type.includes('comment')) continue;
    const doc = docAbove(namedChildren, index);
    const kind = typeKinds[node.type];
    if (kind !== undefined) {
      const name = node.childForFieldName('name')?.text ?? '';
      add(into, node, name, kind, parent, doc);
      const inner = node.childForFieldName('body');
      if (inner !== null) readBody(inner, name, into);
    } else if (node.type === 'enum_body_declarations') readBody(node, parent, into);
    else if (/^(?:method|constructor|compact_constructor)_declaration$/.test(node.type)) {
      add(into, node, node.childForFieldName('name')?.text ?? '', 'method', parent, doc);
    } else if (node.type === 'field_declaration' || node.type === 'constant_declaration') {
      for (const declarator of node.namedChildren) {
        if (declarator.type !== 'variable_declarator') continue;
        add(into, node, declarator.childForFieldName('name')?.text ?? '', 'field', parent, doc);
      }
    }
  }
}

function add(
  into: Definition[],
  node: SyntaxNode,
  name: string,
  kind: string,
  parent: string | null,
  doc: string | null,
): void {
  const modifiers = node.namedChildren.find((child) => child.type === 'modifiers')?.text ?? '';
  const exported = !/\bprivate\b/.test(modifiers);
  into.push(definitionOf({ node, name, kind, parent, doc, exported }));
}

function readImport(node: SyntaxNode): ImportFact {
  const name = node.namedChildren.find((child) => /identifier$/.test(child.type));
  const star = node.namedChildren.some((child) => child.type === 'asterisk');
  const isStatic = /^import\s+static\b/.test(node.text);
  const specifier = (name?.text ?? '').replaceAll(/\s+/g, '');
  return importFact({ specifier, style: isStatic ? 'static' : 'type', star });
}

/** A package and types in it. As a type that is all; before a member, a call is the member's. */
const qualified = {
  scoped_type_identifier: /[a-z_]\w*(?:\.\w+)*\.[A-Z]\w*(?![\w$])/y,
  field_access: /[a-z_]\w*(?:\.\w+)*\.[A-Z]\w*(?![\w$(])/y,
};
const annotation = new RegExp(`@\\s*(${word}(?:\\.${word})*)`, 'y');
const owner = /\s*(\.|::)/y;

/** Type names and dotted type names that the file uses; which are types the resolver knows. */
function readUses(root: SyntaxNode, text: string): string[] {
  const uses = new Set<string>();
  for (const start of root.startsOfType(['type_identifier'])) {
    const name = wordAt(text, start);
    if (!uses.has(name) && !isInner(root, text, start)) uses.add(name);
  }
  for (const [type, pattern] of Object.entries(qualified)) {
    for (const start of root.startsOfType([type])) {
      pattern.lastIndex = start;
      const dotted = pattern.exec(text)?.[0] ?? '';
      for (const { index } of dotted.matchAll(/(?<=\.[A-Z]\w*)(?=\.|$)/g)) {
        uses.add(dotted.slice(0, index));
      }
    }
  }
  const holders = ['method_invocation', 'field_access', 'method_reference'];
  for (const start of root.startsOfType(holders)) {
    const name = wordAt(text, start);
    if (uses.has(name) || !/^\p{Lu}/u.test(name)) continue;
    if (groupsAt(owner, text, start + name.length).length > 0) uses.add(name);
  }
  for (const start of root.startsOfType(['marker_annotation', 'annotation'])) {
    const [name] = groupsAt(annotation, text, start);
    if (name !== undefined) uses.add(name);
  }
  for (const node of root.descendantsOfType('type_parameter')) {
    uses.delete(node.namedChildren.find(({ type }) => type === 'type_identifier')?.text ?? '');
  }
  return [...uses].sort();
}

/** `B` in `a.B`: the whole counts. */
function isInner(root: SyntaxNode, text: string, start: number): boolean {
  const at = lastBefore(text, start);
  if (at === start - 1 && text[at] === '.') return true;
  let before = at;
  while (/[\w$]/.test(text[before] ?? '')) before -= 1;
  // An annotation or a comment may stand in between; a dot further away may end a comment.
  if (!/[.@)/]/.test(text[before] ?? '')) return false;
  const node = root.descendantForIndex(start);
  const { parent } = node;
  return parent?.type === 'scoped_type_identifier' && parent.namedChildren[0]?.id !== node.id;
}

const samePackageConfidence = 0.95;
const inheritedConfidence = 0.9;
/** Imported, but used in documentation only. */
const unusedConfidence = 0.6;

interface Types {
  /** Package and type, e.g. `a.b.C`, to the files that declare it; nested types as `a.b.C.D`. */
  readonly declares: ReadonlyMap<string, readonly string[]>;
  readonly packages: ReadonlySet<string>;
  readonly inherited: Inherited;
}

function openJavaResolver(project: Project) {
  const types = readTypes(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const found = new Map<string, Link>();
    const uses = new Set(file.facts.uses);
    for (const { name } of file.facts.symbols) uses.delete(name);
    const stars: string[] = [];
    for (const fact of file.facts.imports) {
      if (fact.star && fact.style === 'type') stars.push(fact.specifier);
      addImport(types, file, fact, uses, resolution, found);
    }
    for (const name of uses) {
      if (name.includes('.')) addType(types, file, name, 'import', 1, found);
      else addSimple(types, file, name, stars, found);
    }
    resolution.links.push(...found.values());
    return resolution;
  };
}

function qualify(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

/** A name without a package: of the own package, inherited, or from a wildcard. */
function addSimple(
  types: Types,
  file: ParsedFile,
  name: string,
  stars: readonly string[],
  found: Map<string, Link>,
): void {
  const own = qualify(file.facts.scope ?? '', name);
  if (addType(types, file, own, 'same-package', samePackageConfidence, found)) return;
  const inherited = types.inherited(file, name);
  if (inherited !== null) addType(types, file, inherited, 'import', inheritedConfidence, found);
  else stars.some((star) => addType(types, file, `${star}.${name}`, 'import', 1, found));
}

/** What an import brings in hides the package's own types, so its name leaves `uses`. */
function addImport(
  types: Types,
  file: ParsedFile,
  fact: ImportFact,
  uses: Set<string>,
  resolution: Resolution,
  found: Map<string, Link>,
): void {
  const { specifier } = fact;
  const name = specifier.slice(specifier.lastIndexOf('.') + 1);
  const isUsed = fact.star || fact.style === 'static' || uses.has(name);
  if (!fact.star) uses.delete(name);
  if (addType(types, file, specifier, 'import', isUsed ? 1 : unusedConfidence, found)) return;
  const packageName = packageOf(specifier, fact, types);
  if (packageName === null) {
    if (fact.star && fact.style === 'type') return;
    resolution.unresolved.push({ specifier, reason: 'its package does not declare this type' });
  } else resolution.externals.push(packageName);
}

/** The external package of an import; null when the repository declares the package. */
function packageOf(specifier: string, fact: ImportFact, types: Types): string | null {
  const wholePackage = fact.star && fact.style === 'type';
  const segments = specifier.split('.');
  const upper = segments.findIndex((segment) => /^\p{Lu}/u.test(segment));
  const length = wholePackage ? segments.length : upper < 0 ? segments.length - 1 : upper;
  const name = segments.slice(0, length).join('.');
  return types.packages.has(name) ? null : name;
}

/** Links the file that declares the longest prefix of a dotted name; false when there is none. */
function addType(
  types: Types,
  file: ParsedFile,
  dotted: string,
  kind: Link['kind'],
  confidence: number,
  found: Map<string, Link>,
): boolean {
  const segments = dotted.split('.');
  for (let length = segments.length; length > 0; length -= 1) {
    const files = types.declares.get(segments.slice(0, length).join('.'));
    if (files === undefined) continue;
    const to = nearest(files, file.path);
    // The same type in two modules equally far away: either would be a guess.
    if (to === null) return true;
    const name = segments[length - 1] ?? '';
    const member = segments[length];
    const names = member === undefined ? [name] : [name, member];
    const bindings = names.map((local) => ({ name: local, local }));
    const previous = found.get(to);
    found.set(to, {
      to,
      kind: previous?.kind === 'import' ? 'import' : kind,
      bindings: [...(previous?.bindings ?? []), ...bindings],
      star: false,
      softness: Math.min(
        previous?.softness ?? softness.typeOnly,
        confidence === unusedConfidence ? softness.typeOnly : softness.hard,
      ),
      confidence: Math.max(previous?.confidence ?? 0, confidence),
    });
    return true;
  }
  return false;
}

function nearest(files: readonly string[], from: string): string | null {
  const depths = files.map((path) => sharedDepth(path, from));
  const best = Math.max(...depths);
  const closest = files.filter((_, index) => depths[index] === best);
  return closest.length === 1 ? (closest[0] ?? null) : null;
}

function readTypes(project: Project): Types {
  const types = new Map<string, JavaType[]>();
  const packages = new Set<string>();
  for (const file of project.files.values()) {
    if (file.language !== 'java' || file.parser === 'none') continue;
    if (/^(?:package|module)-info\.java$/.test(nameOf(file.path))) continue;
    const scope = file.facts.scope ?? '';
    packages.add(scope);
    const outer = new Map<string, string>();
    for (const definition of file.facts.symbols) {
      const { name, kind, parent } = definition;
      if (kind === 'method' || kind === 'field') continue;
      const full = parent === null ? qualify(scope, name) : `${outer.get(parent) ?? scope}.${name}`;
      outer.set(name, full);
      append(types, full, { full, file, definition });
    }
  }
  const declares = new Map(
    [...types].map(([full, all]) => [full, all.map(({ file }) => file.path)] as const),
  );
  return { declares, packages, inherited: openInherited(types) };
}
