/**
 * Resolves the paths that shell scripts source: from the script's own folder if the path says so,
 * else from that folder or from the top, where scripts are usually started. A used function leads
 * to the sourced file that defines it. Pure.
 */
import type { ImportFact, ParsedFile } from '../../facts/facts.ts';
import { folderOf, joinPath } from '../../paths.ts';
import {
  addDestination,
  type Destination,
  emptyResolution,
  type Link,
  type Project,
  type Resolution,
} from '../language.ts';

/** For a path relative to the folder in which the script is started, which is not known. */
const searchedConfidence = 0.8;
/** For a function of a file that a sourced file sources. */
const passedOnConfidence = 0.9;
/** Most sourced files that are searched for the functions of one script. */
const followedMax = 200;

export function openBashResolver(project: Project) {
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    for (const fact of file.facts.imports) {
      const destination = destinationOf(project, file.path, fact);
      if (destination !== null) addDestination(resolution, fact, destination);
    }
    addFunctions(project, file, resolution);
    return resolution;
  };
}

/** Returns null if no file is expected: `load` may name a file of bats itself. */
function destinationOf(project: Project, from: string, fact: ImportFact): Destination | null {
  const { specifier, style, detail } = fact;
  const to = detail === 'computed' ? null : findSource(project, from, fact);
  if (to !== null) {
    return { to, confidence: detail === 'own' || style === 'load' ? 1 : searchedConfidence };
  }
  if (detail === '' && /^[/~]/.test(specifier)) return { external: specifier };
  if (style !== 'source') return null;
  if (detail === 'computed') return { missing: 'the path is computed when the script runs' };
  return { missing: 'no such file in the repository' };
}

function findSource(project: Project, from: string, fact: ImportFact): string | null {
  const { specifier, detail, style } = fact;
  if (/^[/~]/.test(specifier)) return null;
  const isOwn = detail === 'own' || style === 'load';
  const folders = isOwn ? [folderOf(from)] : [folderOf(from), ''];
  // bats adds the extension `.bash` to the name that a test loads.
  const names = style === 'load' ? [`${specifier}.bash`, specifier] : [specifier];
  for (const folder of folders) {
    const paths = names.map((name) => joinPath(folder, name));
    const found = paths.find((path) => path !== null && path !== from && project.files.has(path));
    if (typeof found === 'string') return found;
  }
  return null;
}

/** Links files that sourced files source in turn, by function; sourced files have their links. */
function addFunctions(project: Project, file: ParsedFile, resolution: Resolution): void {
  const own = definedIn(file);
  const direct = resolution.links.map(({ to }) => to);
  const missing = new Set(file.facts.uses.filter((name) => !own.has(name)));
  const visited = new Set([file.path, ...direct]);
  const queue = [...direct];
  for (let index = 0; index < queue.length && index < followedMax; index += 1) {
    const sourced = project.files.get(queue[index] ?? '');
    if (sourced === undefined) continue;
    const used = [...definedIn(sourced)].filter((name) => missing.delete(name));
    if (used.length > 0 && !direct.includes(sourced.path)) {
      resolution.links.push(functionLink(sourced.path, used));
    }
    for (const fact of sourced.facts.imports) {
      const next = fact.detail === 'computed' ? null : findSource(project, sourced.path, fact);
      if (next === null || visited.has(next)) continue;
      visited.add(next);
      queue.push(next);
    }
  }
}

function definedIn(file: ParsedFile): Set<string> {
  const functions = file.facts.symbols.filter(({ kind }) => kind === 'function');
  return new Set(functions.map(({ name }) => name));
}

function functionLink(to: string, names: readonly string[]): Link {
  const bindings = names.map((name) => ({ name, local: name }));
  return {
    ...{ to, kind: 'import', bindings, star: false, softness: 0 },
    confidence: passedOnConfidence,
  };
}
