/**
 * Java. Types are found by what files declare (package and type), never by their paths; classes of
 * the same package see each other without an import.
 */
import {
  append,
  type Definition,
  factsOf,
  type ImportFact,
  importFact,
  type ParsedFile,
  type ReadFacts,
  softness,
} from '../../facts/facts.ts';
import { nameOf, sharedDepth } from '../../paths.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { type DefinitionParts, definitionOf, docAbove } from '../../syntax/tree.ts';
import { groupsAt, lastBefore, word, wordAt } from '../../syntax/words.ts';
import { facadesOf, fullNames } from '../declared-names.ts';
import {
  emptyResolution,
  type Language,
  type Link,
  type Project,
  type Resolution,
} from '../language.ts';
import { type Inherited, type JavaType, openInherited } from './java-inherited.ts';
import { type Choose, isBuildFile, openModules } from './modules.ts';

export const java: Language = {
  name: 'java',
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-java', read },
  isManifest: isBuildFile,
  openResolver: openJavaResolver,
};

const typeKinds: Readonly<Record<string, string>> = {
  class_declaration: 'class',
  record_declaration: 'class',
  interface_declaration: 'interface',
  annotation_type_declaration: 'interface',
  enum_declaration: 'enum',
};

function read(root: SyntaxNode, text: string): ReadFacts {
  const symbols: Definition[] = [];
  readBody(root, null, symbols);
  const declaration = root.namedChildren.find((node) => node.type === 'package_declaration');
  const scope = declaration?.namedChildren.find((node) => /identifier$/.test(node.type))?.text;
  const imports = root.namedChildren.filter(({ type }) => type === 'import_declaration');
  return factsOf({
    symbols,
    imports: imports.map(readImport),
    scope: scope ?? '',
    uses: readUses(root, text),
  });
}

function readBody(body: SyntaxNode, parent: string | null, into: Definition[]): void {
  const { namedChildren } = body;
  for (const [index, node] of namedChildren.entries()) {
    // A comment has no comment of its own; looking for one above each comment line is slow.
    if (node.type.includes('comment')) continue;
    const doc = docAbove(namedChildren, index);
    const kind = typeKinds[node.type];
    if (kind !== undefined) {
      const name = declaredName(node);
      add(into, { node, name, kind, parent, doc });
      const inner = node.childForFieldName('body');
      if (inner !== null) readBody(inner, name, into);
    } else if (node.type === 'enum_body_declarations') readBody(node, parent, into);
    else if (/^(?:method|constructor|compact_constructor)_declaration$/.test(node.type)) {
      add(into, { node, name: declaredName(node), kind: 'method', parent, doc });
    } else if (node.type === 'field_declaration' || node.type === 'constant_declaration') {
      for (const declarator of node.namedChildren) {
        if (declarator.type !== 'variable_declarator') continue;
        add(into, { node, name: declaredName(declarator), kind: 'field', parent, doc });
      }
    }
  }
}

function declaredName(node: SyntaxNode): string {
  return node.childForFieldName('name')?.text ?? '';
}

function add(into: Definition[], parts: Omit<DefinitionParts, 'exported' | 'body'>): void {
  const { namedChildren } = parts.node;
  const modifiers = namedChildren.find((child) => child.type === 'modifiers')?.text ?? '';
  into.push(definitionOf({ ...parts, exported: !/\bprivate\b/.test(modifiers) }));
}

function readImport(node: SyntaxNode): ImportFact {
  const name = node.namedChildren.find((child) => /identifier$/.test(child.type));
  const star = node.namedChildren.some((child) => child.type === 'asterisk');
  const isStatic = /^import\s+static\b/.test(node.text);
  const specifier = (name?.text ?? '').replaceAll(/\s+/g, '');
  return importFact({ specifier, style: isStatic ? 'static' : 'type', star });
}

/** A package and types in it; in a field access, a name before `(` is a method and no type. */
const qualified = {
  scoped_type_identifier: /[a-z_]\w*(?:\.\w+)*\.[A-Z]\w*(?![\w$])/y,
  field_access: /[a-z_]\w*(?:\.\w+)*\.[A-Z]\w*(?![\w$(])/y,
};
const annotation = new RegExp(`@\\s*(${word}(?:\\.${word})*)`, 'y');
const owner = /\s*(\.|::)/y;

/** Returns simple and dotted names that may be types; only the resolver knows which are. */
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

/** Whether a name is only part of a dotted name, as `B` in `a.B`; the dotted name counts. */
function isInner(root: SyntaxNode, text: string, start: number): boolean {
  const at = lastBefore(text, start);
  if (at === start - 1 && text[at] === '.') return true;
  let before = at;
  while (/[\w$]/.test(text[before] ?? '')) before -= 1;
  // An annotation or a comment may stand after the dot, or the dot may end a comment: ask the tree.
  if (!/[.@)/]/.test(text[before] ?? '')) return false;
  const node = root.descendantForIndex(start);
  const { parent } = node;
  return parent?.type === 'scoped_type_identifier' && parent.namedChildren[0]?.id !== node.id;
}

const samePackageConfidence = 0.95;
const inheritedConfidence = 0.9;
/** For a type that is imported but not used in code, only in documentation. */
const unusedConfidence = 0.6;

interface Types {
  /** Full name of a type, `a.b.C` or nested `a.b.C.D`, to the files that declare it. */
  readonly declares: ReadonlyMap<string, readonly string[]>;
  readonly packages: ReadonlySet<string>;
  readonly inherited: Inherited;
  readonly choose: Choose;
}

