/**
 * Where Rust paths lead: through the module tree of the file's crate, or into a library of the
 * repository that its Cargo.toml names by path. The deepest module on the path is the target. Pure.
 */
import type { Binding, ImportFact, ParsedFile } from '../facts.ts';
import { emptyResolution, linkOf, type Project, type Resolution } from './language.ts';
import { type Crate, type Place, readCrates } from './rust-crates.ts';

const macroConfidence = 0.9;

export function openRustResolver(project: Project) {
  const places = readCrates(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const place = places.get(file.path);
    for (const fact of file.facts.imports) {
      if (place !== undefined) addFact(project, file, place, fact, resolution);
      else if (fact.style === 'use') addExternal(fact.specifier, resolution);
    }
    return resolution;
  };
}

function addFact(
  project: Project,
  file: ParsedFile,
  place: Place,
  fact: ImportFact,
  resolution: Resolution,
): void {
  if (fact.style === 'mod') addModule(place, fact, resolution);
  else if (fact.style === 'macro') addMacro(file, place, fact, resolution);
  else addPath(project, file, place, fact, resolution);
}

function addModule(place: Place, fact: ImportFact, resolution: Resolution): void {
  const [name = ''] = fact.specifier.split('=', 1);
  const module = joined(place.module, fact.detail, name);
  const to = place.crate.modules.get(module);
  if (to !== undefined) resolution.links.push(linkOf(fact, to, { star: false }));
  else resolution.unresolved.push({ specifier: `mod ${name}`, reason: 'no file for this module' });
}

/** A macro without a path is the file's own, a module's above it, or marked `#[macro_use]`. */
function addMacro(file: ParsedFile, place: Place, fact: ImportFact, resolution: Resolution): void {
  const all = place.crate.macros.get(fact.specifier) ?? [];
  if (all.some(({ path }) => path === file.path)) return;
  const seen = all.filter(
    ({ module, open }) =>
      open || `${place.module}::`.startsWith(module === '' ? '' : `${module}::`),
  );
  const [definition] = seen;
  if (definition === undefined || seen.length > 1) return;
  const bindings = [{ name: fact.specifier, local: fact.specifier }];
  resolution.links.push(linkOf(fact, definition.path, { bindings, confidence: macroConfidence }));
}

function addPath(
  project: Project,
  file: ParsedFile,
  place: Place,
  fact: ImportFact,
  resolution: Resolution,
): void {
  const start = startOf(project, file, place, fact);
  if (start === null) {
    if (fact.style === 'use') addExternal(fact.specifier, resolution);
    return;
  }
  const { crate, segments } = start;
  const depth = deepest(crate, segments);
  const to = crate.modules.get(segments.slice(0, depth).join('::'));
  const name = segments[depth];
  if (to === undefined) return;
  const definer = name === undefined ? undefined : macroFile(project, crate, to, name);
  resolution.links.push(
    linkOf(fact, definer ?? to, {
      bindings: bindingsOf(fact, name),
      // `use a::Enum::*` brings in variants, which are no names of the file.
      star: fact.star && name === undefined,
    }),
  );
}

function bindingsOf(fact: ImportFact, name: string | undefined): Binding[] {
  const [binding] = fact.bindings;
  if (name === undefined) return binding === undefined ? [] : [{ name: '*', local: binding.local }];
  // A deeper path (`a::Enum::Variant`) binds the variant, but what is used of the file is the enum.
  const isLast = binding?.name === name;
  return [{ name, local: isLast ? binding.local : name }];
}

/** An exported macro lives at the root of its crate, wherever it is written. */
function macroFile(project: Project, crate: Crate, to: string, name: string): string | undefined {
  const files = crate.macros.get(name) ?? [];
  const own = project.files.get(to)?.facts.symbols.some((symbol) => symbol.name === name) === true;
  return to === crate.root && !own && files.length === 1 ? files[0]?.path : undefined;
}

/** Crate in which a path starts, and its segments from that crate's root; null when external. */
function startOf(
  project: Project,
  file: ParsedFile,
  place: Place,
  fact: ImportFact,
): { crate: Crate; segments: string[] } | null {
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
    return outside === undefined ? null : { crate: outside, segments: rest.slice(1) };
  }
  const path = joined(...here, first);
  if (crate.modules.has(path)) return { crate, segments: [...here, first, ...rest] };
  const library = crate.libraries.get(first);
  if (library !== undefined) return { crate: library, segments: rest };
  const defined = file.facts.symbols.some(({ name }) => name === first);
  // `use Enum::*` or `use inline::x` of this very file.
  if (defined && project.files.has(file.path))
    return { crate, segments: [...here, first, ...rest] };
  return null;
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

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('::');
}
