/** What the project must do: from README, manifests and the public outline. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { Definition, FileStructure } from '../../../schemas/generated/types.ts';
import type { PlanRequest } from '../../ports/teacher.ts';
import { isContainer, isFunction } from './know/definitions.ts';
import { commandsIn, dependenciesIn, descriptionIn } from './know/manifests.ts';
import { isProgram, roleOf, stemOf } from './know/roles.ts';
import { describeText, headingsOf } from './know/text-facts.ts';
import { docClause } from './say/clause.ts';
import { beginsWithVerb } from './say/verbs.ts';
import {
  baseName,
  count,
  folderOf,
  identifierWords,
  joinNames,
  joinWords,
  languageName,
  quote,
  sentence,
  unique,
} from './wording.ts';

const introductionBytesMax = 700;
const capabilitiesMax = 8;
const symbolsPerCapability = 4;

export function writeRequirements(request: PlanRequest): string {
  const program = request.files.filter((file) => isProgram(roleOf(file.path)));
  const tests = request.files.filter(
    (file) => roleOf(file.path) === 'test' && file.symbols.length > 0,
  );
  const paragraphs = [
    sayIntroduction(request),
    sayCapabilities(request, program),
    sayEntries(request, program),
    saySurroundings(request, program, tests),
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function sayIntroduction(request: PlanRequest): string {
  const description = request.manifests.map(descriptionIn).find((found) => found !== null) ?? null;
  const prose = proseOf(request.readme);
  const opening =
    description === null
      ? `The project is ${quote(request.name)}.`
      : `${quote(request.name)}: ${sentence(description)}`;
  const told = prose.filter(
    (one) => description === null || !one.includes(description.slice(0, 40)),
  );
  let text = opening;
  for (const one of told) {
    if (Buffer.byteLength(`${text} ${one}`) > introductionBytesMax) break;
    text = `${text} ${one}`;
  }
  const topics = headingsOf(request.readme).slice(1, 9);
  return topics.length > 2
    ? `${text} Its documentation promises ${joinWords(
        topics.map((topic) => `“${topic}”`),
        8,
      )}.`
    : text;
}

/** Plain sentences of the README's first paragraphs: no badges, headings, code or tables. */
function proseOf(readme: string): string[] {
  const text = readme
    .replace(/```[\s\S]*?(?:```|$)/g, '\n\n')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<[^>]+>/g, ' ');
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => paragraph.trim());
  const prose = paragraphs.filter((paragraph) => {
    if (
      /^(?:#|\||[-*+] |\d+\. |\.\. |>|=|\$|\[!|!\[|\[[^\]]*\]:)/.test(paragraph) ||
      /\n[=~^-]{3,}\s*$/.test(paragraph)
    )
      return false;
    return /[a-z]{3} [a-z]/.test(paragraph) && !/^\s{4,}/.test(paragraph);
  });
  return prose
    .slice(0, 3)
    .flatMap(sentencesOf)
    .filter((one) => one.length > 30 && one.length < 320);
}

