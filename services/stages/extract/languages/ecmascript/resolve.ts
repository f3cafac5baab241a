/**
 * Where JavaScript and TypeScript find modules: relative paths, tsconfig `paths` and `baseUrl`,
 * package.json `imports`, packages of the repository that workspaces or dependencies declare, and
 * customary aliases. Any other bare specifier that may be a package is external. Pure.
 */
import { type Binding, type ImportFact, noFacts, type ParsedFile } from '../../facts/facts.ts';
import { below, extensionOf, folderOf, joinPath } from '../../paths.ts';
import { emptyResolution, linkOf, type Project, type Resolution } from '../language.ts';
import { type BundlerAliases, openBundlerAliases } from './bundlers.ts';
import { bareOfJsr } from './deno.ts';
import {
  type FileFinder,
  type FoundFile,
  type Manner,
  openFileFinder,
  openPlatformFinder,
  type PlatformFinder,
} from './files.ts';
import { openPackages, packageName } from './packages.ts';
import { openTypescriptConfigs, type TypescriptConfigs } from './tsconfig.ts';

/** For aliases such as `@/`, which no package can have and whose folder only custom tells. */
const customaryConfidence = 0.7;

/** For aliases of a configuration that is a program. */
const configuredConfidence = 0.9;

export function openEcmascriptResolver(project: Project) {
  const find = openFileFinder(project);
  const packages = openPackages(project, find);
  const configs = openTypescriptConfigs(project);
  const bundlers = openBundlerAliases(project);
  const findPlatforms = openPlatformFinder(project, configs.suffixes);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const context = { project, file, find, findPlatforms, packages, configs, bundlers };
    for (const fact of file.facts.imports) addImport(context, fact, resolution);
    return resolution;
  };
}

interface Context {
  readonly project: Project;
  readonly file: ParsedFile;
  readonly find: FileFinder;
  readonly findPlatforms: PlatformFinder;
  readonly packages: ReturnType<typeof openPackages>;
  readonly configs: TypescriptConfigs;
  readonly bundlers: BundlerAliases;
}

/** What a specifier means: files of the repository, an external package, or a missing file. */
type Meaning =
  | { readonly found: readonly FoundFile[] }
  | { readonly external: string }
  | { readonly missing: string };

function addImport(context: Context, fact: ImportFact, resolution: Resolution): void {
  // Bundlers allow a query after the path (`a.svg?raw`) and loaders before it (`raw!a.svg`).
  const specifier = fact.specifier.replace(/(?<=.)[?].*$/, '').replace(/^.*!(?=.)/, '');
  const { file } = context;
  const meaning = meaningOf(context, fact, specifier);
  if ('external' in meaning) resolution.externals.push(meaning.external);
  else if ('missing' in meaning) {
    resolution.unresolved.push({ specifier, reason: meaning.missing });
  } else {
    for (const { path, confidence } of meaning.found) {
      if (path === file.path) continue;
      const bindings = bindingsOf(context.project, fact, path);
      resolution.links.push(linkOf(fact, path, { confidence, bindings }));
    }
  }
}

function meaningOf(context: Context, fact: ImportFact, specifier: string): Meaning {
  const { file, packages } = context;
  if (/^\.{1,2}(?:\/|$)/.test(specifier)) return findRelative(context, fact, specifier);
  const ofJsr = bareOfJsr(specifier);
  if (ofJsr !== null) {
    // Deno takes a member of the workspace before the registry.
    const packaged = packages.find(file.path, ofJsr);
    return packaged.kind === 'file' ? { found: [packaged] } : { external: specifier };
  }
  if (
    specifier === '' ||
    specifier.startsWith('/') ||
    /^(?:https?|data|node|bun|npm|jsr|virtual|astro|cloudflare):/.test(specifier)
  ) {
    return { external: specifier.replace(/^node:/, '') };
  }
  const aliased = findAliased(context, specifier);
  if (aliased.length > 0) return { found: aliased };
  const packaged = packages.find(file.path, specifier);
  if (packaged.kind === 'file') return { found: [packaged] };
  const customary = findCustomary(context, specifier);
  if (customary.length > 0) return { found: customary };
  if (packaged.kind === 'missing') return { missing: 'the package does not offer this path' };
  if (context.configs.isAlias(file.path, specifier)) {
    return { missing: 'an alias that leads to no file' };
  }
  if (!mayBePackage(specifier)) return { missing: 'an alias that no configuration here states' };
  return { external: packageName(specifier) };
}

