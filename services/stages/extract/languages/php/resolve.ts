/**
 * Where PHP names lead: to the file that declares the full name and that composer's autoloader
 * loads for it. A name that no autoloader finds must have a single declaration. Includes start at
 * the file's own folder or the repository's root. Nothing matches by the end of a path. Pure.
 */
import { append, type ImportFact, type ParsedFile, softness } from '../../facts/facts.ts';
import { isTest } from '../../facts/placement.ts';
import { folderOf, joinPath, sharedDepth } from '../../paths.ts';
import {
  addDestination,
  type Destination,
  emptyResolution,
  linkOf,
  type Project,
  type Resolution,
} from '../language.ts';
import { type Autoload, readAutoload } from './composer.ts';

/** For a name with a single declaration that no known autoloader finds. */
const undeclaredConfidence = 0.8;
const sameNamespaceConfidence = 0.95;
/** For an imported name that code does not use; only documentation may mention it. */
const unusedConfidence = 0.6;
/** For a file found along the include path, which may change at run time. */
const searchedConfidence = 0.9;

const severalReason = 'several files that are autoloaded declare it';

interface Names {
  readonly autoload: Autoload;
  /** `class`, `function` or `const` and a full name to its files; a `namespace` to none. */
  readonly declares: ReadonlyMap<string, readonly string[]>;
}

export function openPhpResolver(project: Project) {
  const names = readNames(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const uses = new Set(file.facts.uses);
    const imported = new Set<string>();
    for (const fact of file.facts.imports) {
      if (fact.style === 'include') {
        addDestination(resolution, fact, includedBy(project, file.path, fact));
        continue;
      }
      const key = `${fact.style} ${fact.specifier}`;
      imported.add(key);
      addImport({ names, file, resolution }, fact, uses.has(key));
    }
    for (const use of uses) {
      if (!imported.has(use)) addUse({ names, file, resolution }, use);
    }
    return resolution;
  };
}

interface Work {
  readonly names: Names;
  readonly file: ParsedFile;
  readonly resolution: Resolution;
}

function addImport({ names, file, resolution }: Work, fact: ImportFact, isUsed: boolean): void {
  const { specifier, style } = fact;
  const found = findName(names, file, `${style} ${specifier}`);
  if (found === 'several') {
    resolution.unresolved.push({ specifier, reason: severalReason });
  } else if (found !== null) {
    if (found.path === file.path) return;
    const confidence = isUsed ? found.confidence : Math.min(found.confidence, unusedConfidence);
    const weight = isUsed ? {} : { softness: softness.typeOnly };
    resolution.links.push(linkOf(fact, found.path, { ...weight, confidence }));
  } else if (isNamespace(names, specifier)) {
    // `use A\B;` with later uses such as `B\C`: those uses link to the files.
  } else if (style === 'class' && names.autoload.owns(specifier)) {
    resolution.unresolved.push({ specifier, reason: 'no file that is autoloaded declares it' });
  } else if (specifier.includes('\\')) {
    resolution.externals.push(specifier.slice(0, specifier.indexOf('\\')));
  }
}

function isNamespace({ declares }: Names, name: string): boolean {
  return declares.has(`namespace ${name}`);
}

function addUse({ names, file, resolution }: Work, use: string): void {
  const global = use.replace(/\? .*\\/, ' ');
  const found =
    findName(names, file, use.replace('? ', ' ')) ??
    (global === use ? null : findName(names, file, global));
  const full = use.slice(use.indexOf(' ') + 1);
  if (found === 'several') {
    resolution.unresolved.push({ specifier: full, reason: severalReason });
    return;
  }
  if (found === null || found.path === file.path) return;
  const name = full.slice(full.lastIndexOf('\\') + 1);
  const scope = full.slice(0, Math.max(0, full.lastIndexOf('\\')));
  const isOwn = scope === (file.facts.scope ?? '');
  resolution.links.push({
    to: found.path,
    kind: isOwn ? 'same-package' : 'import',
    bindings: [{ name, local: name }],
    star: false,
    softness: softness.hard,
    confidence: isOwn ? Math.min(found.confidence, sameNamespaceConfidence) : found.confidence,
  });
}

function findName(
  { autoload, declares }: Names,
  file: ParsedFile,
  key: string,
): { path: string; confidence: number } | 'several' | null {
  const files = declares.get(key) ?? [];
  if (files.includes(file.path)) return { path: file.path, confidence: 1 };
  const full = key.slice(key.indexOf(' ') + 1);
  const isClass = key.startsWith('class ');
  const loaded = files.filter((path) =>
    isClass ? autoload.finds(full, path) : autoload.isAlwaysLoaded(path),
  );
  const sure = nearest(loaded, file.path);
  if (sure !== null) return { path: sure, confidence: 1 };
  if (loaded.length > 0) return 'several';
  // A global name may also be PHP's own, or belong to another package.
  const isGuess = autoload.covers(file.path) && !full.includes('\\');
  const [only] = files;
  if (only === undefined || files.length > 1) return null;
  // Tests declare functions in the namespaces of sources to replace PHP's own.
  if (isTest(only) && !isTest(file.path)) return null;
  if (isGuess && folderOf(only) !== folderOf(file.path)) return null;
  return { path: only, confidence: undeclaredConfidence };
}

/** The file that shares the most folders with another; null if there is none, or a tie. */
function nearest(files: readonly string[], from: string): string | null {
  const depths = files.map((path) => sharedDepth(path, from));
  const best = Math.max(...depths);
  const closest = files.filter((_, index) => depths[index] === best);
  return closest.length === 1 ? (closest[0] ?? null) : null;
}

function includedBy(project: Project, from: string, fact: ImportFact): Destination {
  const { specifier, detail } = fact;
  if (detail === 'computed') return { missing: 'the path is computed when the program runs' };
  const folders = detail === 'own' ? [folderOf(from)] : [folderOf(from), ''];
  const paths = folders.map((folder) => joinPath(folder, specifier));
  const to = paths.find((path) => path !== null && project.files.has(path));
  if (typeof to === 'string') {
    return { to, confidence: detail === 'own' ? 1 : searchedConfidence };
  }
  if (/(?:^|\/)vendor\//.test(specifier)) return { external: 'vendor' };
  return { missing: 'no such file in the repository' };
}

const groups: Readonly<Record<string, string>> = { function: 'function', constant: 'const' };

function readNames(project: Project): Names {
  const declares = new Map<string, string[]>();
  const namespaces = new Set<string>();
  for (const file of project.files.values()) {
    if (file.language !== 'php' || file.parser === 'none') continue;
    const kinds = new Map(
      file.facts.symbols.filter(({ parent }) => parent === null).map((s) => [s.name, s.kind]),
    );
    for (const [full, own] of file.facts.aliases) {
      append(declares, `${groups[kinds.get(own) ?? ''] ?? 'class'} ${full}`, file.path);
      const parts = full.split('\\');
      for (let length = 1; length < parts.length; length += 1) {
        namespaces.add(`namespace ${parts.slice(0, length).join('\\')}`);
      }
    }
  }
  for (const namespace of namespaces) declares.set(namespace, []);
  return { autoload: readAutoload(project), declares };
}
