/** Which folders a Python file sees on its module path, nearest first. Pure. */
import { compareText } from '../../../../../schemas/compare-text.ts';
import type { ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, foldersUpwards, isBelow, joinPath, nameOf } from '../../paths.ts';
import type { Project } from '../language.ts';
import { isTable, listAt, parseToml, tableAt, textAt } from '../toml.ts';

export function isPythonManifest(path: string): boolean {
  return /^(?:pyproject\.toml|setup\.cfg|setup\.py)$/.test(nameOf(path));
}

interface PythonProject {
  readonly folder: string;
  readonly roots: readonly string[];
  /** Distribution name, normalised; '' when not stated. */
  readonly name: string;
  /** Everything a manifest names that could be a requirement, normalised. */
  readonly requires: ReadonlySet<string>;
}

export interface PythonRoots {
  of(path: string): readonly string[];
}

export function openPythonRoots(project: Project): PythonRoots {
  const projects = readProjects(project);
  const cache = new Map<string, readonly string[]>();
  return {
    of(path) {
      const folder = folderOf(path);
      const known = cache.get(folder);
      if (known !== undefined) return known;
      const roots = rootsOf(project, projects, path);
      cache.set(folder, roots);
      return roots;
    },
  };
}

function rootsOf(
  project: Project,
  projects: ReadonlyMap<string, PythonProject>,
  path: string,
): readonly string[] {
  const folder = folderOf(path);
  const around = foldersUpwards(folder).flatMap((candidate) => projects.get(candidate) ?? []);
  // Python itself puts a script's folder, and pytest the topmost package's parent, on the path.
  const own = packageParent(project, path) ?? folder;
  const siblings = [...projects.values()].filter((other) =>
    around.some((inner) => other.name !== '' && inner.requires.has(other.name)),
  );
  return [
    ...new Set([own, ...around.flatMap(({ roots }) => roots), ...siblings.flatMap((s) => s.roots)]),
  ];
}

/** Every folder with a manifest, and the repository itself. */
function readProjects(project: Project): Map<string, PythonProject> {
  const manifests = new Map<string, ParsedFile[]>([['', []]]);
  for (const file of project.files.values()) {
    if (file.manifest === null || !isPythonManifest(file.path)) continue;
    const folder = folderOf(file.path);
    manifests.set(folder, [...(manifests.get(folder) ?? []), file]);
  }
  const folders = [...manifests.keys()].sort(compareText);
  return new Map(
    folders.map((folder) => [folder, readProject(project, folder, manifests.get(folder) ?? [])]),
  );
}

function readProject(
  project: Project,
  folder: string,
  manifests: readonly ParsedFile[],
): PythonProject {
  const declared = manifests.flatMap((file) => declaredRoots(file));
  const roots = [...declared, 'src', '']
    .map((relative) => joinPath(folder, relative))
    .filter((root): root is string => root !== null)
    .filter((root) => root === folder || (isBelow(root, folder) && project.folders.has(root)));
  const toml = tomlOf(manifests);
  const poetry = tableAt(toml, 'tool', 'poetry');
  const name = textAt(tableAt(toml, 'project'), 'name') ?? textAt(poetry, 'name') ?? '';
  const requirements = listAt(tableAt(toml, 'project'), 'dependencies');
  const requires = [
    ...requirements.map((text) => /^[\w.-]+/.exec(String(text))?.[0] ?? ''),
    ...Object.keys(tableAt(poetry, 'dependencies')),
    ...Object.keys(tableAt(toml, 'tool', 'uv', 'sources')),
  ];
  return {
    folder,
    roots: [...new Set(roots)],
    name: normalise(name),
    requires: new Set(requires.map(normalise)),
  };
}

function tomlOf(manifests: readonly ParsedFile[]) {
  const file = manifests.find(({ path }) => nameOf(path) === 'pyproject.toml');
  return parseToml(file?.manifest ?? '');
}

/** Folders, relative to the manifest, that it says packages lie in. */
function declaredRoots(file: ParsedFile): string[] {
  const text = file.manifest ?? '';
  if (nameOf(file.path) === 'pyproject.toml') return tomlRoots(text);
  // setup.cfg: `package_dir =\n  = src`, `where = src`; setup.py: package_dir={"": "src"}.
  const patterns = [
    /package_dir\s*=\s*(?:\{\s*["']["']\s*:\s*["']|\n?\s*=\s*)([\w./-]+)/g,
    /\bwhere\s*=\s*["']?([\w./-]+)/g,
    /find(?:_namespace)?_packages\(\s*["']([\w./-]+)/g,
  ];
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => match[1] ?? '').filter((root) => root !== ''),
  );
}

function tomlRoots(text: string): string[] {
  const tool = tableAt(parseToml(text), 'tool');
  const setuptools = tableAt(tool, 'setuptools');
  const roots = [
    ...listAt(tableAt(setuptools, 'packages', 'find'), 'where'),
    ...Object.entries(tableAt(setuptools, 'package-dir'))
      .filter(([name]) => name === '')
      .map(([, folder]) => folder),
    ...listAt(tableAt(tool, 'pytest', 'ini_options'), 'pythonpath'),
    ...listAt(tableAt(tool, 'poetry'), 'packages').flatMap((entry) =>
      isTable(entry) ? (textAt(entry, 'from') ?? []) : [],
    ),
    // hatch: packages = ["src/name"] lie in src.
    ...listAt(tableAt(tool, 'hatch', 'build', 'targets', 'wheel'), 'packages').map((entry) =>
      folderOf(String(entry)),
    ),
  ];
  return roots.filter((root): root is string => typeof root === 'string').map((r) => below('', r));
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Folder that holds the topmost package around a file; null when it is in none. */
function packageParent(project: Project, path: string): string | null {
  let parent: string | null = null;
  for (const folder of foldersUpwards(folderOf(path))) {
    const isPackage = ['__init__.py', '__init__.pyi'].some((name) =>
      project.files.has(below(folder, name)),
    );
    if (!isPackage || folder === '') break;
    parent = folderOf(folder);
  }
  return parent;
}
