/**
 * Where JavaScript and TypeScript find modules: relative paths, tsconfig `paths` and `baseUrl`,
 * package.json `imports`, and packages of the repository that workspaces or dependencies declare.
 * Any other bare specifier is external. Pure.
 */
import { type Binding, type ImportFact, noFacts, type ParsedFile } from '../../facts/facts.ts';
import { extensionOf, folderOf, joinPath } from '../../paths.ts';
import { emptyResolution, linkOf, type Project, type Resolution } from '../language.ts';
import { openFileFinder } from './files.ts';
import { openPackages, type Packaged, packageName } from './packages.ts';
import { openTypescriptConfigs } from './tsconfig.ts';

/** What is built lies at the same place below the sources by custom, not by declaration. */
const sourceOfBuildConfidence = 0.9;

export function openEcmascriptResolver(project: Project) {
  const find = openFileFinder(project);
  const packages = openPackages(project, find);
  const configs = openTypescriptConfigs(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const context = { project, file, find, packages, configs };
    for (const fact of file.facts.imports) addImport(context, fact, resolution);
    return resolution;
  };
}

interface Context {
  readonly project: Project;
  readonly file: ParsedFile;
  readonly find: ReturnType<typeof openFileFinder>;
  readonly packages: ReturnType<typeof openPackages>;
  readonly configs: ReturnType<typeof openTypescriptConfigs>;
}

function addImport(context: Context, fact: ImportFact, resolution: Resolution): void {
  // Bundlers take a query after the path.
  const specifier = fact.specifier.replace(/(?<=.)[?].*$/, '');
  const { file, find, packages } = context;
  const link = (to: string, confidence = 1) => {
    if (to === file.path) return;
    const bindings = bindingsOf(context.project, fact, to);
    resolution.links.push(linkOf(fact, to, { confidence, bindings }));
  };
  const missing = (reason: string) => resolution.unresolved.push({ specifier, reason });
  if (/^\.{1,2}(?:\/|$)/.test(specifier)) {
    const path = joinPath(folderOf(file.path), specifier);
    const to = path === null ? null : find(path, isTypescript(file.path));
    if (to !== null) link(to);
    else missing(path === null ? 'leads out of the repository' : 'no such file in the repository');
    return;
  }
  if (
    specifier === '' ||
    specifier.startsWith('/') ||
    /^(?:https?|data|node|bun):/.test(specifier)
  ) {
    resolution.externals.push(specifier.replace(/^node:/, ''));
    return;
  }
  const aliased = findAliased(context, specifier);
  const packaged: Packaged =
    aliased === null
      ? packages.find(file.path, specifier)
      : { kind: 'file', path: aliased, built: false };
  if (packaged.kind === 'file') link(packaged.path, packaged.built ? sourceOfBuildConfidence : 1);
  else if (packaged.kind === 'missing') missing('the package does not offer this path');
  else if (isAlias(context, specifier)) missing('an alias that leads to no file');
  else resolution.externals.push(packageName(specifier));
}

/** `const f = require('./f')` uses what that assigns to `module.exports`, if it has a name. */
function bindingsOf(project: Project, fact: ImportFact, to: string): readonly Binding[] {
  const [binding] = fact.bindings;
  if (fact.style !== 'require' || binding?.name !== '*') return fact.bindings;
  const { aliases, imports } = project.files.get(to)?.facts ?? noFacts;
  const hasDefault =
    aliases.has('default') || imports.some(({ bindings: [b] }) => b?.local === 'default');
  return hasDefault ? [...fact.bindings, { name: 'default', local: binding.local }] : fact.bindings;
}

function isTypescript(path: string): boolean {
  return /^\.[mc]?tsx?$/.test(extensionOf(path));
}

function findAliased({ file, find, configs }: Context, specifier: string): string | null {
  for (const candidate of configs.candidates(file.path, specifier)) {
    const to = find(candidate, true);
    if (to !== null) return to;
  }
  return null;
}

/** Whether `paths` names a prefix of it, so that it was meant to be the repository's. */
function isAlias({ file, configs }: Context, specifier: string): boolean {
  return configs.isAlias(file.path, specifier);
}
