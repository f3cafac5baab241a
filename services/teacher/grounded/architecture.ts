/** How the parts fit: folders, who depends on whom, central files, cycles, writing order. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { Edge, FileStructure } from '../../../schemas/generated/types.ts';
import type { PlanRequest } from '../../ports/teacher.ts';
import { isProgram, roleName, roleOf } from './know/roles.ts';
import {
  count,
  folderOf,
  joinNames,
  joinWords,
  quote,
  sentence,
  shortPath,
  unique,
} from './wording.ts';

const groupsMax = 10;
const centralMax = 4;

export function writeArchitecture(request: PlanRequest): string {
  const groups = groupFiles(request.files);
  const paragraphs = [
    sayGroups(groups, request.edges),
    sayCentral(request),
    sayCycles(request.edges),
    sayOrder(request),
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

interface Group {
  readonly folder: string;
  readonly files: readonly FileStructure[];
}

/** The folders at the deepest level at which they are still few. */
function groupFiles(files: readonly FileStructure[]): Group[] {
  let best = groupAt(files, 1);
  for (let depth = 2; depth <= 4; depth += 1) {
    const deeper = groupAt(files, depth);
    if (deeper.length > groupsMax) break;
    best = deeper;
  }
  return best;
}

function groupAt(files: readonly FileStructure[], depth: number): Group[] {
  const groups = new Map<string, FileStructure[]>();
  for (const file of files) {
    const folder = folderOf(file.path).split('/').slice(0, depth).join('/');
    const group = groups.get(folder) ?? [];
    group.push(file);
    groups.set(folder, group);
  }
  return [...groups]
    .map(([folder, members]) => ({ folder, files: members }))
    .sort((a, b) => compareText(a.folder, b.folder));
}

function sayGroups(groups: readonly Group[], edges: readonly Edge[]): string {
  const groupOf = new Map(
    groups.flatMap((group) => group.files.map((file) => [file.path, group.folder] as const)),
  );
  const lines = groups.slice(0, groupsMax).map((group) => {
    const roles = unique(group.files.map((file) => roleName(roleOf(file.path))));
    const needs = new Map<string, number>();
    for (const edge of edges) {
      const target = groupOf.get(edge.to);
      if (
        groupOf.get(edge.from) !== group.folder ||
        target === undefined ||
        target === group.folder
      )
        continue;
      needs.set(target, (needs.get(target) ?? 0) + 1);
    }
    const ranked = [...needs]
      .sort(([a, x], [b, y]) => y - x || compareText(a, b))
      .map(([folder]) => nameOf(folder));
    const uses = ranked.length > 0 ? `; it uses ${joinWords(ranked.slice(0, 3))}` : '';
    return `- ${nameOf(group.folder)}: ${count(group.files.length, 'file')}, ${joinWords(roles, 4)}${uses}.`;
  });
  const hidden = groups.length - lines.length;
  return `Layout:\n${lines.join('\n')}${hidden > 0 ? `\n- ${count(hidden, 'more folder')}.` : ''}`;
}

function nameOf(folder: string): string {
  return folder === '' ? 'the top folder' : quote(`${folder}/`);
}

function sayCentral(request: PlanRequest): string {
  const program = new Set(
    request.files.filter((file) => isProgram(roleOf(file.path))).map((file) => file.path),
  );
  const users = new Map<string, Set<string>>();
  const needs = new Map<string, Set<string>>();
  for (const edge of request.edges) {
    if (!program.has(edge.from) || !program.has(edge.to)) continue;
    users.set(edge.to, (users.get(edge.to) ?? new Set()).add(edge.from));
    needs.set(edge.from, (needs.get(edge.from) ?? new Set()).add(edge.to));
  }
  const byUse = rank(users).filter(([, amount]) => amount > 1);
  const byNeed = rank(needs).filter(([, amount]) => amount > 2);
  const sentences = [
    byUse.length > 0
      ? `Most is built on ${joinWords(byUse.slice(0, centralMax).map(([path, amount]) => `${quote(path)} (used by ${amount} files)`))}, so ${byUse.length === 1 ? 'its' : 'their'} names have to be right first.`
      : '',
    byNeed.length > 0
      ? `The threads come together in ${joinWords(byNeed.slice(0, 3).map(([path, amount]) => `${quote(path)} (which draws on ${amount})`))}.`
      : '',
  ];
  return sentences.filter((one) => one !== '').join(' ');
}

function rank(map: ReadonlyMap<string, ReadonlySet<string>>): [string, number][] {
  return [...map]
    .map(([path, set]): [string, number] => [path, set.size])
    .sort(([a, x], [b, y]) => y - x || compareText(a, b));
}

/** Pairs of files that depend on each other, although one of the two must be written first. */
function sayCycles(edges: readonly Edge[]): string {
  const known = new Set(edges.map((edge) => `${edge.from}\n${edge.to}`));
  const pairs = unique(
    edges
      .filter((edge) => edge.from < edge.to && known.has(`${edge.to}\n${edge.from}`))
      .map((edge) => `${edge.from}\n${edge.to}`),
  );
  if (pairs.length === 0) return '';
  const shown = pairs.slice(0, 3).map((pair) =>
    pair
      .split('\n')
      .map((path) => quote(shortPath(path)))
      .join(' with '),
  );
  const rest = pairs.length > 3 ? ` and ${count(pairs.length - 3, 'further pair')}` : '';
  return sentence(
    `Some files need each other: ${shown.join(', ')}${rest}; where that happens the one with fewer needs is written first`,
  );
}

function sayOrder(request: PlanRequest): string {
  const program = request.files
    .filter((file) => isProgram(roleOf(file.path)) && file.symbols.length > 0)
    .map((file) => file.path);
  if (program.length < 3) return '';
  const needs = new Set(request.edges.map((edge) => edge.from));
  const leaves = program.filter((path) => !needs.has(path));
  const first =
    leaves.length > 0
      ? `${joinNames(leaves.slice(0, 4))} ${leaves.length === 1 ? 'needs' : 'need'} nothing of the project and can come early`
      : `${quote(program[0] ?? '')} comes first`;
  return sentence(
    `Files are written after what they depend on: ${first}; ${quote(program.at(-1) ?? '')} closes the program code`,
  );
}
