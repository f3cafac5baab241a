/** One line per file for the plan: what the file is for, from its place, outline and manifest. */
import type { Definition, FileStructure } from '../../../schemas/generated/types.ts';
import { edgesFrom } from '../../ports/look-up.ts';
import type { PlanRequest } from '../../ports/teacher.ts';
import { isContainer, isFunction } from './know/definitions.ts';
import { type Role, roleOf, stemOf } from './know/roles.ts';
import { headingsOf } from './know/text-facts.ts';
import { docClause, predicateOf } from './say/clause.ts';
import {
  baseName,
  count,
  folderOf,
  identifierWords,
  joinNames,
  joinWords,
  quote,
  sentence,
  shortPath,
  unique,
} from './wording.ts';

const charactersMax = 220;

export function purposeOf(file: FileStructure, request: PlanRequest): string {
  const role = roleOf(file.path);
  const text =
    role === 'test' || role === 'example'
      ? ofTest(file, role, request)
      : (ofPlace(file, role, request) ?? ofOutline(file, role, request));
  return sentence(
    text.length > charactersMax ? `${text.slice(0, text.lastIndexOf(' ', charactersMax))} …` : text,
  );
}

function ofTest(file: FileStructure, role: Role, request: PlanRequest): string {
  const targets = edgesFrom(request.edges, file.path).filter((edge) => roleOf(edge.to) !== 'test');
  const tested = targets.map((edge) => shortPath(edge.to));
  if (role === 'example') return ofExample(file, tested);
  const subject = subjectOf(file.path);
  const top = file.symbols.filter((symbol) => symbol.parent === null);
  const cases = file.symbols.filter(
    (symbol) => isFunction(symbol) && /^(?:test|Test|should)/.test(symbol.name),
  );
  const code = file.parser !== 'none' && /test|spec/i.test(baseName(file.path));
  if (!code || /^conftest\./.test(baseName(file.path))) {
    return top.length === 0
      ? `material for the tests: ${subject}`
      : `support for the tests: ${joinNames(
          top.map((symbol) => symbol.name),
          5,
        )}`;
  }
  const titles = cases
    .slice(0, 4)
    .map((symbol) => identifierWords(symbol.name.replace(/^(?:test|Test)_*/, '')));
  const told = titles.filter((title) => title !== '');
  const target = tested.length > 0 ? ` against ${joinNames(tested, 3)}` : '';
  const list = told.length > 0 ? `, such as ${joinWords(told, 4)}` : '';
  return `tests of ${subject}${target}${cases.length === 0 ? '' : `: ${count(cases.length, 'case')}${list}`}`;
}

function ofExample(file: FileStructure, used: readonly string[]): string {
  const name = /(?:^|\/)(?:examples?|demos?|samples?|tutorials?|bench\w*)\/([^/]+)\//i.exec(
    file.path,
  )?.[1];
  const part = /(?:^|[/_])tests?[/_]/.test(file.path) ? 'tests of' : 'part of';
  const top = file.symbols.filter((symbol) => symbol.parent === null).map((symbol) => symbol.name);
  const what =
    top.length > 0 ? `${subjectOf(file.path)} with ${joinNames(top, 4)}` : subjectOf(file.path);
  const base = used.length > 0 ? `, on top of ${joinNames(used, 3)}` : '';
  return name === undefined
    ? `an example: ${what}${base}`
    : `${part} the example ${quote(name)}: ${what}${base}`;
}

/** Names that say nothing of what a file is about. */
const vague = /^(?:__init__|__main__|index|mod|lib|main|src|source|)$/;

/** The subject of a path in words; taken from the folder if the file name says nothing. */
function subjectOf(path: string): string {
  const stem = stemOf(path);
  const folder = folderOf(path)
    .split('/')
    .reverse()
    .find((name) => !vague.test(name));
  return identifierWords(vague.test(stem) ? (folder ?? stem) : stem) || baseName(path);
}

