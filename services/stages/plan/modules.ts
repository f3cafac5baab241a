/**
 * Divides a large repository into the modules that are planned by themselves: its packages, which
 * are folders, and of a folder with too many files runs of the writing order. Every file is in
 * exactly one module, and each is small enough for one question. Pure.
 */
import type { PlannedModule, RepoStructureBody } from '../../../schemas/generated/types.ts';
import { describeFolders, divideFiles, type SizedFile } from '../../ports/division.ts';
import { byPath } from '../../ports/look-up.ts';
import { toldModules } from '../../ports/purposes.ts';
import type { Module, PlanAnswer } from '../../ports/teacher.ts';
import type { PlanKnobs } from './config.ts';
import { cutAtWord } from './file-plan.ts';

type ModuleKnobs = Pick<PlanKnobs, 'moduleFilesMax' | 'moduleBytesMax'>;

interface Placed extends SizedFile {
  readonly ordinal: number;
}

/** None where the files are few enough to be planned as one. */
export function findModules(structure: RepoStructureBody, knobs: ModuleKnobs): Module[] {
  const { moduleFilesMax, moduleBytesMax } = knobs;
  const { order, repository } = structure;
  if (order.length <= moduleFilesMax) return [];
  // A module is full by bytes or by number of files: so even an empty file takes its share.
  const sizeMin = Math.ceil(moduleBytesMax / moduleFilesMax);
  const files = order.map((path, ordinal): Placed => {
    const bytes = byPath(repository.files, path)?.bytes ?? 0;
    return { path, ordinal, size: Math.max(sizeMin, Math.min(moduleBytesMax, bytes)) };
  });
  const groups = divideFolder(files, 0, moduleBytesMax).sort((a, b) => beginOf(a) - beginOf(b));
  const names = groups.map((group) => describeFolders(group.map(({ path }) => path)));
  return groups.map((group, position) => ({
    name: nameApart(names, position),
    files: group.map(({ ordinal }) => ordinal),
  }));
}

type Group = readonly Placed[];

/** A folder that fits is one module; else each of its folders, the small ones together. */
function divideFolder(files: Group, depth: number, sizeMax: number): Group[] {
  if (sizeOf(files) <= sizeMax) return [files];
  const folders = Map.groupBy(files, ({ path }) => folderAt(path, depth));
  const [only] = folders.keys();
  if (folders.size === 1 && only === null) return divideRun(files, sizeMax);
  const groups = [...folders].flatMap(([folder, own]) =>
    folder === null ? divideRun(own, sizeMax) : divideFolder(own, depth + 1, sizeMax),
  );
  return folders.size === 1 ? groups : joinSmall(groups, sizeMax);
}

/** The folder of a path below so many others; null for a file that lies in the last of these. */
function folderAt(path: string, depth: number): string | null {
  return path.split('/').slice(depth, -1)[0] ?? null;
}

/** A border may lie anywhere, and modules need not be full, as episodes should be. */
const cost = { run: 0.3, within: 0, filledFrom: 1 };

function divideRun(files: Group, sizeMax: number): Group[] {
  const room = { first: sizeMax, later: sizeMax };
  return divideFiles(files, room, cost).map(({ from, to }) => files.slice(from, to));
}

/** Below this share of a module, a folder is planned together with its neighbours. */
const smallShare = 1 / 4;

/** Neighbours in writing order that are small become one, as far as they fit. */
function joinSmall(groups: readonly Group[], sizeMax: number): Group[] {
  const joined: Group[] = [];
  const small: Placed[][] = [];
  for (const group of [...groups].sort((a, b) => beginOf(a) - beginOf(b))) {
    if (sizeOf(group) > sizeMax * smallShare) {
      joined.push(group);
      continue;
    }
    const last = small.at(-1);
    if (last !== undefined && sizeOf(last) + sizeOf(group) <= sizeMax) last.push(...group);
    else small.push([...group]);
  }
  return [...joined, ...small.map((each) => each.sort((a, b) => a.ordinal - b.ordinal))];
}

function sizeOf(files: Group): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function beginOf(files: Group): number {
  return files[0]?.ordinal ?? 0;
}

/** Parts of one folder are numbered. */
function nameApart(names: readonly string[], position: number): string {
  const name = names[position] ?? '';
  const same = names.filter((each) => each === name).length;
  if (same === 1) return name;
  const number = names.slice(0, position + 1).filter((each) => each === name).length;
  return `${name} (${number} of ${same})`;
}

/** The modules of a plan; a purpose that the answer lacks is made from what the module holds. */
export function planModules(
  structure: RepoStructureBody,
  modules: readonly Module[],
  answers: PlanAnswer['modules'],
  purposeBytesMax: number,
): PlannedModule[] {
  const told = toldModules(answers);
  return modules.map((module, position) => {
    const purpose = told.get(position) ?? fallbackPurpose(structure, module);
    return { name: module.name, purpose: cutAtWord(purpose, purposeBytesMax) };
  });
}

const namesMax = 5;

/** What the files of a module define, without a teacher. */
function fallbackPurpose({ order, files }: RepoStructureBody, module: Module): string {
  const names = module.files
    .flatMap((ordinal) => byPath(files, order[ordinal] ?? '')?.symbols ?? [])
    .filter(({ parent, exported }) => parent === null && exported)
    .map(({ name }) => `\`${name}\``);
  const several = module.files.length === 1 ? '1 file' : `${module.files.length} files`;
  if (names.length === 0) return `Holds ${several}.`;
  const rest = names.length > namesMax ? ` and ${names.length - namesMax} more` : '';
  return `Holds ${several}, which define ${names.slice(0, namesMax).join(', ')}${rest}.`;
}