function findRelative(context: Context, fact: ImportFact, specifier: string): Meaning {
  const { file, configs } = context;
  const path = joinPath(folderOf(file.path), specifier);
  if (path === null) return { missing: 'leads out of the repository' };
  const manner = mannerOf(context, fact);
  // A specifier that ends in a slash, or whose last segment is `.` or `..`, means a folder.
  const isFolder = /(?:^|\/)\.{0,2}$/.test(specifier);
  const places = [path, ...configs.elsewhere(file.path, path)];
  for (const place of places) {
    const found = findFiles(context, isFolder ? `${place}/` : place, manner);
    if (found.length > 0) return { found };
  }
  return { missing: 'no such file in the repository' };
}

/** Returns the file at a path and its platform variants. */
function findFiles(context: Context, place: string, manner: Manner): readonly FoundFile[] {
  const { file, find, findPlatforms } = context;
  const first = find(place, manner);
  const others = findPlatforms(file.path, place.replace(/\/$/, ''));
  const platforms = others.filter(({ path }) => path !== first?.path);
  return first === null ? platforms : [first, ...platforms];
}

/**
 * Returns whose rules an import follows. An `import` in a file that Node does not read as an ES
 * module is compiled to `require` before it runs.
 */
function mannerOf({ file, packages }: Context, fact: ImportFact): Manner {
  const extension = extensionOf(file.path);
  // Bundlers read components, and look as TypeScript does.
  if (isTypescript(file.path) || components.has(file.language)) return 'typescript';
  if (fact.style === 'require' || extension === '.cjs') return 'require';
  return extension === '.mjs' || packages.isModule(file.path) ? 'import' : 'require';
}

/** Adds to `const f = require('./f')` the target's `default`, if the target exports one. */
function bindingsOf(project: Project, fact: ImportFact, to: string): readonly Binding[] {
  const [binding] = fact.bindings;
  if (fact.style !== 'require' || binding?.name !== '*') return fact.bindings;
  const { aliases, imports } = project.files.get(to)?.facts ?? noFacts;
  const hasDefault =
    aliases.has('default') || imports.some(({ bindings: [b] }) => b?.local === 'default');
  return hasDefault ? [...fact.bindings, { name: 'default', local: binding.local }] : fact.bindings;
}

const components: ReadonlySet<string> = new Set(['vue', 'svelte']);

function isTypescript(path: string): boolean {
  return /^\.[mc]?tsx?$/.test(extensionOf(path));
}

function findAliased(context: Context, specifier: string): readonly FoundFile[] {
  for (const candidate of context.configs.candidates(context.file.path, specifier)) {
    const found = findFiles(context, candidate, 'typescript');
    if (found.length > 0) return found;
  }
  for (const candidate of context.bundlers.candidates(context.file.path, specifier)) {
    const found = findFiles(context, candidate, 'typescript');
    if (found.length > 0) {
      return found.map(({ path }) => ({ path, confidence: configuredConfidence }));
    }
  }
  return [];
}

/** Whether a specifier can name a package: no npm package begins with an alias prefix. */
function mayBePackage(specifier: string): boolean {
  return !/^(?:@\/|@@|~|\$lib\b|#)/.test(specifier);
}

/** Prefixes that frameworks document, and the folders of a package that each may stand for. */
const customary: readonly (readonly [beginning: RegExp, folders: readonly string[]])[] = [
  [/^[@~#]\//, ['src', 'app', '']],
  [/^(?:@@|~~)\//, ['']],
  [/^\$lib(?:\/|$)/, ['src/lib']],
];

/** Finds an alias by custom, for configurations that are programs or are generated by one. */
function findCustomary(context: Context, specifier: string): readonly FoundFile[] {
  const home = context.packages.folderOf(context.file.path);
  for (const [beginning, folders] of customary) {
    if (!beginning.test(specifier)) continue;
    const rest = specifier.replace(beginning, '');
    for (const folder of folders) {
      const place = below(below(home, folder), rest);
      const found = findFiles(context, place, 'typescript');
      if (found.length > 0) {
        return found.map(({ path }) => ({ path, confidence: customaryConfidence }));
      }
    }
  }
  return [];
}