/** Purposes of files that are recognised by their place. */
function ofPlace(file: FileStructure, role: Role, request: PlanRequest): string | null {
  const manifest = request.manifests.find((one) => one.path === file.path)?.text;
  if (/(?:^|\/|[.-])lock(?:\.\w+)?$|\.sum$/i.test(file.path))
    return 'exact versions of all dependencies, written by a tool';
  switch (role) {
    case 'package':
      return ofPackage(file, request);
    case 'entry':
      return ofEntry(file, request);
    case 'licence':
      return `the licence (${request.licence}), kept as it is`;
    case 'changelog':
      return 'what changed from version to version';
    case 'readme': {
      const headings = folderOf(file.path) === '' ? headingsOf(request.readme).slice(1, 5) : [];
      const covers =
        headings.length > 0
          ? `, covering ${joinWords(headings.map((heading) => `“${heading}”`))}`
          : '';
      return `introduces ${folderOf(file.path) === '' ? request.name : quote(folderOf(file.path))} to a reader${covers}`;
    }
    case 'documentation':
      return `documentation: ${subjectOf(file.path)}`;
    case 'manifest':
      return `package metadata${manifest === undefined ? '' : ': name, version and what the package needs'}`;
    case 'workflow':
      return `continuous integration: ${subjectOf(file.path)}`;
    case 'build':
      return file.symbols.length > 0
        ? null
        : `how the project is built and run: ${quote(baseName(file.path))}`;
    case 'markup':
      return `${/\.(?:css|scss|less)$/.test(file.path) ? 'styles' : 'markup'} for ${subjectOf(file.path)}`;
    case 'configuration':
      return file.symbols.length > 0
        ? null
        : `settings for ${identifierWords(baseName(file.path).replace(/\.(?:json|ya?ml|toml|ini|cfg|xml)$/, '')) || 'tools'}`;
    case 'data':
      return `data: ${subjectOf(file.path)}`;
    default:
      return null;
  }
}

/** What a package re-exports, by the names that it imports from its own modules. */
function ofPackage(file: FileStructure, request: PlanRequest): string | null {
  const folder = folderOf(file.path);
  const needs = edgesFrom(request.edges, file.path);
  const own = needs.filter((edge) => edge.to.startsWith(folder));
  const names = unique(own.flatMap((edge) => edge.names)).filter((name) => /^\w+$/.test(name));
  if (names.length < 2 || file.symbols.length > names.length) return null;
  return `gathers what ${folder === '' ? 'the package' : quote(baseName(folder))} offers: ${joinNames(names, 7)}`;
}

function ofEntry(file: FileStructure, request: PlanRequest): string | null {
  const started = edgesFrom(request.edges, file.path);
  if (file.symbols.length > 3 || started.length === 0) return null;
  const names = unique(started.flatMap((edge) => edge.names));
  const what = names.length > 0 ? `${joinNames(names, 3)} of ` : '';
  return `starts the program through ${what}${joinNames(
    started.map((edge) => shortPath(edge.to)),
    3,
  )}`;
}

function ofOutline(file: FileStructure, role: Role, request: PlanRequest): string {
  const top = file.symbols.filter((symbol) => symbol.parent === null);
  const folder = folderOf(file.path);
  if (top.length === 0) {
    const targets = edgesFrom(request.edges, file.path);
    if (targets.length > 0) {
      const names = targets.map((edge) => shortPath(edge.to));
      return `passes on what ${joinNames(names, 4)} ${targets.length === 1 ? 'offers' : 'offer'}`;
    }
    if (role === 'package' && folder !== '') return `makes ${quote(folder)} a package`;
    return file.lines === 0
      ? 'an empty file that marks its place'
      : `${subjectOf(file.path)}, in ${file.language}`;
  }
  const weight = (symbol: (typeof top)[number]) =>
    symbol.endLine - symbol.startLine + (symbol.exported ? 40 : 0) + (isContainer(symbol) ? 40 : 0);
  const typeVariable = /^(?:[A-Z]|T_\w+|log|logger|debug|__\w+__)$/;
  const telling = top.filter((symbol) => !typeVariable.test(symbol.name));
  const main = [...(telling.length > 0 ? telling : top)].sort(
    (a, b) => weight(b) - weight(a) || a.startLine - b.startLine,
  );
  const documented = main.slice(0, 3).find((symbol) => docClause(symbol.doc, symbol.name) !== null);
  const others = main.filter((symbol) => symbol !== documented).map((symbol) => symbol.name);
  if (documented === undefined) {
    const what =
      main.length === 1
        ? `${main[0]?.kind} ${joinNames(others)}`
        : `the ${kindsOf(main)} ${joinNames(others, 6)}`;
    return `${subjectOf(file.path)}: ${what}`;
  }
  const rest = others.length > 0 ? `; also ${joinNames(others, 4)}` : '';
  return `${quote(documented.name)} ${predicateOf(docClause(documented.doc, documented.name) ?? '')}${rest}`;
}

/** One word for several definitions of one kind. */
function kindsOf(definitions: readonly Definition[]): string {
  if (definitions.every(isContainer)) return 'types';
  return definitions.every(isFunction) ? 'functions' : 'parts';
}
