/**
 * Chooses among several files that declare one name. In a build of many modules, the own source set
 * of a file comes first, then its module, then modules that its build file names, then the nearest.
 * Tests come last for files outside of tests. Pure.
 */
import { append } from '../../facts/facts.ts';
import { folderOf, foldersUpwards, joinPath, nameOf, sharedDepth } from '../../paths.ts';
import type { Project } from '../language.ts';

const buildFiles =
  /^(?:build\.gradle(?:\.kts)?|pom(?:[-.]\w+)*\.xml|build\.sbt|build\.sc|build\.mill)$/;

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
  /** What it is built for: `jvm` of `jvmMain`, and of a module of one platform. */
  readonly platform: string;
  /** The part of Kotlin's hierarchy that it is in; null if its name does not tell. */
  readonly part: string | null;
}

const nativeSets = [
  ...['native', 'androidNative', 'linux', 'mingw'],
  ...['apple', 'ios', 'macos', 'tvos', 'watchos'],
];

/**
 * Parts of Kotlin's default hierarchy of source sets. None sees another one, and all see `common`,
 * which sees itself alone. A set of another name, as `nonJvmMain`, may lie above several of them.
 */
const parts: Readonly<Record<string, RegExp>> = {
  common: /^common$/,
  jvm: /^(?:jvm|desktop|android(?:Unit|Instrumented)?)$/,
  web: /^(?:web|js|wasm|wasmJs|wasmWasi)$/,
  native: new RegExp(`^(?:${nativeSets.join('|')})(?:X\\d+|(?:Simulator|Device)?Arm\\d+\\w*)?$`),
};

function isSeen({ part }: Unit, own: Unit): boolean {
  return part === null || part === 'common' || own.part === null || part === own.part;
}

/**
 * Returns the files that a name in `from` means, none if it sees none of them; null if nothing
 * decides between modules.
 */
export type Choose = (files: readonly string[], from: string) => readonly string[] | null;

export function openModules(project: Project): Choose {
  const manifests = new Map<string, string>();
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || !isBuildFile(path)) continue;
    const folder = folderOf(path);
    manifests.set(folder, `${manifests.get(folder) ?? ''}\n${manifest}`);
  }
  const sbt = readSbt(manifests.get('') ?? '');
  const units = new Map<string, Unit>();
  const unitOf = (path: string): Unit => {
    const known = units.get(path) ?? readUnit(path, manifests);
    units.set(path, known);
    return known;
  };

  return (all, from) => {
    const own = unitOf(from);
    const files = own.part === null ? all : all.filter((path) => isSeen(unitOf(path), own));
    if (files.length < 2) return files;
    const groups = new Map<string, string[]>();
    for (const path of files) append(groups, unitOf(path).folder, path);
    const inOwn = groups.get(own.folder);
    if (inOwn !== undefined) return inOwn;
    const needs = needsOf(own.module, manifests, sbt);
    const ranked = [...groups.values()].map((group) => {
      const first = group[0] ?? '';
      return { group, rank: rankOf(unitOf(first), own, needs), depth: sharedDepth(first, from) };
    });
    ranked.sort((a, b) => a.rank - b.rank || b.depth - a.depth);
    const [best] = ranked;
    if (best === undefined) return null;
    const tied = ranked.filter(({ rank, depth }) => rank === best.rank && depth === best.depth);
    // Source sets of one module are variants of one thing; other modules are other things.
    const modules = new Set(tied.map(({ group: [first = ''] }) => unitOf(first).module));
    return modules.size > 1 ? null : tied.flatMap(({ group }) => group);
  };
}

