/**
 * Evaluates MSBuild files: properties, imported files, and the items that name referenced projects,
 * sources and namespaces. An item with an unknown value is reported, not dropped. Pure.
 */
import { below, folderOf, foldersUpwards, joinPath, nameOf } from '../../paths.ts';
import { type Budget, openBudget } from '../budget.ts';
import type { Project } from '../language.ts';

export function isProjectFile(path: string): boolean {
  return /\.(?:csproj|props|targets|projitems|shproj|sln|slnx)$/i.test(path);
}

export interface Evaluated {
  /** Element to the paths of its items, wildcards included; `Using` to names of namespaces. */
  readonly items: ReadonlyMap<string, readonly string[]>;
  /** Elements with an item that holds an unknown value. */
  readonly unread: ReadonlySet<string>;
}

const importsMax = 64;
const depthMax = 16;
const lengthMax = 4096;
/** Characters made, and what statements weigh, for all projects of a repository. */
const workMax = 2 ** 31;
/** What a statement takes of it beside its values. */
const statementWeight = 32;
const elements = ['ProjectReference', 'Compile', 'Using'];

/** What the evaluations of all projects share. */
interface Shared {
  readonly project: Project;
  readonly budget: Budget;
  /** Path of a file to its statements. */
  readonly statements: Map<string, readonly RegExpExecArray[]>;
  /** The folders that hold a solution. */
  readonly solutions: ReadonlySet<string>;
}

interface Evaluation extends Shared {
  /** Folder of the project file that is evaluated. */
  readonly home: string;
  readonly path: string;
  readonly properties: Map<string, string>;
  readonly items: Map<string, string[]>;
  readonly unread: Set<string>;
  readonly seen: Set<string>;
}

/** Returns an evaluator of the projects of a repository. */
export function openEvaluator(project: Project): (path: string) => Evaluated {
  const solutions = [...project.files.keys()].filter((path) => /\.slnx?$/.test(path));
  const shared: Shared = {
    project,
    budget: openBudget(workMax),
    statements: new Map(),
    solutions: new Set(solutions.map(folderOf)),
  };
  return (path) => evaluateProject(shared, path);
}

/** Evaluates a project with the Directory.* files that SDK projects load before and after it. */
function evaluateProject(shared: Shared, path: string): Evaluated {
  const { project } = shared;
  const home = folderOf(path);
  const evaluation: Evaluation = {
    ...shared,
    home,
    path,
    properties: new Map(),
    items: new Map(),
    unread: new Set(),
    seen: new Set(),
  };
  for (const file of [
    nearest(project, home, 'Directory.Build.props'),
    nearest(project, home, 'Directory.Packages.props'),
    path,
    nearest(project, home, 'Directory.Build.targets'),
  ]) {
    if (file !== null) readFile(evaluation, file);
  }
  if (shared.budget.isSpent) for (const element of elements) evaluation.unread.add(element);
  return evaluation;
}

function nearest(project: Project, from: string, name: string): string | null {
  const lower = name.toLowerCase();
  for (const folder of foldersUpwards(from)) {
    const path = [name, lower].map((each) => below(folder, each));
    const found = path.find((each) => project.files.has(each));
    if (found !== undefined) return found;
  }
  return null;
}

const import_ = /<Import\s[^<>]*?\bProject\s*=\s*(?:"([^"]*)"|'([^']*)')/.source;
const item = new RegExp(
  `<(${elements.join('|')})\\s[^<>]*?\\bInclude\\s*=\\s*(?:"([^"]*)"|'([^']*)')`,
).source;
const property = /<(?<property>\w+)(?:\s[^<>]*)?>([^<]*)<\/\k<property>>/.source;
const statement = new RegExp(`${import_}|${item}|${property}`, 'g');

function statementsOf({ statements }: Shared, path: string, text: string) {
  const plain = () => text.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '');
  const found = statements.get(path) ?? [...plain().matchAll(statement)];
  statements.set(path, found);
  return found;
}

/** Evaluates a file from top to bottom, because a property has a value only once it is set. */
function readFile(evaluation: Evaluation, path: string): void {
  const { project, seen, properties, budget } = evaluation;
  const text = project.files.get(path)?.manifest ?? null;
  if (text === null || seen.has(path) || seen.size > importsMax) return;
  seen.add(path);
  const folder = folderOf(path);
  for (const match of statementsOf(evaluation, path, text)) {
    if (!budget.take(statementWeight)) return;
    const [, imported, importedToo, element, list, listToo, name, value] = match;
    if (name !== undefined) {
      // The condition may be false, so a conditional property does not replace an earlier value.
      const isGuarded = /\bCondition\s*=/.test(match[0]) && properties.has(name.toLowerCase());
      if (!isGuarded) properties.set(name.toLowerCase(), expand(evaluation, folder, value ?? ''));
    } else if (element !== undefined) {
      addItems(evaluation, folder, element, list ?? listToo ?? '');
    } else {
      const target = pathOf(evaluation, folder, folder, imported ?? importedToo ?? '');
      if (target !== null) readFile(evaluation, target);
    }
  }
}

