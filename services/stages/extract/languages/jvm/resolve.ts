/**
 * Resolves the names of Kotlin and Scala by the packages and types that files of Kotlin, Scala and
 * Java declare, whatever the folders of these files are called. Pure.
 */
import type { ImportFact, ParsedFile } from '../../facts/facts.ts';
import { collectLinks, type LinkCollector } from '../declared-links.ts';
import {
  absolute,
  type Declared,
  longestDeclared,
  lookUp,
  readDeclared,
  simpleName,
  type Visible,
} from '../declared-names.ts';
import { emptyResolution, type Project, type Resolution } from '../language.ts';
import { type Choose, openModules } from './modules.ts';

const jvmLanguages: ReadonlySet<string> = new Set(['java', 'kotlin', 'scala']);

const samePackageConfidence = 0.95;
/** For `x.name()` where an extension `name` is visible; only the type of `x` would confirm it. */
const extensionConfidence = 0.8;

/** Returns all names that files of the three languages declare. */
export function readJvmNames(project: Project): Declared {
  const files = [...project.files.values()];
  return readDeclared(
    files.filter(({ language, parser }) => jvmLanguages.has(language) && parser !== 'none'),
  );
}

export function openJvmResolver(project: Project) {
  const declared = readJvmNames(project);
  const choose = openModules(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const found = collectLinks(file.path);
    const visible = addImports({ declared, choose, file, resolution, found });
    addUses({ declared, choose, file, resolution, found }, visible);
    resolution.links.push(...found.links());
    return resolution;
  };
}

interface Work {
  readonly declared: Declared;
  readonly choose: Choose;
  readonly file: ParsedFile;
  readonly resolution: Resolution;
  readonly found: LinkCollector;
}

/** Links imported names, and returns all names that the file sees without a path. */
function addImports(work: Work): Visible {
  const { declared, file } = work;
  const explicit = new Map<string, string>();
  const stars: string[] = [];
  const enclosing = [file.facts.scope ?? ''];
  for (const fact of file.facts.imports) {
    if (fact.style === 'enclosing') enclosing.push(fact.specifier);
  }
  const isScala = file.language === 'scala';
  for (const fact of file.facts.imports) {
    if (fact.style === 'enclosing') continue;
    // Kotlin's imports are full names; Scala's may begin with any visible name.
    const name = isScala
      ? absolute(declared, { explicit, open: [...stars, ...enclosing] }, fact.specifier)
      : fact.specifier;
    const full = name.replace(/^_root_\./, '');
    addImport(work, fact, full);
    if (fact.star) stars.push(full);
    for (const { local } of fact.bindings) if (local !== '_') explicit.set(local, full);
  }
  // Wildcard imports hide names of the file's package in Scala; the package hides them in Kotlin.
  const open = isScala ? [...stars, ...enclosing] : [...enclosing, ...stars];
  return { explicit, open };
}

function addImport(
  { declared, choose, file, resolution, found }: Work,
  fact: ImportFact,
  full: string,
): void {
  const { specifier } = fact;
  const target = longestDeclared(declared, full);
  if (target !== null) {
    const files = choose(target.files, file.path);
    if (files === null) {
      resolution.unresolved.push({ specifier, reason: 'several modules declare it' });
    } else if (files.length === 0) {
      resolution.unresolved.push({ specifier, reason: 'no source set that it sees declares it' });
    } else found.add(files, [simpleName(target.top)], fact.kind, 1);
    return;
  }
  if (declared.packages.has(full)) return;
  const parent = full.slice(0, Math.max(0, full.lastIndexOf('.')));
  if (!fact.star && declared.packages.has(parent)) {
    resolution.unresolved.push({ specifier, reason: 'its package does not declare this name' });
  } else resolution.externals.push(externalPackage(full, fact.star));
}

/** Returns the part before the first type; without a type, the last name may be a function. */
function externalPackage(full: string, isWhole: boolean): string {
  const segments = full.split('.');
  const upper = segments.findIndex((segment) => /^\p{Lu}/u.test(segment));
  const rest = isWhole ? segments.length : segments.length - 1;
  return segments.slice(0, Math.max(1, upper > 0 ? upper : rest)).join('.');
}

function addUses({ declared, choose, file, found }: Work, visible: Visible): void {
  const own = new Set(file.facts.symbols.map(({ name }) => name));
  const scope = file.facts.scope ?? '';
  for (const use of file.facts.uses) {
    if (use.startsWith('.')) {
      addExtension({ declared, choose, file, found }, visible, use.slice(1), own);
      continue;
    }
    if (own.has(use.split('.', 1)[0] ?? '')) continue;
    const target = lookUp(declared, visible, use);
    if (target === null) continue;
    const isSame = target.scope === scope;
    const files = choose(target.files, file.path);
    // The file's own declaration hides those of other files.
    if (files === null || files.includes(file.path)) continue;
    const confidence = isSame ? samePackageConfidence : 1;
    found.add(files, [simpleName(target.top)], isSame ? 'same-package' : 'import', confidence);
  }
}

/** Links an extension that only its package makes visible; imports by name are linked already. */
function addExtension(
  { declared, choose, file, found }: Omit<Work, 'resolution'>,
  visible: Visible,
  name: string,
  own: ReadonlySet<string>,
): void {
  if (own.has(name) || visible.explicit.has(name) || declared.members.has(name)) return;
  for (const scope of visible.open) {
    const declarers = declared.extensions.get(scope === '' ? name : `${scope}.${name}`);
    if (declarers === undefined) continue;
    const files = choose(declarers, file.path);
    if (files?.length === 0) continue;
    // Where several files have overloads, only the type of the receiver would tell which is meant.
    if (files === null || files.length > 1 || files.includes(file.path)) return;
    const isSame = scope === (file.facts.scope ?? '');
    found.add(files, [name], isSame ? 'same-package' : 'import', extensionConfidence);
    return;
  }
}