function sentencesOf(paragraph: string): string[] {
  const plain = paragraph
    .replace(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/g, '')
    .replace(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/`([^`<]+?)\s*<[^>]*>`_+/g, '$1')
    .replace(/[*_]{2,}|`{2,}/g, '')
    .replace(/\]|\[/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.split(/(?<=[a-z\d)`][.!?])\s+(?=[A-Z])/).filter((one) => /[.!?]$/.test(one));
}

/** Whether a user of the project would call it: no private names, type variables, loggers. */
function isOffer(symbol: Definition): boolean {
  if (/^_|^(?:[A-Z]|T_\w+|F|log|logger|debug|tests)$/.test(symbol.name)) return false;
  return isContainer(symbol) || isFunction(symbol) || symbol.doc !== null;
}

interface Capability {
  readonly file: FileStructure;
  readonly symbols: readonly Definition[];
  readonly weight: number;
}

/** The files with the most dependents, each with what it offers. */
function sayCapabilities(request: PlanRequest, program: readonly FileStructure[]): string {
  const dependents = new Map<string, number>();
  for (const edge of request.edges) dependents.set(edge.to, (dependents.get(edge.to) ?? 0) + 1);
  const capabilities: Capability[] = program
    .map((file) => {
      const offered = file.symbols.filter(
        (symbol) => symbol.exported && symbol.parent === null && isOffer(symbol),
      );
      // An overloaded function is defined several times.
      const symbols = [...new Map(offered.map((symbol) => [symbol.name, symbol])).values()];
      const documented = symbols.filter(
        (symbol) => docClause(symbol.doc, symbol.name) !== null,
      ).length;
      return {
        file,
        symbols,
        weight: (dependents.get(file.path) ?? 0) * 2 + Math.min(symbols.length, 8) + documented * 2,
      };
    })
    .filter((capability) => capability.symbols.length > 0)
    .sort((a, b) => b.weight - a.weight || compareText(a.file.path, b.file.path));
  if (capabilities.length === 0) return '';
  const shown = unique(capabilities.slice(0, capabilitiesMax).map(sayCapability));
  const rest = capabilities
    .slice(capabilitiesMax, capabilitiesMax + 10)
    .map(({ file }) => identifierWords(stemOf(file.path)));
  const more = rest.length > 0 ? `\n- Beyond that: ${joinWords(unique(rest), 10)}.` : '';
  return `It has to offer:\n${shown.map((line) => `- ${line}`).join('\n')}${more}`;
}

function sayCapability({ file, symbols }: Capability): string {
  const ranked = [...symbols].sort((a, b) => scoreOf(b) - scoreOf(a) || a.startLine - b.startLine);
  const told = ranked.slice(0, symbolsPerCapability).map((symbol) => {
    const clause = docClause(symbol.doc, symbol.name);
    if (clause === null) return quote(symbol.name);
    return beginsWithVerb(clause)
      ? `${quote(symbol.name)}, which ${clause}`
      : `${quote(symbol.name)} (${clause})`;
  });
  const topic = [stemOf(file.path), ...folderOf(file.path).split('/').reverse()].find(
    (name) => name !== '' && !/^(?:index|__init__|mod|lib|main|src|source|dist)$/.test(name),
  );
  const hidden = ranked.length - told.length;
  return sentence(
    `${topic === undefined ? 'the project itself' : identifierWords(topic)}: ${told.join('; ')}${hidden > 0 ? `; and ${count(hidden, 'more definition')}` : ''}`,
  );
}

function scoreOf(symbol: Definition): number {
  const documented = docClause(symbol.doc, symbol.name) === null ? 0 : 2;
  if (isContainer(symbol)) return documented + 3;
  return documented + (isFunction(symbol) ? 2 : 0);
}

function sayEntries(request: PlanRequest, program: readonly FileStructure[]): string {
  const entries = program.filter((file) => roleOf(file.path) === 'entry').map((file) => file.path);
  const commands = request.manifests.flatMap(commandsIn);
  const sentences = [
    commands.length > 0 ? `Once installed it is started as ${joinNames(commands, 4)}.` : '',
    entries.length > 0 ? `Programs start in ${joinNames(entries, 4)}.` : '',
  ];
  return sentences.filter((one) => one !== '').join(' ');
}

function saySurroundings(
  request: PlanRequest,
  program: readonly FileStructure[],
  tests: readonly FileStructure[],
): string {
  const languages = new Map<string, number>();
  for (const file of program) {
    languages.set(file.language, (languages.get(file.language) ?? 0) + file.lines);
  }
  const lines = program.reduce((sum, file) => sum + file.lines, 0);
  const main = [...languages]
    .filter(([language, amount]) => language !== 'text' && amount * 20 >= lines)
    .sort(([a, x], [b, y]) => y - x || compareText(a, b));
  const externals = dependenciesOf(request, program);
  const tested = unique(
    tests
      .filter((file) => /test|spec/i.test(baseName(file.path)) && !/conftest/.test(file.path))
      .map((file) => identifierWords(stemOf(file.path))),
  ).filter((name) => name !== '');
  const manifest = request.manifests.find((one) => one.path.endsWith('package.json'));
  const sentences = [
    main.length > 0
      ? `It is written in ${joinWords(main.slice(0, 3).map(([language]) => languageName(language)))}, ${count(program.length, 'program file')} in all.`
      : '',
    externals.length > 0 ? `It builds on ${joinNames(externals, 8)}.` : '',
    tests.length > 0 ? `Tests have to cover ${joinWords(tested, 10)}.` : '',
    manifest === undefined
      ? ''
      : (describeText(manifest.path, manifest.text).find((line) => line.startsWith('Scripts')) ??
        ''),
    request.licence === '' || /\bunknown\b/.test(request.licence)
      ? ''
      : `The licence is ${request.licence}, and its text comes along as ${quote(baseName(licencePath(request)))}.`,
  ];
  return sentences.filter((one) => one !== '').join(' ');
}

/** Dependencies of the top manifest; without a manifest, the packages imported most often. */
function dependenciesOf(request: PlanRequest, program: readonly FileStructure[]): string[] {
  const [manifest] = request.manifests;
  const stated = manifest === undefined ? [] : dependenciesIn(manifest);
  if (stated.length > 0) return unique(stated);
  const uses = new Map<string, number>();
  for (const file of program) {
    for (const name of file.externals) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return [...uses].sort(([a, x], [b, y]) => y - x || compareText(a, b)).map(([name]) => name);
}

function licencePath(request: PlanRequest): string {
  return request.files.find((file) => roleOf(file.path) === 'licence')?.path ?? 'LICENSE';
}
