/**
 * The text around the teacher's words: the tasks of the main agent and of each sub-agent, and the
 * plan as a list. It puts one fact on each line, so that a reader can find every fact. Pure.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type {
  PlannedFile,
  RepoPlanBody,
  RepoStructureBody,
} from '../../../schemas/generated/types.ts';

/** The main agent's task; it must not reveal how the project is built. */
export function describeTask(structure: RepoStructureBody): string {
  const { repository, files } = structure;
  const lines = [
    `Develop the project ${oneLine(repository.name)}: state its requirements, plan it, then write every file.`,
    `Licence: ${oneLine(repository.licence.expression)}`,
    `Languages: ${describeLanguages(files.map((file) => file.language))}`,
    `Files: ${repository.files.length}`,
  ];
  return `${lines.join('\n')}\n`;
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

/** Architecture, where there is one, then every file in writing order with its purpose. */
export function describePlan(plan: RepoPlanBody): string {
  const files = plan.files.map(
    (file, position) => `${position + 1}. ${showPath(file.path)}: ${oneLine(file.purpose)}`,
  );
  const architecture = plan.architecture === '' ? '' : `${endLine(plan.architecture)}\n`;
  return `${architecture}Files, in writing order:\n${files.join('\n')}\n`;
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

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
