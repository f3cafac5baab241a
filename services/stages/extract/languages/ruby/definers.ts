/** Finds the file that defines a Ruby constant among the files that open it. Pure. */
import { append, type ParsedFile } from '../../facts/facts.ts';
import { isTest } from '../../facts/placement.ts';
import { below, folderOf, isBelow, sharedDepth } from '../../paths.ts';
import type { Project } from '../language.ts';
import { isBuiltIn } from './builtin.ts';
import type { RubyRoots } from './roots.ts';

const namedConfidence = 0.95;
/** Of a constant that several files define; the name of none of them settles which one. */
const spreadConfidence = 0.7;

interface Definer {
  readonly path: string;
  /** The name of the constant as the file writes it. */
  readonly name: string;
  /** Whether the file opens the module only to put other modules into it. */
  readonly opens: boolean;
  readonly hasSuperclass: boolean;
}

interface Ancestor {
  readonly path: string;
  readonly from: string;
  readonly nesting: readonly string[];
}

export interface Found {
  readonly path: string;
  readonly name: string;
  readonly confidence: number;
}

export interface RubyConstants {
  /** Returns the file that defines a constant; null if it is foreign or `file`'s own. */
  find(file: ParsedFile, nesting: readonly string[], path: string): Found | null;
}

type Require = (file: ParsedFile, specifier: string) => string | null;

interface Index {
  readonly roots: RubyRoots;
  readonly definers: Map<string, Definer[]>;
  /** Full names of all modules and constants, also of modules that only hold others. */
  readonly known: Set<string>;
  readonly ancestors: Map<string, Ancestor[]>;
  /** Full names to the files that `autoload` states for them. */
  readonly autoloads: Map<string, string>;
  /** Whether a top-level name is Ruby's own, not the repository's. */
  readonly isForeign: (name: string) => boolean;
  readonly isVisible: (from: string, path: string) => boolean;
}

export function openConstants(project: Project, roots: RubyRoots, require: Require): RubyConstants {
  const index = readIndex(project, roots, require);
  const chosen = new Map<string, Found | null>();
  return {
    find(file, nesting, path) {
      const view = { index, from: file.path };
      const full = resolve(view, nesting, path);
      if (full === null) return null;
      const key = `${folderOf(file.path)} ${full}`;
      const definers = index.definers.get(full) ?? [];
      if (definers.some((definer) => definer.path === file.path)) return null;
      const known = chosen.get(key);
      if (known !== undefined) return known;
      const found = choose(view, full, definers);
      chosen.set(key, found);
      return found;
    },
  };
}

/** The constants as a file sees them. */
interface View {
  readonly index: Index;
  readonly from: string;
}

/**
 * Full name of the longest known beginning of a path. Null if its first name is unknown, or if it
 * is foreign and the repository adds nothing to it.
 */
function resolve(view: View, nesting: readonly string[], path: string): string | null {
  const isTop = path.startsWith('::');
  const [first = '', ...rest] = path.slice(isTop ? 2 : 0).split('::');
  const start = isTop ? ownTop(view, first) : firstName(view, nesting, first);
  if (start === null) return addedTo(view.index, first, rest);
  let current = start;
  for (const name of rest) {
    const next = member(view, current, name);
    if (next === null) break;
    current = next;
  }
  return current;
}

/** Full name of a constant that the repository adds to a class of Ruby: `Time::FORMATS`. */
function addedTo(index: Index, first: string, rest: readonly string[]): string | null {
  if (!index.isForeign(first)) return null;
  for (let length = rest.length; length > 0; length -= 1) {
    const full = [first, ...rest.slice(0, length)].join('::');
    if (index.definers.has(full)) return full;
  }
  return null;
}

function firstName(view: View, nesting: readonly string[], name: string): string | null {
  const { known } = view.index;
  const lexical = nesting.map((scope) => `${scope}::${name}`).find((full) => known.has(full));
  if (lexical !== undefined) return lexical;
  const inherited = nesting[0] === undefined ? null : member(view, nesting[0], name);
  return inherited ?? ownTop(view, name) ?? member(view, '', name);
}

