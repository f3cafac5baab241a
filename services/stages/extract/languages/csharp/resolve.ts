/**
 * Resolves the names of C# by the namespaces and types that files declare. A file sees its own
 * namespace, the enclosing ones and those that `using` opens, within its project's reach. Pure.
 */
import { append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import { collectLinks, type LinkCollector } from '../declared-links.ts';
import {
  absolute,
  type Declared,
  type Found,
  fullNames,
  longestDeclared,
  lookUp,
  qualify,
  readDeclared,
  simpleName,
  type Visible,
} from '../declared-names.ts';
import { emptyResolution, type Link, type Project, type Resolution } from '../language.ts';
import { openProjects, type Projects } from './projects.ts';

/** Kind and confidence of a link, by the way in which its name is visible. */
type Way = Pick<Link, 'kind' | 'confidence'>;

const imported: Way = { kind: 'import', confidence: 1 };
const sameNamespace: Way = { kind: 'same-package', confidence: 0.95 };
/** For a member in another part of a partial type, or a call of an extension method. */
const memberConfidence = 0.8;
/** For a file of a project that only a reference which is not understood may mean. */
const guessedConfidence = 0.6;

interface Names {
  readonly declared: Declared;
  /** Full name and number of type parameters, as in `a.B` + backtick + `1`, to files. */
  readonly arities: ReadonlyMap<string, readonly string[]>;
  readonly projects: Projects;
  /** Returns the namespaces and types that `global using` and projects open for a file. */
  readonly globals: (from: string) => readonly string[];
}

interface Work extends Names {
  readonly file: ParsedFile;
  readonly resolution: Resolution;
  readonly found: LinkCollector;
}

export function openCsharpResolver(project: Project) {
  const files = [...project.files.values()].filter(
    ({ language, parser }) => language === 'csharp' && parser !== 'none',
  );
  const projects = openProjects(project);
  const names: Names = {
    declared: readDeclared(files),
    arities: readArities(files),
    projects,
    globals: readGlobals(files, projects),
  };
  return (file: ParsedFile): Resolution => {
    const work = { ...names, file, resolution: emptyResolution(), found: collectLinks(file.path) };
    const visible = addUsings(work);
    addUses(work, visible);
    work.resolution.links.push(...work.found.links());
    return work.resolution;
  };
}

function readArities(files: readonly ParsedFile[]): Map<string, string[]> {
  const arities = new Map<string, string[]>();
  for (const file of files) {
    for (const { full, definition } of fullNames(file)) {
      const { kind, name, signature } = definition;
      if (!/^(?:class|interface|struct|type)$/.test(kind)) continue;
      const after = signature.slice(
        signature.search(new RegExp(`\\b${RegExp.escape(name)}\\b`)) + name.length,
      );
      const list = /^\s*<([^>]*)>/.exec(after)?.[1];
      append(arities, `${full}\`${list === undefined ? 0 : list.split(',').length}`, file.path);
    }
  }
  return arities;
}

function readGlobals(files: readonly ParsedFile[], projects: Projects) {
  const written = new Map<string | null, string[]>();
  for (const { path, facts } of files) {
    for (const { detail, star, specifier } of facts.imports) {
      if (detail === 'global' && star) append(written, projects.of(path), specifier);
    }
  }
  return (from: string) => [...(written.get(projects.of(from)) ?? []), ...projects.usings(from)];
}

/** Returns a scope and the namespaces around it, innermost first; the last is the global one. */
function around(scope: string): string[] {
  const result = [scope];
  for (let rest = scope; rest !== ''; ) {
    rest = rest.slice(0, Math.max(0, rest.lastIndexOf('.')));
    result.push(rest);
  }
  return result;
}

function addUsings(work: Work): Visible {
  const { declared, file, globals } = work;
  const scopes = [file.facts.scope ?? ''];
  for (const { style, specifier } of file.facts.imports) {
    if (style === 'enclosing') scopes.unshift(specifier);
  }
  const enclosing = [...new Set(scopes.flatMap(around))];
  const explicit = new Map<string, string>();
  const stars: string[] = [...globals(file.path)];
  for (const fact of file.facts.imports) {
    if (fact.style === 'enclosing') continue;
    // The name in a `using` is full, or relative to an enclosing namespace.
    const isFull = longestDeclared(declared, fact.specifier) !== null;
    const full =
      isFull || declared.packages.has(fact.specifier)
        ? fact.specifier
        : absolute(declared, { explicit: new Map(), open: enclosing }, fact.specifier);
    addUsing(work, fact, full);
    if (fact.star) stars.push(full);
    for (const { local } of fact.bindings) explicit.set(local, full);
  }
  return { explicit, open: [...enclosing, ...stars] };
}

function addUsing(work: Work, fact: ImportFact, full: string): void {
  const { declared, resolution } = work;
  const { specifier, style } = fact;
  const target = style === 'namespace' ? null : longestDeclared(declared, full);
  if (target !== null) {
    if (!addFound(work, target, null, imported)) {
      const reason = 'declared by a project that this one does not reference';
      resolution.unresolved.push({ specifier, reason });
    }
  } else if (style === 'namespace' || !declared.packages.has(full)) {
    if (declared.packages.has(full)) return;
    const parent = full.slice(0, Math.max(0, full.lastIndexOf('.')));
    const isKnown = style !== 'namespace' && parent !== '' && declared.packages.has(parent);
    if (isKnown) {
      resolution.unresolved.push({ specifier, reason: 'its namespace does not declare this type' });
    } else resolution.externals.push(style === 'namespace' ? full : parent || full);
  }
}

/** Links the files that declare a name; false if no visible file declares it. */
function addFound(
  { declared, projects, arities, file, found }: Work,
  target: Found,
  arity: number | null,
  { kind, confidence }: Way,
): boolean {
  const exact = arity === null ? undefined : arities.get(`${target.full}\`${arity}`);
  // Each part of a partial type declares it, so all are linked: any may hold the member.
  const files = projects.visible(exact ?? declared.files.get(target.top) ?? [], file.path);
  if (files.includes(file.path)) return true;
  const isGuess = files.some((path) => projects.isGuess(path, file.path));
  const certainty = isGuess ? guessedConfidence : confidence;
  found.add(files, [simpleName(target.top)], kind, certainty);
  return files.length > 0;
}

function addUses(work: Work, visible: Visible): void {
  const { declared, file } = work;
  const parts = partialTypes(work);
  for (const use of file.facts.uses) {
    if (use.startsWith('.')) {
      addExtension(work, visible, use.slice(1));
      continue;
    }
    const isCall = use.endsWith('()');
    const [name = '', arity] = use.replace('()', '').split('`');
    for (const part of parts) {
      const members = declared.files.get(`${part}.${name.split('.', 1)[0]}`);
      if (members !== undefined && !members.includes(file.path)) {
        work.found.add(
          work.projects.visible(members, file.path),
          [simpleName(part)],
          'same-package',
          memberConfidence,
        );
      }
    }
    if (isCall) continue;
    const target = lookUp(declared, visible, name) ?? attribute(declared, visible, name);
    if (target === null) continue;
    const isSame = target.scope === (file.facts.scope ?? '');
    const count = name === target.full || !name.includes('.') ? Number(arity ?? 0) : null;
    addFound(work, target, count, isSame ? sameNamespace : imported);
  }
}

/** Looks up `[Name]`, which the reader marks as `@Name`: first `NameAttribute`, then `Name`. */
function attribute(declared: Declared, visible: Visible, name: string): Found | null {
  return name.startsWith('@')
    ? (lookUp(declared, visible, `${name.slice(1)}Attribute`) ??
        lookUp(declared, visible, name.slice(1)))
    : null;
}

/** Returns full names of the file's partial types that other files declare too. */
function partialTypes({ declared, file, projects }: Work): string[] {
  const types = fullNames(file).filter(({ definition }) =>
    /\bpartial\b/.test(definition.signature),
  );
  return types
    .map(({ full }) => full)
    .filter((full) => projects.visible(declared.files.get(full) ?? [], file.path).length > 1);
}

/** Links an extension method if one file alone declares it and no type has such a member. */
function addExtension(work: Work, visible: Visible, name: string): void {
  const { declared, projects, file, found } = work;
  if (declared.members.has(name)) return;
  for (const scope of visible.open) {
    const declarers = declared.extensions.get(qualify(scope, name));
    if (declarers === undefined) continue;
    const files = projects.visible(declarers, file.path);
    if (files.length !== 1 || files.includes(file.path)) return;
    const kind = scope === (file.facts.scope ?? '') ? 'same-package' : 'import';
    found.add(files, [name], kind, memberConfidence);
    return;
  }
}
