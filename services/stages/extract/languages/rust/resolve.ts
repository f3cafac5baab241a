/**
 * Resolves Rust paths through the module tree of the file's crate, or into a library of the
 * repository that its Cargo.toml names by path. Targets are the deepest module on the path and the
 * file that defines the item. Pure.
 */
import type { Binding, ImportFact, ParsedFile } from '../../facts/facts.ts';
import { folderOf, joinPath } from '../../paths.ts';
import { emptyResolution, linkOf, type Project, type Resolution } from '../language.ts';
import { type Crate, filesIn, type Place, readCrates } from './crates.ts';
import { isModule, isUnusual, isUse } from './imports.ts';
import { type Names, openNames } from './names.ts';
import { joined } from './paths.ts';

const macroConfidence = 0.9;
/** Of a file that only builds other than the usual one take. */
const variantConfidence = 0.8;
/** Of a definer that is reached only through re-exports. */
const passedOnConfidence = 0.9;

export function openRustResolver(project: Project) {
  const places = readCrates(project);
  const names = openNames(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const place = places.get(file.path);
    for (const fact of file.facts.imports) {
      if (place !== undefined) addFact({ project, names, file, place, resolution }, fact);
      else if (isUse(fact)) addExternal(fact.specifier, resolution);
    }
    return resolution;
  };
}

interface Work {
  readonly project: Project;
  readonly names: Names;
  readonly file: ParsedFile;
  readonly place: Place;
  readonly resolution: Resolution;
}

function addFact(work: Work, fact: ImportFact): void {
  if (isModule(fact)) addModule(work, fact);
  else if (fact.style === 'crate') addCrate(work, fact);
  else if (fact.style === 'macro') addMacro(work, fact);
  else if (fact.style === 'folder' || fact.style === 'include') addFiles(work, fact);
  else addPath(work, fact);
}

function addModule({ place, resolution, file }: Work, fact: ImportFact): void {
  const [name = ''] = fact.specifier.split('=', 1);
  const module = joined(place.module, fact.detail, name);
  const { modules, variants } = place.crate;
  const to = modules.get(module);
  if (to === undefined) {
    // The file may be generated in the other build that has this module.
    if (!isUnusual(fact)) {
      resolution.unresolved.push({ specifier: `mod ${name}`, reason: 'no file for this module' });
    }
    return;
  }
  if (to !== file.path) resolution.links.push(linkOf(fact, to, { star: false }));
  for (const path of variants.get(module) ?? []) {
    resolution.links.push(linkOf(fact, path, { star: false, confidence: variantConfidence }));
  }
}

/** Links the file that an `include!` names, or the files of a folder that a macro walks. */
function addFiles({ project, place, file, resolution }: Work, fact: ImportFact): void {
  const { specifier, style } = fact;
  if (style === 'folder') {
    const folder = place.crate.package;
    for (const to of filesIn(project, { folder }, specifier)) {
      if (to !== file.path) resolution.links.push(linkOf(fact, to));
    }
    return;
  }
  const to = joinPath(folderOf(file.path), specifier);
  if (to !== null && project.files.get(to)?.language === 'rust') {
    resolution.links.push(linkOf(fact, to, { star: true }));
  }
}

/** `extern crate x;` */
function addCrate({ place, resolution }: Work, fact: ImportFact): void {
  const library = place.crate.libraries.get(fact.specifier);
  if (library !== undefined) resolution.links.push(linkOf(fact, library.root, { star: false }));
  else if (fact.specifier !== 'self') resolution.externals.push(fact.specifier);
}

/**
 * Links the definer of a macro that is called without a path: a module above the file, a module
 * with `#[macro_use]`, or a library that the crate's root marks so. The file's own needs no link.
 */
function addMacro({ project, file, place, resolution }: Work, fact: ImportFact): void {
  const all = place.crate.macros.get(fact.specifier) ?? [];
  if (all.some(({ path }) => path === file.path)) return;
  const seen = all.filter(
    ({ module, open }) =>
      open || `${place.module}::`.startsWith(module === '' ? '' : `${module}::`),
  );
  const to = seen.length === 0 ? macroOfLibrary(project, place.crate, fact) : seen[0]?.path;
  if (to === undefined || seen.length > 1) return;
  const bindings = [{ name: fact.specifier, local: fact.specifier }];
  resolution.links.push(linkOf(fact, to, { bindings, confidence: macroConfidence }));
}

