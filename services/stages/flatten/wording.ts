/**
 * The masked and planned text around the teacher's words: what is asked of the main agent and of
 * each sub-agent, and the plan as a list. One line per fact, so that a reader can find each. Pure.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type {
  PlannedFile,
  RepoPlanBody,
  RepoStructureBody,
} from '../../../schemas/generated/types.ts';

/** What is asked, not the answer: nothing here tells how the project is built. */
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

/** Most frequent first, then by name. */
function describeLanguages(languages: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const language of languages) counts.set(language, (counts.get(language) ?? 0) + 1);
  return [...counts]
    .sort(([nameA, a], [nameB, b]) => b - a || compareText(nameA, nameB))
    .map(([name, files]) => `${oneLine(name)} (${files})`)
    .join(', ');
}

/** Architecture, then every file in writing order with its purpose. */
export function describePlan(plan: RepoPlanBody): string {
  const files = plan.files.map(
    (file, position) => `${position + 1}. ${showPath(file.path)}: ${oneLine(file.purpose)}`,
  );
  return `${endLine(plan.architecture)}\nFiles, in writing order:\n${files.join('\n')}\n`;
}

export function describeFile(file: PlannedFile, dependenciesMax: number): string {
  const named = file.dependsOn.slice(0, dependenciesMax).map(showPath);
  const more = file.dependsOn.length - named.length;
  if (more > 0) named.push(`${more} more`);
  const lines = [`Write ${showPath(file.path)}.`, `Purpose: ${oneLine(file.purpose)}`];
  if (named.length > 0) lines.push(`Depends on: ${named.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

/** Text of a teacher as a body: it ends with a line end unless it is empty. */
export function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** A path may hold any character; one that would break its line is shown as a JSON string. */
function showPath(path: string): string {
  return /[\p{Cc}\u2028\u2029]/u.test(path) ? JSON.stringify(path) : path;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
