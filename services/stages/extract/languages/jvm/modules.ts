/**
 * Chooses among several files that declare one name. In a build of many modules, the own source set
 * of a file comes first, then its module, then modules that its build file names, then the nearest.
 * Tests come last for files outside of tests. Pure.
 */
import { append } from '../../facts/facts.ts';
import { folderOf, foldersUpwards, nameOf, sharedDepth } from '../../paths.ts';
import type { Project } from '../language.ts';

const buildFiles = /^(?:build\.gradle(?:\.kts)?|pom\.xml|build\.sbt|build\.sc|build\.mill)$/;

export function isBuildFile(path: string): boolean {
  return buildFiles.test(nameOf(path));
}

/** A source set: `src/main`, or `commonMain` of a multiplatform project. */
interface Unit {
  /** Folder of the source set; it identifies the unit. */
  readonly folder: string;
  readonly module: string;
  readonly isTest: boolean;
  readonly isCommon: boolean;
}

/** Returns the files that a name in `from` means; null if nothing decides between modules. */
export type Choose = (files: readonly string[], from: string) => readonly string[] | null;

export function openModules(project: Project): Choose {
  const manifests = new Map<string, string>();
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || !isBuildFile(path)) continue;
    const folder = folderOf(path);
    manifests.set(folder, `${manifests.get(folder) ?? ''}\n${manifest}`);
  }
  const units = new Map<string, Unit>();
  const unitOf = (path: string): Unit => {
    const known = units.get(path) ?? readUnit(path, manifests);
    units.set(path, known);
    return known;
  };

  return (files, from) => {
    if (files.length < 2) return files;
    const own = unitOf(from);
    const groups = new Map<string, string[]>();
    for (const path of files) append(groups, unitOf(path).folder, path);
    const inOwn = groups.get(own.folder);
    if (inOwn !== undefined) return inOwn;
    const text = manifests.get(own.module) ?? '';
    const ranked = [...groups.values()].map((group) => {
      const first = group[0] ?? '';
      return { group, rank: rankOf(unitOf(first), own, text), depth: sharedDepth(first, from) };
    });
    ranked.sort((a, b) => a.rank - b.rank || b.depth - a.depth);
    const [best, second] = ranked;
    if (best === undefined) return null;
    const isTie = second?.rank === best.rank && second.depth === best.depth;
    return isTie ? null : best.group;
  };
}

function readUnit(path: string, manifests: ReadonlyMap<string, string>): Unit {
  const set =
    /^(?:(.*?)\/)?(src\/[^/]+)\//.exec(path) ?? /^(?:(.*?)\/)?(\w+(?:Main|Test))\//.exec(path);
  const folder = folderOf(path);
  if (set === null) {
    const module = foldersUpwards(folder).find((above) => manifests.has(above)) ?? '';
    const isTest = /(?:^|\/)tests?\//.test(path);
    return { folder: `${module}${isTest ? '/test' : ''}`, module, isTest, isCommon: false };
  }
  const [, module = '', name = ''] = set;
  return {
    folder: module === '' ? name : `${module}/${name}`,
    module,
    isTest: /test/i.test(name),
    isCommon: /\bcommon/.test(name),
  };
}

/** Returns the rank of a unit for files of `own`; the lowest comes first. */
function rankOf(unit: Unit, own: Unit, manifest: string): number {
  const hidden = unit.isTest && !own.isTest ? 8 : 0;
  if (unit.module !== own.module) return hidden + (isNamed(nameOf(unit.module), manifest) ? 3 : 4);
  if (unit.isCommon) return hidden;
  return hidden + (unit.isTest ? 2 : 1);
}

/** Whether the text of a build file names a module of the repository as a dependency. */
function isNamed(module: string, manifest: string): boolean {
  if (module === '' || manifest === '') return false;
  const camel = module.replaceAll(/[-_.](\w)/g, (_, letter: string) => letter.toUpperCase());
  const forms = [`:${module}"`, `:${module}'`, `<artifactId>${module}<`, `projects.${camel})`];
  return forms.some((form) => manifest.includes(form));
}