/** The file that defines or re-exports a macro, in a library of a `#[macro_use] extern crate`. */
function macroOfLibrary(project: Project, crate: Crate, { specifier }: ImportFact) {
  for (const fact of project.files.get(crate.root)?.facts.imports ?? []) {
    const library = fact.style === 'crate' ? crate.libraries.get(fact.specifier) : undefined;
    if (library === undefined || !fact.star) continue;
    const [definition, ...others] = library.macros.get(specifier) ?? [];
    if (definition !== undefined && others.length === 0) return definition.path;
    const passed = project.files.get(library.root)?.facts.imports ?? [];
    const passesOn = passed.some(({ bindings }) =>
      bindings.some(({ local }) => local === specifier),
    );
    if (passesOn) return library.root;
  }
  return undefined;
}

function addPath(work: Work, fact: ImportFact): void {
  const { project, file, place, resolution } = work;
  const start = startOf(project, file, place, fact);
  if (start !== null) addTarget(work, fact, start, 0);
  const isDefined = addDefiner(work, fact);
  if (!isUse(fact)) return;
  if (isDefined === null) {
    const reason = 'its name has too many ways through other modules';
    resolution.unresolved.push({ specifier: fact.specifier, reason });
  } else if (start === null && !isDefined) addExternal(fact.specifier, resolution);
}

/** Links the files that define the meanings of a path; false if it has none, null if unknown. */
function addDefiner({ names, file, place, resolution }: Work, fact: ImportFact): boolean | null {
  const scope = names.scopeOf(place, file, fact.detail);
  const meanings = names.meaningsOf(scope, fact.specifier.split('::'));
  if (meanings === null) return null;
  const [binding] = fact.bindings;
  for (const [index, meaning] of meanings.entries()) {
    const to = meaning.kind === 'item' ? meaning.path : meaning.scope.path;
    const isKnown = resolution.links.some((link) => link.to === to) && !fact.star;
    if (to === file.path || isKnown) continue;
    const name = meaning.kind === 'item' ? meaning.name : '*';
    const bindings = fact.star ? [] : [{ name, local: binding?.local ?? name }];
    const star = fact.star && meaning.kind === 'module';
    const confidence = index === 0 ? passedOnConfidence : variantConfidence;
    resolution.links.push(linkOf(fact, to, { bindings, star, confidence }));
  }
  return meanings.length > 0;
}

/** A chain of modules that re-export modules is followed no further than this. */
const aliasesMax = 8;

/** The place to which a path leads, as segments from a crate's root. */
interface Target {
  readonly crate: Crate;
  readonly segments: readonly string[];
}

function addTarget(work: Work, fact: ImportFact, { crate, segments }: Target, depth: number): void {
  const { project, resolution } = work;
  const length = deepest(crate, segments);
  const module = segments.slice(0, length).join('::');
  const to = crate.modules.get(module);
  const name = segments[length];
  if (to === undefined) return;
  const definer = name === undefined ? undefined : macroFile(project, crate, to, name);
  resolution.links.push(
    linkOf(fact, definer ?? to, {
      bindings: bindingsOf(fact, name),
      // `use a::Enum::*` brings in variants, which are no top-level names of the file.
      star: fact.star && name === undefined,
    }),
  );
  for (const path of crate.variants.get(module) ?? []) {
    const bindings = bindingsOf(fact, name);
    resolution.links.push(linkOf(fact, path, { bindings, confidence: variantConfidence }));
  }
  const rest = segments.slice(length + 1);
  if (name === undefined || (rest.length === 0 && !fact.star) || depth >= aliasesMax) return;
  const behind = moduleBehind(project, { crate, module }, to, name);
  if (behind === null) return;
  const target = { crate: behind.crate, segments: [...behind.segments, ...rest] };
  addTarget(work, fact, target, depth + 1);
}