function ownTop({ index, from }: View, name: string): string | null {
  if (!index.known.has(name) || index.isForeign(name)) return null;
  const definers = index.definers.get(name);
  const isSeen = definers === undefined || definers.some(({ path }) => index.isVisible(from, path));
  return isSeen ? name : null;
}

/** Ancestors of ancestors; deeper ones could exhaust the stack. */
const ancestryMax = 256;
/** Modules in which a name is looked up; no class has more ancestors. */
const ancestorsMax = 4096;

interface Lookup {
  readonly visited: Set<string>;
  readonly depth: number;
}

/** Full name of a constant of a module or of its ancestors; null if they have none of the name. */
function member(
  view: View,
  owner: string,
  name: string,
  { visited, depth }: Lookup = { visited: new Set(), depth: 0 },
): string | null {
  const { index, from } = view;
  const full = owner === '' ? name : `${owner}::${name}`;
  if (owner !== '' && index.known.has(full)) return full;
  if (visited.has(owner) || depth > ancestryMax || visited.size > ancestorsMax) return null;
  visited.add(owner);
  for (const ancestor of index.ancestors.get(owner) ?? []) {
    // Only files below a test helper's folder see the modules that it includes at the top level.
    if (owner === '' && !isBelow(from, folderOf(ancestor.from))) continue;
    const [first = '', ...rest] = ancestor.path.replace(/^::/, '').split('::');
    const nesting = ancestor.path.startsWith('::') ? [] : ancestor.nesting;
    const scopes = nesting.map((scope) => `${scope}::${first}`);
    const start = scopes.find((scope) => index.known.has(scope)) ?? ownTop(view, first);
    const module = start === null ? null : [start, ...rest].join('::');
    if (module === null || module === owner) continue;
    const found = member(view, module, name, { visited, depth: depth + 1 });
    if (found !== null) return found;
  }
  return null;
}

function choose({ index, from }: View, full: string, definers: readonly Definer[]): Found | null {
  const visible = definers.filter(({ path }) => index.isVisible(from, path));
  const found = ({ path, name }: Definer, confidence: number): Found => ({
    path,
    name,
    confidence,
  });
  const stated = visible.find(({ path }) => path === index.autoloads.get(full));
  if (stated !== undefined) return found(stated, 1);
  const named = visible.filter(({ path }) =>
    index.roots.all.some((root) => isNamed(path, root, full)),
  );
  const [only] = named;
  if (only !== undefined && named.length === 1 && !only.opens) return found(only, 1);
  const defining = visible.filter(({ opens }) => !opens);
  // The module may be of a gem that is not here, so without a definition only file names count.
  const candidates = defining.length > 0 ? defining : named;
  const strong = candidates.filter(({ hasSuperclass }) => hasSuperclass);
  const best = nearest(strong.length > 0 ? strong : candidates, from);
  const [first] = best;
  if (first === undefined) return null;
  if (best.length === 1)
    return found(first, candidates.length === 1 ? namedConfidence : spreadConfidence);
  return found(only ?? shallowest(best), spreadConfidence);
}

/**
 * Whether a file sees another one. Files outside of all load paths, such as fixtures and examples,
 * are seen only from below their own folder.
 */
function isVisible(roots: RubyRoots, from: string, path: string): boolean {
  if (roots.all.some((root) => isBelow(path, root))) return !isTest(path) || isTest(from);
  return isBelow(from, isTest(path) ? testRoot(path) : folderOf(path));
}

function testRoot(path: string): string {
  const parts = path.split('/');
  const index = parts.findIndex((part) => /^(?:tests?|specs?|features)$/.test(part));
  return index < 0 ? folderOf(path) : parts.slice(0, index + 1).join('/');
}

