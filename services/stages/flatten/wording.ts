/**
 * The text around the teacher's words: the tasks of the main agent and of each sub-agent, the plan
 * as a list, and what an episode is told of those before it. It puts one fact on each line, so that
 * a reader can find every fact. Pure.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type {
  PlannedFile,
  PlannedModule,
  RepoPlanBody,
  RepoStructureBody,
} from '../../../schemas/generated/types.ts';
import { oneLine } from '../../../schemas/lines.ts';

/** An episode as the text tells of it. */
export interface EpisodeFacts {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  /** Positions of its files in writing order, from 0. */
  readonly from: number;
  readonly to: number;
  /** Where its files lie. */
  readonly folders: string;
}

/** The main agent's task; it must not reveal how the project is built. */
export function describeTask(structure: RepoStructureBody, episode?: EpisodeFacts): string {
  const { repository, files } = structure;
  const lines = [
    `Develop the project ${oneLine(repository.name)}: state its requirements, plan it, then write every file.`,
    ...projectLines(structure),
    `Languages: ${describeLanguages(files.map((file) => file.language))}`,
    `Files: ${repository.files.length}`,
    ...(episode === undefined ? [] : [episodeLine(episode)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What an episode after the first is told instead: the requirements in brief, what is written. */
export function describeContinuation(
  structure: RepoStructureBody,
  brief: string,
  episode: EpisodeFacts,
  before: readonly EpisodeFacts[],
): string {
  const { repository } = structure;
  const lines = [
    `Go on with the project ${oneLine(repository.name)}: plan the files of this episode, then write them.`,
    ...projectLines(structure),
    `Files: ${repository.files.length}`,
    episodeLine(episode),
    ...(brief === '' ? [] : ['', 'Requirements in brief:', brief]),
    '',
    'Written in earlier episodes:',
    ...listEpisodes(before, before[0]?.from ?? 0),
  ];
  return `${lines.join('\n')}\n`;
}

/** A line for each episode, and one for those before the first of them. */
export function listEpisodes(episodes: readonly EpisodeFacts[], filesBefore: number): string[] {
  const list = episodes.map(
    ({ number, folders, from, to }) => `${number}. ${showPath(folders)} (${countFiles(to - from)})`,
  );
  return filesBefore === 0 ? list : [`${countFiles(filesBefore)} before these`, ...list];
}

function projectLines({ repository }: RepoStructureBody): string[] {
  return [`Licence: ${oneLine(repository.licence.expression)}`];
}

function episodeLine({ number, of, from, to }: EpisodeFacts): string {
  return `Episode: ${number} of ${of}, files ${from + 1} to ${to}`;
}

function countFiles(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

/** As many first lines as fit; of a first line that is too long, as many words. */
export function briefOf(text: string, bytesMax: number): string {
  const lines: string[] = [];
  let bytes = -1;
  for (const line of text.trim().split('\n')) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes <= bytesMax) lines.push(line);
    else if (lines.length > 0) break;
    else return headOfWords(line, bytesMax);
  }
  return lines.join('\n').trimEnd();
}

function headOfWords(line: string, bytesMax: number): string {
  const words: string[] = [];
  let bytes = -1;
  for (const word of line.split(' ')) {
    bytes += Buffer.byteLength(word) + 1;
    if (bytes > bytesMax) break;
    words.push(word);
  }
  return words.join(' ');
}

/** Languages with their number of files: the most frequent first, then by name. */
function describeLanguages(languages: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const language of languages) counts.set(language, (counts.get(language) ?? 0) + 1);
  return [...counts]
    .sort(([nameA, a], [nameB, b]) => b - a || compareText(nameA, nameB))
    .map(([name, files]) => `${oneLine(name)} (${files})`)
    .join(', ');
}

/** What the plan lists of the modules, each with its number of files here. */
export interface ModuleList {
  readonly listed: readonly ListedModule[];
  /** Not listed, for want of room. */
  readonly more: number;
}

export type ListedModule = PlannedModule & { readonly files: number };

/** Architecture, where there is one, modules, then every file in writing order with its purpose. */
export function describePlan(plan: RepoPlanBody, modules: ModuleList): string {
  const files = listFiles('Files', plan, { from: 0, to: plan.files.length });
  return `${architectureOf(plan)}${listModules('Modules', modules)}${files}`;
}

/**
 * The plan of one episode: its modules and files. The first one's also has the architecture, the
 * episodes of the list and all modules.
 */
export function describeEpisodePlan(
  plan: RepoPlanBody,
  episode: EpisodeFacts,
  listed: readonly EpisodeFacts[],
  modules: ModuleList,
): string {
  const files = listFiles('Files of this episode', plan, episode);
  if (episode.number > 1) return `${listModules('Modules of this episode', modules)}${files}`;
  const more = episode.of - listed.length;
  const rest = more > 0 ? [`and ${more} more`] : [];
  const episodes = ['Episodes, in writing order:', ...listEpisodes(listed, 0), ...rest];
  return `${architectureOf(plan)}${episodes.join('\n')}\n\n${listModules('Modules', modules)}${files}`;
}

/** Empty where the plan has no modules. */
function listModules(title: string, { listed, more }: ModuleList): string {
  if (listed.length + more === 0) return '';
  const rest = more > 0 ? [`and ${more} more`] : [];
  return `${[`${title}:`, ...listed.map(moduleLine), ...rest].join('\n')}\n\n`;
}

export function moduleLine({ name, purpose, files }: ListedModule): string {
  return `- ${showPath(name)} (${countFiles(files)}): ${oneLine(purpose)}`;
}

function architectureOf({ architecture }: RepoPlanBody): string {
  return architecture === '' ? '' : `${endLine(architecture)}\n`;
}

function listFiles(
  title: string,
  plan: RepoPlanBody,
  { from, to }: Pick<EpisodeFacts, 'from' | 'to'>,
): string {
  const lines = plan.files.slice(from, to).map((_, place) => planLine(plan, from + place));
  return `${title}, in writing order:\n${lines.join('')}`;
}

/** Dependencies that a line of the plan names; the task of the file names all. */
const neededMax = 3;

/** A file's line in the plan: its purpose, what it offers, what it needs. */
export function planLine({ files }: RepoPlanBody, position: number): string {
  const { path = '', purpose = '', offers = [], dependsOn = [] } = files[position] ?? {};
  const more = dependsOn.length - neededMax;
  const needs = dependsOn.slice(0, neededMax).map(showPath).join(', ');
  const told = [
    offers.length === 0 ? '' : `Offers ${offers.map(oneLine).join(', ')}.`,
    needs === '' ? '' : `Needs ${needs}${more > 0 ? ` and ${more} more` : ''}.`,
  ].filter((each) => each !== '');
  const own = oneLine(purpose);
  const ended = told.length === 0 || /[.!?…]$/.test(own) ? own : `${own}.`;
  return `${position + 1}. ${showPath(path)}: ${[ended, ...told].join(' ')}\n`;
}

/** The plan has chosen which dependencies a task names, so that no index file fills a context. */
export function describeFile(file: PlannedFile): string {
  const named = file.dependsOn.map(showPath);
  const lines = [`Write ${showPath(file.path)}.`, `Purpose: ${oneLine(file.purpose)}`];
  if (named.length > 0) lines.push(`Depends on: ${named.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

/** Adds a final line end to a text that lacks one; an empty text stays empty. */
export function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** Shows a path that holds control characters as a JSON string, so that it stays on one line. */
function showPath(path: string): string {
  return /[\p{Cc}\u2028\u2029]/u.test(path) ? JSON.stringify(path) : path;
}