/** The module to which a file gives a name: with `use a::b as name`, `name::x` is `a::b::x`. */
function moduleBehind(project: Project, place: Place, path: string, name: string): Target | null {
  const file = project.files.get(path);
  const fact = file?.facts.imports.find(
    (each) => isUse(each) && each.detail === '' && each.bindings[0]?.local === name,
  );
  if (file === undefined || fact === undefined) return null;
  const target = startOf(project, file, place, fact);
  const isModule = target?.crate.modules.has(target.segments.join('::')) === true;
  return isModule ? target : null;
}

function bindingsOf(fact: ImportFact, name: string | undefined): Binding[] {
  const [binding] = fact.bindings;
  if (name === undefined) return binding === undefined ? [] : [{ name: '*', local: binding.local }];
  // `a::Enum::Variant` binds the variant, but the name that it uses of the file is the enum's.
  const isLast = binding?.name === name;
  return [{ name, local: isLast ? binding.local : name }];
}

/** The file of an exported macro: its path is that of the crate root, wherever it is defined. */
function macroFile(project: Project, crate: Crate, to: string, name: string): string | undefined {
  const files = crate.macros.get(name) ?? [];
  const own = project.files.get(to)?.facts.symbols.some((symbol) => symbol.name === name) === true;
  return to === crate.root && !own && files.length === 1 ? files[0]?.path : undefined;
}

/** The crate in which a path starts, and its segments from the root; null when external. */
function startOf(
  project: Project,
  file: ParsedFile,
  place: Place,
  fact: ImportFact,
): Target | null {
  const { crate } = place;
  const here = joined(place.module, fact.detail).split('::').filter(Boolean);
  const [first = '', ...rest] = fact.specifier.split('::');
  if (first === 'crate' || first === '$crate') return { crate, segments: rest };
  if (first === 'self') return { crate, segments: [...here, ...rest] };
  if (first === 'super') {
    const climbs = 1 + rest.findIndex((segment) => segment !== 'super');
    const up = climbs === 0 ? rest.length + 1 : climbs;
    if (up > here.length) return null;
    return { crate, segments: [...here.slice(0, here.length - up), ...rest.slice(up - 1)] };
  }
  if (first === '') {
    const outside = crate.libraries.get(rest[0] ?? '');
    if (outside !== undefined) return { crate: outside, segments: rest.slice(1) };
    return crate.fromRoot ? fromRoot(project, crate, rest) : null;
  }
  if (crate.fromRoot && isUse(fact)) {
    const library = crate.libraries.get(first);
    const own = fromRoot(project, crate, [first, ...rest]);
    return own ?? (library === undefined ? null : { crate: library, segments: rest });
  }
  const path = joined(...here, first);
  if (crate.modules.has(path)) return { crate, segments: [...here, first, ...rest] };
  const library = crate.libraries.get(first);
  if (library !== undefined) return { crate: library, segments: rest };
  const defined = file.facts.symbols.some(({ name }) => name === first);
  // `use Enum::*` or `use inline::x` names an item of this file.
  if (defined && project.files.has(file.path))
    return { crate, segments: [...here, first, ...rest] };
  return null;
}

/** A path from the root of a crate; null if the root has no module or item of the first name. */
function fromRoot(project: Project, crate: Crate, segments: readonly string[]): Target | null {
  const [first = ''] = segments;
  const facts = project.files.get(crate.root)?.facts;
  const isKnown =
    crate.modules.has(first) ||
    facts?.symbols.some(({ name, parent }) => name === first && parent === null) === true ||
    facts?.imports.some(
      (each) => isUse(each) && each.detail === '' && each.bindings[0]?.local === first,
    ) === true;
  return isKnown ? { crate, segments } : null;
}

/** Length of the longest prefix that is a module with a file. */
function deepest(crate: Crate, segments: readonly string[]): number {
  for (let length = segments.length; length > 0; length -= 1) {
    if (crate.modules.has(segments.slice(0, length).join('::'))) return length;
  }
  return 0;
}

function addExternal(specifier: string, resolution: Resolution): void {
  const name = specifier.split('::').find((segment) => segment !== '');
  if (name !== undefined && !['self', 'super', 'crate'].includes(name))
    resolution.externals.push(name);
}
