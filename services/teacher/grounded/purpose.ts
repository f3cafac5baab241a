/** One line per file for the plan: what the file is for, from its place, outline and manifest. */
import type { FileStructure } from '../../../schemas/generated/types.ts';
import type { PlanRequest } from '../port.ts';
import { docClause, predicateOf } from './clause.ts';
import { isContainer, isFunction } from './definitions.ts';
import { type Role, roleOf, stemOf } from './roles.ts';
import { headingsOf } from './text-facts.ts';
import {
  baseName,
  count,
  folderOf,
  identifierWords,
  joinNames,
  joinWords,
  quote,
  sentence,
} from './wording.ts';

const charactersMax = 220;

export function purposeOf(file: FileStructure, request: PlanRequest): string {
  const role = roleOf(file.path);
  const text =
    role === 'test' || role === 'example'
      ? ofTest(file, role, request)
      : (ofPlace(file, role, request) ?? ofOutline(file, role));
  return sentence(
    text.length > charactersMax ? `${text.slice(0, text.lastIndexOf(' ', charactersMax))} …` : text,
  );
}

function ofTest(file: FileStructure, role: Role, request: PlanRequest): string {
  const tested = request.edges
    .filter((edge) => edge.from === file.path && roleOf(edge.to) !== 'test')
    .map((edge) => baseName(edge.to));
  const cases = file.symbols.filter(
    (symbol) => isFunction(symbol) && /^(?:test|Test|should)/.test(symbol.name),
  );
  const subject = identifierWords(stemOf(file.path));
  if (role === 'example')
    return `an example of using the project: ${subject}${tested.length > 0 ? `, on top of ${joinNames(tested, 3)}` : ''}`;
  if (cases.length === 0) {
    if (file.symbols.length === 0) return `material for the tests: ${subject}`;
    return `support for the tests: ${joinNames(
      file.symbols.filter((symbol) => symbol.parent === null).map((symbol) => symbol.name),
      5,
    )}`;
  }
  const titles = cases
    .slice(0, 4)
    .map((symbol) => identifierWords(symbol.name.replace(/^(?:test|Test)_*/, '')))
    .filter((title) => title !== '');
  const target = tested.length > 0 ? ` against ${joinNames(tested, 3)}` : '';
  return `tests of ${subject}${target}: ${count(cases.length, 'case')}${titles.length > 0 ? `, such as ${joinWords(titles, 4)}` : ''}`;
}

/** Files that are known by where they stand. */
function ofPlace(file: FileStructure, role: Role, request: PlanRequest): string | null {
  const manifest = request.manifests.find((one) => one.path === file.path)?.text;
  switch (role) {
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
      return `documentation: ${identifierWords(stemOf(file.path))}`;
    case 'manifest':
      return `package metadata${manifest === undefined ? '' : ': name, version and what the package needs'}`;
    case 'workflow':
      return `continuous integration: ${identifierWords(stemOf(file.path))}`;
    case 'build':
      return file.symbols.length > 0
        ? null
        : `how the project is built and run: ${quote(baseName(file.path))}`;
    case 'markup':
      return `${/\.(?:css|scss|less)$/.test(file.path) ? 'styles' : 'markup'} for ${identifierWords(stemOf(file.path))}`;
    case 'configuration':
      return file.symbols.length > 0
        ? null
        : `settings for ${identifierWords(baseName(file.path).replace(/\.(?:json|ya?ml|toml|ini|cfg|xml)$/, '')) || 'tools'}`;
    case 'data':
      return `data: ${identifierWords(stemOf(file.path))}`;
    default:
      return null;
  }
}

function ofOutline(file: FileStructure, role: Role): string {
  const top = file.symbols.filter((symbol) => symbol.parent === null);
  const folder = folderOf(file.path);
  if (top.length === 0) {
    if (role === 'package')
      return `makes ${quote(folder === '' ? '.' : folder)} a package and decides what it offers`;
    return file.lines === 0
      ? 'an empty file that marks its place'
      : `${identifierWords(stemOf(file.path))}, in ${file.language}`;
  }
  const weight = (symbol: (typeof top)[number]) =>
    symbol.endLine - symbol.startLine + (symbol.exported ? 40 : 0) + (isContainer(symbol) ? 40 : 0);
  const main = [...top].sort((a, b) => weight(b) - weight(a) || a.startLine - b.startLine);
  const documented = main.slice(0, 3).find((symbol) => docClause(symbol.doc) !== null);
  const others = main.filter((symbol) => symbol !== documented).map((symbol) => symbol.name);
  if (documented === undefined) {
    const kinds = main.every(isContainer)
      ? 'types'
      : main.every(isFunction)
        ? 'functions'
        : 'parts';
    return `${identifierWords(stemOf(file.path))}: ${main.length === 1 ? `${main[0]?.kind} ${joinNames(others)}` : `the ${kinds} ${joinNames(others, 6)}`}`;
  }
  const rest = others.length > 0 ? `; also ${joinNames(others, 4)}` : '';
  return `${quote(documented.name)} ${predicateOf(docClause(documented.doc) ?? '')}${rest}`;
}