function readUnit(path: string, manifests: ReadonlyMap<string, string>): Unit {
  const set =
    /^(?:(.*?)\/)?(src\/[^/]+)\//.exec(path) ?? /^(?:(.*?)\/)?(\w+(?:Main|Test))\//.exec(path);
  const folder = folderOf(path);
  if (set === null) {
    const module = foldersUpwards(folder).find((above) => manifests.has(above)) ?? '';
    const isTest = /(?:^|\/)tests?\//.test(path);
    const facts = { isTest, isCommon: false, platform: 'jvm', part: null };
    return { folder: `${module}${isTest ? '/test' : ''}`, module, ...facts };
  }
  const [, module = '', name = ''] = set;
  const platform = /(\w+)(?:Main|Test)$/.exec(name)?.[1] ?? null;
  const isPart = ([, pattern]: [string, RegExp]) => platform !== null && pattern.test(platform);
  return {
    folder: module === '' ? name : `${module}/${name}`,
    module,
    isTest: /test/i.test(name),
    isCommon: /\bcommon/.test(name),
    platform: platform ?? 'jvm',
    part: Object.entries(parts).find(isPart)?.[0] ?? null,
  };
}

/** Returns the rank of a unit for files of `own`; the lowest comes first. */
function rankOf(unit: Unit, own: Unit, needs: (module: string) => boolean): number {
  const hidden = unit.isTest && !own.isTest ? 8 : 0;
  const isOtherPlatform = !unit.isCommon && unit.platform !== own.platform;
  const variant = hidden + (isOtherPlatform ? 0.5 : 0);
  if (unit.module !== own.module) {
    return variant + (needs(unit.module) ? 3 : 4) + (unit.isCommon ? 0 : 0.25);
  }
  if (unit.isCommon) return hidden;
  return variant + (unit.isTest ? 2 : 1);
}

/** Returns whether the build of a module names another module as a dependency. */
function needsOf(
  own: string,
  manifests: ReadonlyMap<string, string>,
  sbt: SbtProjects,
): (module: string) => boolean {
  const text = manifests.get(own) ?? '';
  return (module) => {
    if (sbt.get(own)?.has(module) === true) return true;
    const artifact = artifactOf(manifests.get(module) ?? '');
    return isNamed(nameOf(module), text) || (artifact !== null && isNamed(artifact, text));
  };
}

const otherArtifacts =
  /<(parent|dependencies|dependencyManagement|build|profiles)>(?:(?!<\1>)[\s\S])*?<\/\1>/g;

/** Returns the name by which Maven knows the module, which need not be that of its folder. */
function artifactOf(pom: string): string | null {
  if (!pom.includes('<artifactId>')) return null;
  return /<artifactId>\s*([\w.-]+)\s*</.exec(pom.replace(otherArtifacts, ''))?.[1] ?? null;
}

/** Whether the text of a build file names a module of the repository as a dependency. */
function isNamed(module: string, manifest: string): boolean {
  if (module === '' || manifest === '') return false;
  const camel = module.replaceAll(/[-_.](\w)/g, (_, letter: string) => letter.toUpperCase());
  const forms = [`:${module}"`, `:${module}'`, `<artifactId>${module}<`, `projects.${camel})`];
  return forms.some((form) => manifest.includes(form));
}

/** The folders of sbt's projects, and the folders of those on which each depends. */
type SbtProjects = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads `val app = (project in file("app")).dependsOn(core % "test->test")`. */
function readSbt(text: string): SbtProjects {
  const projects = new Map<string, { folder: string; needs: readonly string[] }>();
  for (const part of text.split(/^(?=[ \t]*(?:lazy[ \t]+)?val[ \t])/m)) {
    const id = /^[ \t]*(?:lazy[ \t]+)?val[ \t]+`?([\w-]+)`?[^=\n]{0,80}=\s*\(?\s*project\b/.exec(
      part,
    )?.[1];
    if (id === undefined) continue;
    const stated = /\bfile\(\s*"([^"\n]{0,200})"\s*\)/.exec(part.slice(0, 400))?.[1];
    const needs = [...part.matchAll(/\bdependsOn\(([^()]{0,2000})\)/g)].flatMap(([, list = '']) =>
      list.split(',').flatMap((each) => /^\s*`?([\w-]+)/.exec(each)?.[1] ?? []),
    );
    projects.set(id, { folder: joinPath('', stated ?? id) ?? id, needs });
  }
  return new Map(
    [...projects.values()].map(({ folder, needs }) => [
      folder,
      new Set(needs.flatMap((need) => projects.get(need)?.folder ?? [])),
    ]),
  );
}
