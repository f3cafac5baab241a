/**
 * Resolves names by declaration, for languages whose files state their package: Kotlin, Scala, C#,
 * and Java as these see it. A name leads to the files that declare it in a package that the file
 * sees without a path: its own, an enclosing or an imported one. File paths play no part. Pure.
 */
import { append, type Definition, type ParsedFile } from '../facts/facts.ts';
import { stemOf } from '../paths.ts';

export interface Declared {
  /** Full name, e.g. `a.b.Outer.Inner`, to the files that declare it, in path order. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Every package that holds a declaration, and its parents. */
  readonly packages: ReadonlySet<string>;
  /** Package and name of functions that are called like members of another type, to files. */
  readonly extensions: ReadonlyMap<string, readonly string[]>;
  /** Simple names of members of types: a call by such a name may mean the member, no extension. */
  readonly members: ReadonlySet<string>;
}

export function qualify(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

/** Whether a definition is a package for its members: namespace, nested package, package object. */
export function isPackage({ kind, signature }: Definition): boolean {
  return kind === 'module' && /^(?:package|namespace)\b/.test(signature);
}

/** Whether a definition is an extension: Kotlin `fun T.name`, C# `Name(this T`. */
function isExtension({ name, kind, parent, signature }: Definition): boolean {
  if (kind === 'method') return /\(\s*(?:\[[^\]]*\]\s*)?this /.test(signature);
  if (parent !== null || (kind !== 'function' && kind !== 'variable')) return false;
  return new RegExp(`[\\w>)?]\\.\\s*\`?${RegExp.escape(name)}\\b`).test(signature);
}

export function readDeclared(files: Iterable<ParsedFile>): Declared {
  const declares = new Map<string, string[]>();
  const packages = new Set<string>();
  const extensions = new Map<string, string[]>();
  const members = new Set<string>();
  for (const file of files) {
    addPackage(packages, file.facts.scope ?? '');
    for (const { full, definition } of fullNames(file)) {
      if (isPackage(definition)) addPackage(packages, full);
      // A private definition at the top level of a Kotlin file is private to the file.
      else if (definition.exported || definition.parent !== null || file.language !== 'kotlin') {
        appendOnce(declares, full, file.path);
        if (isExtension(definition)) {
          appendOnce(extensions, extensionName(full, definition), file.path);
        } else if (definition.parent !== null) members.add(definition.name);
      }
    }
    for (const facade of facadesOf(file)) append(declares, facade, file.path);
  }
  return { files: declares, packages, extensions, members };
}

function appendOnce(map: Map<string, string[]>, key: string, path: string): void {
  if (map.get(key)?.at(-1) !== path) append(map, key, path);
}

/** C# finds an extension by the namespace of its class, so the class is left out. */
function extensionName(full: string, { name, parent }: Definition): string {
  if (parent === null) return full;
  return qualify(full.slice(0, -`.${parent}.${name}`.length), name);
}

function addPackage(packages: Set<string>, name: string): void {
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
    packages.add(name.slice(0, end));
  }
  packages.add('');
}

/** Every definition of a file with its full name; parents come before their members. */
export function fullNames(file: ParsedFile): { full: string; definition: Definition }[] {
  const scope = file.facts.scope ?? '';
  const outer = new Map<string, string>();
  return file.facts.symbols.map((definition) => {
    const { name, parent, kind } = definition;
    const full = qualify(parent === null ? scope : (outer.get(parent) ?? scope), name);
    if (kind !== 'method' && kind !== 'field') outer.set(name, full);
    return { full, definition };
  });
}

/** The class in which Java sees a Kotlin file's functions: `@file:JvmName`, or `FileKt`. */
export function facadesOf(file: ParsedFile): string[] {
  if (file.language !== 'kotlin') return [];
  const { symbols, aliases, scope } = file.facts;
  const isLoose = ({ kind, parent }: Definition) =>
    parent === null && (kind === 'function' || kind === 'variable' || kind === 'constant');
  if (!symbols.some(isLoose)) return [];
  const given = [...aliases].find(([, own]) => own === '*')?.[0];
  const stem = stemOf(file.path);
  return [qualify(scope ?? '', given ?? `${stem.charAt(0).toUpperCase()}${stem.slice(1)}Kt`)];
}

/** The names that a file sees without a path. */
export interface Visible {
  /** Imported names to full names; an imported name hides all others. */
  readonly explicit: ReadonlyMap<string, string>;
  /** Packages and types whose members the file sees, by precedence. */
  readonly open: readonly string[];
}

/** The part of a dotted name that is declared. */
export interface Found {
  readonly full: string;
  /** Full name of the top-level definition that holds it. */
  readonly top: string;
  readonly files: readonly string[];
  /** The open package or type in which it was found; null for an import or a full name. */
  readonly scope: string | null;
}

/** Finds the longest declared beginning of a full name. */
export function longestDeclared(declared: Declared, full: string): Found | null {
  for (let end = full.length; end > 0; end = full.lastIndexOf('.', end - 1)) {
    const prefix = full.slice(0, end);
    const files = declared.files.get(prefix);
    // A function may have the name of a package, but it does not hold the members of the package.
    if (files === undefined || (end < full.length && declared.packages.has(prefix))) continue;
    return { full: prefix, top: topOf(declared, prefix), files, scope: null };
  }
  return null;
}

/** Full name of the top-level definition that holds a declared name. */
function topOf(declared: Declared, full: string): string {
  let top = full;
  for (let end = full.lastIndexOf('.'); end > 0; end = full.lastIndexOf('.', end - 1)) {
    const outer = full.slice(0, end);
    if (declared.packages.has(outer) || !declared.files.has(outer)) break;
    top = outer;
  }
  return top;
}

export function simpleName(full: string): string {
  return full.slice(full.lastIndexOf('.') + 1);
}

/** Looks a used name up as the language would; null if the repository does not declare it. */
export function lookUp(declared: Declared, visible: Visible, use: string): Found | null {
  const dot = use.indexOf('.');
  const first = dot < 0 ? use : use.slice(0, dot);
  const rest = dot < 0 ? '' : use.slice(dot);
  const bound = visible.explicit.get(first);
  if (bound !== undefined) return longestDeclared(declared, bound + rest);
  for (const scope of visible.open) {
    const full = qualify(scope, first);
    const isDeclared = declared.files.has(full);
    if (!isDeclared && !declared.packages.has(full)) continue;
    const found = longestDeclared(declared, full + rest);
    // A package of that name decides only if the use names a member of it.
    if (found !== null && (isDeclared || found.full.length > full.length)) {
      return { ...found, scope };
    }
  }
  return rest !== '' && declared.packages.has(first) ? longestDeclared(declared, use) : null;
}

/** Full name of a package or type: relative to an import or open scope, else as written. */
export function absolute(declared: Declared, visible: Visible, name: string): string {
  const first = name.split('.', 1)[0] ?? '';
  const bound = visible.explicit.get(first);
  if (bound !== undefined) return bound + name.slice(first.length);
  for (const scope of visible.open) {
    const full = qualify(scope, first);
    if (declared.files.has(full) || declared.packages.has(full)) return qualify(scope, name);
  }
  return name;
}
