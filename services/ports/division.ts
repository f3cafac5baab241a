/**
 * Divides files into runs of the writing order: the episodes that fit the context, and the modules
 * of a folder that is too large for one. What a file needs is thus in its own run or an earlier one
 * (I3). A run begins, if it can, where the order comes to another folder. Pure.
 */

/** The files `from` to `to` of the writing order, without `to`. */
export interface FileRange {
  readonly from: number;
  readonly to: number;
}

export interface SizedFile {
  readonly path: string;
  readonly size: number;
  /**
   * What a run holds once for all of its files that name the same thing: its line, its head. The
   * room of the first run is what is left beside all of these.
   */
  readonly shared?: { readonly name: string | number; readonly size: number } | undefined;
}

/** How large the files of a run may be together. */
export interface Room {
  readonly first: number;
  readonly later: number;
}

/** What dividing costs, in lengths of a run. */
export interface DivisionCost {
  readonly run: number;
  /** Of a run that begins in the folder in which the one before it ends. */
  readonly within: number;
  /** A run that is filled further than this should be full. */
  readonly filledFrom: number;
}

/**
 * The cheapest division: few runs, that begin where another folder does. Every file is in
 * exactly one, in order; one that has no room is a run of its own.
 */
export function divideFiles(
  files: readonly SizedFile[],
  room: Room,
  cost: DivisionCost,
): FileRange[] {
  // For each number of first files: the least cost of dividing them, and where the last one begins.
  const costs = [0];
  const starts = [0];
  for (let to = 1; to <= files.length; to += 1) {
    let [best, start] = [Number.POSITIVE_INFINITY, to - 1];
    let [ofFiles, ofShared] = [0, 0];
    const held = new Set<string | number>();
    for (let from = to - 1; from >= 0; from -= 1) {
      const { size: own = 0, shared } = files[from] ?? {};
      ofFiles += own;
      if (shared !== undefined && !held.has(shared.name)) ofShared += shared.size;
      if (shared !== undefined) held.add(shared.name);
      const isAlone = to - from === 1;
      if (ofFiles > Math.max(room.first, room.later) && !isAlone) break;
      const [size, most] = from === 0 ? [ofFiles, room.first] : [ofFiles + ofShared, room.later];
      if (size > most && !isAlone) continue;
      const begun = cost.run + cost.within * togetherness(files, from);
      const missing = size / most > cost.filledFrom ? Math.max(0, 1 - size / most) : 0;
      const total = (costs[from] ?? 0) + begun + missing;
      if (total < best) [best, start] = [total, from];
    }
    costs.push(best);
    starts.push(start);
  }
  const ranges: FileRange[] = [];
  for (let to = files.length; to > 0; ) {
    const from = starts[to] ?? 0;
    ranges.unshift({ from, to });
    to = from;
  }
  return ranges;
}

/** Which share of the path to their folders a file and the one before it have in common. */
function togetherness(files: readonly SizedFile[], position: number): number {
  const [before, own] = [files[position - 1], files[position]];
  if (before === undefined || own === undefined) return 0;
  const [a, b] = [foldersOf(before.path), foldersOf(own.path)];
  const common = commonFolders(a, b).length;
  const depth = Math.max(a.length, b.length);
  return depth === 0 ? 1 : common / depth;
}

/** Folders named at most, and how deep below what all files share. */
const foldersNamedMax = 3;
const depthBelowShared = 1;

/** Names a part of the repository by its folders, those with most files first. */
export function describeFolders(paths: readonly string[]): string {
  const folders = paths.map(foldersOf);
  const shared = folders.reduce(commonFolders, folders[0] ?? []);
  const depth = Math.max(2, shared.length + depthBelowShared);
  const counts = new Map<string, number>();
  for (const each of folders) {
    const name = each.slice(0, depth).join('/') || 'the top folder';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  // The sort is stable: of equal ones the first in writing order comes first.
  const names = [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const more = names.length - foldersNamedMax;
  return names.slice(0, foldersNamedMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function foldersOf(path: string): readonly string[] {
  return path.split('/').slice(0, -1);
}

function commonFolders(a: readonly string[], b: readonly string[]): readonly string[] {
  let common = 0;
  while (common < a.length && common < b.length && a[common] === b[common]) common += 1;
  return a.slice(0, common);
}
