/**
 * Resolves Ruby's requires and constants. A require is looked up in declared roots. A constant is
 * looked up as Ruby does: in the modules around it, in the innermost one's ancestors, then at the
 * top. If several files open a module, the file that defines it is the target. Pure.
 */
import { type ImportFact, type ParsedFile, softness } from '../../facts/facts.ts';
import { below, folderOf, joinPath } from '../../paths.ts';
import {
  addDestination,
  type Destination,
  emptyResolution,
  type Project,
  type Resolution,
} from '../language.ts';
import { openConstants, type RubyConstants } from './definers.ts';
import { openRubyRoots, type RubyRoots } from './roots.ts';

/** Of a path that is relative to the folder in which the program is started. */
const searchedConfidence = 0.8;

export function openRubyResolver(project: Project) {
  const roots = openRubyRoots(project);
  const search = { project, roots };
  const require = (file: ParsedFile, specifier: string) =>
    findRequired(search, file.path, specifier);
  const constants = openConstants(project, roots, require);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    for (const fact of file.facts.imports) {
      if (fact.style === 'ancestor' || fact.style === 'load_path') continue;
      addDestination(resolution, fact, destinationOf(search, file.path, fact));
    }
    addConstants(constants, file, resolution);
    return resolution;
  };
}

interface Search {
  readonly project: Project;
  readonly roots: RubyRoots;
}

function destinationOf(search: Search, from: string, fact: ImportFact): Destination {
  const { project } = search;
  const { specifier, style, detail } = fact;
  if (detail === 'computed') return { missing: 'the path is computed when the program runs' };
  if (detail === 'own' || style === 'require_relative') {
    const beside = fileAt(project, joinPath(folderOf(from), specifier));
    if (beside === null) return { missing: 'no such file in the repository' };
    return { to: beside, confidence: 1 };
  }
  const to = findRequired(search, from, specifier);
  if (to !== null) return { to, confidence: 1 };
  const started = isPath(fact) ? fileAt(project, joinPath('', specifier)) : null;
  if (started !== null) return { to: started, confidence: searchedConfidence };
  if (isOwn(search, from, specifier))
    return { missing: 'no such file on the load path of its gem' };
  return { external: specifier.split('/', 1)[0] ?? specifier };
}

/** Whether a path starts at the working folder: `load 'tasks/a.rake'`, `require './a'`. */
function isPath({ style, specifier }: ImportFact): boolean {
  return style === 'load' || /^\.\.?\//.test(specifier);
}

function findRequired({ project, roots }: Search, from: string, specifier: string): string | null {
  if (/^(?:\/|~|\.\.?\/)/.test(specifier)) return null;
  for (const root of roots.of(from)) {
    const to = fileAt(project, joinPath(root, specifier));
    if (to !== null) return to;
  }
  return null;
}

function fileAt(project: Project, path: string | null): string | null {
  if (path === null) return null;
  if (project.files.has(`${path}.rb`)) return `${path}.rb`;
  return project.files.get(path)?.language === 'ruby' ? path : null;
}

/** Whether the first part of a path is a folder of the file's own gem. */
function isOwn({ project, roots }: Search, from: string, specifier: string): boolean {
  const [first = ''] = specifier.split('/', 1);
  return roots.own(from).some((root) => project.folders.has(below(root, first)));
}

function addConstants(constants: RubyConstants, file: ParsedFile, resolution: Resolution): void {
  for (const use of file.facts.uses) {
    const space = use.indexOf(' ');
    const nesting = use.slice(0, space).split(',').filter(Boolean);
    const found = constants.find(file, nesting, use.slice(space + 1));
    if (found === null) continue;
    resolution.links.push({
      to: found.path,
      kind: 'same-package',
      bindings: [{ name: found.name, local: found.name }],
      star: false,
      softness: softness.hard,
      confidence: found.confidence,
    });
  }
}