interface Work {
  readonly types: Types;
  readonly file: ParsedFile;
  readonly resolution: Resolution;
  /** Links by the file that they lead to. */
  readonly found: Map<string, Link>;
}

/** Kind and confidence of a link, by the way in which its name is visible. */
type Way = Pick<Link, 'kind' | 'confidence'>;

const imported: Way = { kind: 'import', confidence: 1 };

function openJavaResolver(project: Project) {
  const types = readTypes(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const work: Work = { types, file, resolution, found: new Map() };
    const uses = new Set(file.facts.uses);
    for (const { name } of file.facts.symbols) uses.delete(name);
    const stars: string[] = [];
    for (const fact of file.facts.imports) {
      if (fact.star && fact.style === 'type') stars.push(fact.specifier);
      addImport(work, fact, uses);
    }
    for (const name of uses) {
      if (name.includes('.')) addType(work, name, imported);
      else addSimple(work, name, stars);
    }
    resolution.links.push(...work.found.values());
    return resolution;
  };
}

function qualify(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

/** Links a name without a package: of the file's package, else inherited, else by wildcard. */
function addSimple(work: Work, name: string, stars: readonly string[]): void {
  const { types, file } = work;
  const own = qualify(file.facts.scope ?? '', name);
  const samePackage: Way = { kind: 'same-package', confidence: samePackageConfidence };
  if (addType(work, own, samePackage)) return;
  const inherited = types.inherited(file, name);
  if (inherited === null) stars.some((star) => addType(work, `${star}.${name}`, imported));
  else addType(work, inherited, { kind: 'import', confidence: inheritedConfidence });
}

/** Links an import; removes its name from `uses`, as it hides types of the file's package. */
function addImport(work: Work, fact: ImportFact, uses: Set<string>): void {
  const { types, resolution } = work;
  const { specifier } = fact;
  const name = specifier.slice(specifier.lastIndexOf('.') + 1);
  const isUsed = fact.star || fact.style === 'static' || uses.has(name);
  if (!fact.star) uses.delete(name);
  const confidence = isUsed ? 1 : unusedConfidence;
  if (addType(work, specifier, { kind: 'import', confidence })) return;
  const isWhole = fact.star && fact.style === 'type';
  const packageName = packageOf(specifier, isWhole);
  if (!types.packages.has(packageName)) resolution.externals.push(packageName);
  else if (!isWhole) {
    resolution.unresolved.push({ specifier, reason: 'its package does not declare this type' });
  }
}

/** Returns the package of an imported name: the whole name, or the part before the first type. */
function packageOf(specifier: string, isWhole: boolean): string {
  if (isWhole) return specifier;
  const segments = specifier.split('.');
  const upper = segments.findIndex((segment) => /^\p{Lu}/u.test(segment));
  return segments.slice(0, upper < 0 ? -1 : upper).join('.');
}

/** Links the file that declares the longest prefix of a dotted name; false when there is none. */
function addType({ types, file, resolution, found }: Work, dotted: string, way: Way): boolean {
  const segments = dotted.split('.');
  for (let length = segments.length; length > 0; length -= 1) {
    const files = types.declares.get(segments.slice(0, length).join('.'));
    if (files === undefined) continue;
    const to =
      nearest(files, file.path) ?? nearest(types.choose(files, file.path) ?? [], file.path);
    if (to === null) {
      // Where equally near modules declare the same type, either would be a guess.
      const reason = 'several modules declare it';
      if (way.confidence === 1) {
        resolution.unresolved.push({ specifier: dotted, reason });
      }
      return true;
    }
    const names = segments.slice(length - 1, length + 1);
    found.set(to, joined(found.get(to), { to, names, ...way }));
    return true;
  }
  return false;
}

/** Returns a link extended by another name that leads to the same file. */
function joined(
  previous: Link | undefined,
  { to, names, kind, confidence }: Way & { readonly to: string; readonly names: readonly string[] },
): Link {
  const weight = confidence === unusedConfidence ? softness.typeOnly : softness.hard;
  const bindings = names.map((local) => ({ name: local, local }));
  return {
    to,
    kind: previous?.kind === 'import' ? 'import' : kind,
    bindings: [...(previous?.bindings ?? []), ...bindings],
    star: false,
    softness: Math.min(previous?.softness ?? softness.typeOnly, weight),
    confidence: Math.max(previous?.confidence ?? 0, confidence),
  };
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
  addNeighbours(project, declares, packages);
  return { declares, packages, inherited: openInherited(types), choose: openModules(project) };
}

/** Kinds of definitions that are no class in Java's eyes. */
const noClasses: ReadonlySet<string> = new Set(
  'function method field variable constant type module macro'.split(' '),
);

/** Adds the classes that Java has from files of Kotlin and Scala. */
function addNeighbours(
  project: Project,
  declares: Map<string, string[]>,
  packages: Set<string>,
): void {
  for (const file of project.files.values()) {
    if (file.language !== 'kotlin' && file.language !== 'scala') continue;
    if (file.parser === 'none') continue;
    packages.add(file.facts.scope ?? '');
    const classes = fullNames(file).filter(({ definition }) => !noClasses.has(definition.kind));
    for (const full of [...classes.map((each) => each.full), ...facadesOf(file)]) {
      if (declares.get(full)?.includes(file.path) !== true) append(declares, full, file.path);
    }
  }
}