/** Whether a file is named after a constant: `foo/html_bar.rb` fits `Foo::HTMLBar`. */
function isNamed(path: string, root: string, full: string): boolean {
  if (!isBelow(path, root)) return false;
  const relative = path.slice(root === '' ? 0 : root.length + 1).replace(/\.rb$/, '');
  const plain = relative.replaceAll('_', '').replaceAll('/', '::');
  return plain.toLowerCase() === full.replaceAll('_', '').toLowerCase();
}

function nearest(definers: readonly Definer[], from: string): Definer[] {
  const depths = definers.map(({ path }) => sharedDepth(path, from));
  const best = Math.max(...depths);
  return definers.filter((_, index) => depths[index] === best);
}

function shallowest(definers: readonly Definer[]): Definer {
  return definers.reduce((best, definer) =>
    definer.path.split('/').length < best.path.split('/').length ? definer : best,
  );
}

function readIndex(project: Project, roots: RubyRoots, require: Require): Index {
  const index: Index = {
    roots,
    definers: new Map(),
    known: new Set(),
    ancestors: new Map(),
    autoloads: new Map(),
    isVisible: (from, path) => isVisible(roots, from, path),
    // If the repository holds the library of that name itself, the name is not foreign.
    isForeign: (name) =>
      isBuiltIn(name) &&
      !roots.all.some((root) => project.files.has(below(root, `${name.toLowerCase()}.rb`))),
  };
  const drafts: Draft[] = [];
  for (const file of project.files.values()) {
    if (file.language !== 'ruby' || file.parser === 'none') continue;
    const superclasses = new Set(
      file.facts.symbols
        .filter((s) => s.kind === 'class' && s.signature.includes(' < '))
        .map((s) => s.name),
    );
    for (const [full, written] of file.facts.aliases) {
      const opens = written.startsWith('::');
      const name = opens ? written.slice(2) : written;
      const outer = full.slice(0, -name.length - 2);
      drafts.push({
        outer,
        name,
        definer: { path: file.path, name, opens, hasSuperclass: superclasses.has(name) },
      });
    }
    readFacts(index, file, require);
  }
  // `class A::B` means the `A` that is visible there, so plain names are added first.
  for (const draft of drafts.filter((draft) => !isLong(draft))) addDraft(index, draft.outer, draft);
  for (const draft of drafts.filter(isLong)) addDraft(index, outerOf(index, draft), draft);
  return index;
}

function isLong({ name }: Pick<Draft, 'name'>): boolean {
  return name.includes('::');
}

interface Draft {
  readonly outer: string;
  /** The name as written. */
  readonly name: string;
  readonly definer: Definer;
}

function addDraft(index: Index, outer: string, { name, definer }: Draft): void {
  const full = outer === '' ? name : `${outer}::${name}`;
  append(index.definers, full, definer);
  index.known.add(full);
  if (!isLong({ name })) return;
  for (let end = full.length; end > 0; end = full.lastIndexOf('::', end - 1)) {
    index.known.add(full.slice(0, end));
  }
}

function outerOf({ known }: Index, { outer, name }: Draft): string {
  const [first = ''] = name.split('::', 1);
  for (
    let scope = outer;
    scope !== '';
    scope = scope.slice(0, Math.max(0, scope.lastIndexOf('::')))
  ) {
    if (known.has(`${scope}::${first}`)) return scope;
  }
  return known.has(first) ? '' : outer;
}

function readFacts(index: Index, file: ParsedFile, require: Require): void {
  for (const { style, specifier, detail } of file.facts.imports) {
    if (style === 'ancestor') {
      const [full = '', nesting = ''] = detail.split(' ');
      const scopes = nesting.split(',').filter(Boolean);
      append(index.ancestors, full, { path: specifier, from: file.path, nesting: scopes });
    } else if (style.startsWith('autoload ')) {
      const to = require(file, specifier);
      if (to !== null) index.autoloads.set(style.slice('autoload '.length), to);
    }
  }
}