function addItems(evaluation: Evaluation, folder: string, element: string, list: string): void {
  const { items, unread, home } = evaluation;
  const paths = items.get(element) ?? [];
  items.set(element, paths);
  for (const word of list.split(';')) {
    if (word.trim() === '') continue;
    if (element === 'Using') paths.push(expand(evaluation, folder, word.trim()));
    else {
      const path = pathOf(evaluation, folder, home, word);
      if (path !== null) paths.push(path);
      else if (/[$@]\(/.test(word)) unread.add(element);
    }
  }
}

/** Marks a path that is relative to the top of the repository. */
const top = '\u0003';
const unknown = '\u0001';

/** Returns a path of the repository; null if it leads outside or holds an unknown value. */
function pathOf(evaluation: Evaluation, folder: string, base: string, text: string): string | null {
  const word = expand(evaluation, folder, text.trim()).replaceAll('\\', '/');
  if (word.includes(unknown) || /^[A-Za-z]:|^\/|[@%]\(/.test(word)) return null;
  const start = word.lastIndexOf(top);
  return start < 0 ? joinPath(base, word) : joinPath('', word.slice(start + 1));
}

function expand(evaluation: Evaluation, folder: string, text: string): string {
  let result = text;
  for (let depth = 0; depth < depthMax && result.includes('$('); depth += 1) {
    let length = 0;
    // A function expands its arguments itself; those nested too deep here are replaced first.
    const next = result.replaceAll(reference, (_, inner: string) => {
      // What lies beyond the length that is kept is not made: it could have any length.
      if (length > lengthMax) return '';
      const value = inner.startsWith('[')
        ? callFunction(evaluation, folder, inner)
        : propertyOf(evaluation, folder, inner.toLowerCase());
      length += value.length;
      return value;
    });
    evaluation.budget.take(next.length);
    if (next === result) return result.replaceAll('$(', () => unknown);
    result = next;
  }
  return result.slice(0, lengthMax);
}

const reference = /\$\((\[[^[\]]*\]::\w+\((?:[^()]|\([^()]*\))*\)|\w+)\)/g;
/** A call has no more arguments. */
const argumentsMax = 64;

function propertyOf(evaluation: Evaluation, folder: string, name: string): string {
  const { properties, home, path, solutions } = evaluation;
  const set = properties.get(name);
  if (set !== undefined) return set;
  const place = (at: string) => `${top}${at === '' ? '' : `${at}/`}`;
  if (name === 'msbuildthisfiledirectory') return place(folder);
  if (name === 'msbuildprojectdirectory' || name === 'projectdir') return place(home);
  if (name === 'msbuildprojectname') return nameOf(path).replace(/\.\w+$/, '');
  if (name === 'solutiondir') {
    const solution = foldersUpwards(home).find((above) => solutions.has(above));
    if (solution !== undefined) return place(solution);
  }
  return unknown;
}

/** Evaluates functions that find a file in a parent folder or tidy paths; others are unknown. */
function callFunction(evaluation: Evaluation, folder: string, call: string): string {
  const [, name = '', list = ''] = /::(\w+)\(([\s\S]*)\)$/.exec(call) ?? [];
  const given = list
    .split(',', argumentsMax)
    .map((part) => expand(evaluation, folder, part.trim().replaceAll(/^['"`]|['"`]$/g, '')));
  if (/^Get(?:PathOfFile|DirectoryNameOfFile)Above$/.test(name)) {
    const isFile = name.startsWith('GetPath');
    const [file = '', start = ''] = isFile ? given : [given[1], given[0]];
    const from = start === '' ? folder : pathOf(evaluation, folder, folder, start);
    const found = from === null ? null : nearest(evaluation.project, from, file);
    if (found === null) return unknown;
    return `${top}${isFile ? found : `${folderOf(found)}/`}`;
  }
  if (/^(?:Combine|NormalizePath|NormalizeDirectory)$/.test(name)) return given.join('/');
  if (/^(?:GetFullPath|EnsureTrailingSlash)$/.test(name)) return given[0] ?? '';
  return unknown;
}
