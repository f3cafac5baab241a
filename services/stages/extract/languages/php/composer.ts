/** Which files composer's autoloader finds, according to the composer.json files. Pure. */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { type Glob, openGlob } from '../../../../runtime/glob.ts';
import type { ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, isBelow, joinPath, nameOf } from '../../paths.ts';
import { jsonOf, objectOf, stringsOf } from '../json.ts';
import type { Project } from '../language.ts';

export function isComposerManifest(path: string): boolean {
  return nameOf(path) === 'composer.json';
}

export interface Autoload {
  /** Whether the autoloader finds the class in the file. */
  finds(className: string, path: string): boolean;
  /** Whether the autoloader loads the file at start, used or not. */
  isAlwaysLoaded(path: string): boolean;
  /** Whether a class of this name should be in the repository. */
  owns(className: string): boolean;
  /** Whether the file lies below the folder of a composer.json. */
  covers(path: string): boolean;
}

interface Prefix {
  readonly prefix: string;
  readonly folder: string;
  readonly standard: 'psr-4' | 'psr-0';
}

interface Declared {
  readonly prefixes: Prefix[];
  /** Files, folders, and patterns of folders. */
  readonly classmap: Glob[];
  readonly files: Set<string>;
  readonly folders: string[];
}

export function readAutoload(project: Project): Autoload {
  const declared: Declared = { prefixes: [], classmap: [], files: new Set(), folders: [] };
  for (const file of project.files.values()) {
    if (file.manifest !== null && isComposerManifest(file.path)) readManifest(file, declared);
  }
  declared.prefixes.sort(
    (a, b) => b.prefix.length - a.prefix.length || compareText(a.folder, b.folder),
  );
  const { prefixes, classmap, files, folders } = declared;
  return {
    finds: (className, path) =>
      prefixes.some((prefix) => expectedPath(prefix, className) === path) ||
      classmap.some((entry) => entry(path)) ||
      files.has(path),
    isAlwaysLoaded: (path) => files.has(path),
    owns: (className) =>
      prefixes.some(({ prefix }) => prefix !== '' && className.startsWith(prefix)),
    covers: (path) => folders.some((folder) => isBelow(path, folder)),
  };
}

function readManifest(file: ParsedFile, into: Declared): void {
  const manifest = jsonOf(file);
  const folder = folderOf(file.path);
  into.folders.push(folder);
  const placesOf = (value: unknown) =>
    stringsOf(value).flatMap((text) => joinPath(folder, text.replace(/\*+\/?$/, '')) ?? []);
  for (const key of ['autoload', 'autoload-dev']) {
    const autoload = objectOf(manifest[key]);
    for (const standard of ['psr-4', 'psr-0'] as const) {
      for (const [prefix, value] of Object.entries(objectOf(autoload[standard]))) {
        const found = placesOf(value).map((path) => ({ prefix, folder: path, standard }));
        into.prefixes.push(...found);
      }
    }
    const { classmap, files } = autoload;
    for (const place of placesOf(classmap)) {
      const isMatch = openGlob(`${place}/**`);
      into.classmap.push((path) => isBelow(path, place) || isMatch(path));
    }
    for (const path of placesOf(files)) into.files.add(path);
  }
}

/** Path at which the standard expects a class; null if the class lacks the prefix. */
function expectedPath({ prefix, folder, standard }: Prefix, className: string): string | null {
  if (!className.startsWith(prefix)) return null;
  if (standard === 'psr-4') {
    return below(folder, `${className.slice(prefix.length).replaceAll('\\', '/')}.php`);
  }
  const slash = className.lastIndexOf('\\') + 1;
  const namespace = className.slice(0, slash).replaceAll('\\', '/');
  return below(folder, `${namespace}${className.slice(slash).replaceAll('_', '/')}.php`);
}
