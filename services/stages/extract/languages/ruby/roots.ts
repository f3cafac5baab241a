/**
 * The folders in which Ruby looks for required files: the require paths of gemspecs, `app/*` of a
 * Rails application, the folder of tests, and folders that a program puts on its load path. Pure.
 */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { append, type ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, foldersUpwards, isBelow, joinPath, nameOf } from '../../paths.ts';
import type { Project } from '../language.ts';

export function isGemManifest(path: string): boolean {
  return path.endsWith('.gemspec') || nameOf(path) === 'Gemfile';
}

export interface RubyRoots {
  /** Folders in which a `require` of the file is looked up, in this order. */
  of(path: string): readonly string[];
  /** Those of these folders that belong to the file's own gem or application. */
  own(path: string): readonly string[];
  /** All require paths and autoload folders of the repository. */
  readonly all: readonly string[];
}

interface Gem {
  readonly folder: string;
  readonly name: string;
  readonly roots: readonly string[];
  readonly text: string;
}

/** Folders of tests: the test runners put them on the load path. */
const testFolders = ['test', 'spec', 'features', 'tests'];

export function openRubyRoots(project: Project): RubyRoots {
  const gems = readGems(project);
  const declared = readLoadPaths(project);
  const gemfiles = [...project.files.values()].filter(({ path }) => nameOf(path) === 'Gemfile');
  const cache = new Map<string, readonly string[]>();
  const gemOf = (path: string) => gems.find(({ folder }) => isBelow(path, folder));
  const own = (path: string) => gemOf(path)?.roots ?? [];
  const of = (path: string): readonly string[] => {
    const folder = folderOf(path);
    const known = cache.get(folder);
    if (known !== undefined) return known;
    const gem = gemOf(path);
    const around = foldersUpwards(folder);
    const tests = testFolders.map((name) => below(gem?.folder ?? '', name));
    const manifests = gemfiles.filter((file) => around.includes(folderOf(file.path)));
    const texts = [gem?.text ?? '', ...manifests.map((file) => file.manifest ?? '')];
    const siblings = gems.filter(({ name }) => texts.some((text) => mentions(text, name)));
    const roots = [
      ...around.flatMap((candidate) => declared.get(candidate) ?? []),
      ...tests.filter((test) => isBelow(path, test)),
      ...own(path),
      ...siblings.flatMap((sibling) => sibling.roots),
    ];
    cache.set(folder, [...new Set(roots)]);
    return cache.get(folder) ?? [];
  };
  return { of, own, all: [...new Set(gems.flatMap(({ roots }) => roots))].sort(compareText) };
}

function mentions(text: string, name: string): boolean {
  return text.includes(`"${name}"`) || text.includes(`'${name}'`);
}

/** The gems, innermost first. Files outside of every gem count as one application at the root. */
function readGems(project: Project): Gem[] {
  const gems: Gem[] = [];
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || !path.endsWith('.gemspec')) continue;
    const folder = folderOf(path);
    const name = /\.name\s*=\s*["']([\w.-]+)["']/.exec(manifest)?.[1];
    const stated = /\.require_paths?\s*=\s*(\[[^\]]*\]|%w\S[^\])}]*|["'][^"']*["'])/.exec(manifest);
    const listed = stated?.[1]?.replace(/^%w\S/, '').match(/[\w./-]+/g) ?? ['lib'];
    const roots = [...listed, ...applicationRoots(project, folder)];
    gems.push({
      folder,
      name: name ?? nameOf(path).slice(0, -'.gemspec'.length),
      roots: rootsIn(project, folder, roots),
      text: manifest,
    });
  }
  if (gems.every(({ folder }) => folder !== '')) {
    const roots = ['lib', ...applicationRoots(project, '')];
    gems.push({ folder: '', name: '', roots: rootsIn(project, '', roots), text: '' });
  }
  return gems.sort((a, b) => b.folder.length - a.folder.length || compareText(a.folder, b.folder));
}

function rootsIn(project: Project, folder: string, names: readonly string[]): string[] {
  const roots = names.flatMap((name) => joinPath(folder, name) ?? []);
  return [...new Set(roots)].filter((root) => project.folders.has(root));
}

/** Folders that Rails loads by the names of constants: every `app/*`, and `concerns` in it. */
function applicationRoots(project: Project, folder: string): string[] {
  const isRails = ['config/application.rb', 'config/routes.rb'].some((name) =>
    project.files.has(below(folder, name)),
  );
  if (!isRails) return [];
  const app = below(folder, 'app');
  const start = app.length + 1;
  return [...project.folders]
    .filter(
      (path) => path.startsWith(`${app}/`) && /^[^/]+(?:\/concerns)?$/.test(path.slice(start)),
    )
    .map((path) => path.slice(folder === '' ? 0 : folder.length + 1))
    .sort(compareText);
}

/** Folder of a file to the folders that it puts on the load path, for all files below. */
function readLoadPaths(project: Project): Map<string, string[]> {
  const declared = new Map<string, string[]>();
  for (const file of project.files.values()) {
    if (file.language !== 'ruby') continue;
    for (const fact of file.facts.imports) {
      const root = fact.style === 'load_path' ? rootOf(file, fact.specifier) : null;
      if (root !== null) append(declared, folderOf(file.path), root);
    }
  }
  return declared;
}

function rootOf(file: ParsedFile, relative: string): string | null {
  return joinPath(folderOf(file.path), relative);
}
