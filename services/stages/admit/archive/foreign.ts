/**
 * Removes folders of an archive that are not the repository's own work: version-control state,
 * submodules, and nested clones. Each such folder is one skip, whatever it holds. Pure.
 */
import { safePath } from '../../../runtime/store/archive-paths.ts';
import { cloneOn, isLeftOut, versionControlName } from '../../../runtime/store/left-out.ts';
import type { UnpackedFile, UnpackSkip } from './skips.ts';

interface ForeignPlace {
  readonly path: string;
  readonly reason: 'version-control' | 'submodule' | 'nested-repository';
}

interface Sorted {
  readonly files: readonly UnpackedFile[];
  readonly skipped: readonly UnpackSkip[];
  readonly wide: readonly UnpackedFile[];
}

export function withoutForeign({ files, skipped, wide }: Sorted): Sorted {
  const paths = [...files, ...skipped].map(({ path }) => path);
  const places = foreignPlaces(paths, files);
  const foreign = new Set<string>();
  const found = new Map<string, ForeignPlace>();
  for (const path of paths) {
    const place = placeOf(path, places);
    if (place === null) continue;
    foreign.add(path);
    found.set(place.path, place);
  }
  const isOwn = ({ path }: { readonly path: string }) => !foreign.has(path);
  // A folder that was left out before packing is already among the skips.
  const listed = skipped.filter(({ path, reason }) => found.has(path) && isLeftOut(reason));
  for (const { path } of listed) found.delete(path);
  return {
    files: files.filter(isOwn),
    skipped: [...skipped.filter(isOwn), ...listed, ...found.values()],
    wide: wide.filter(isOwn),
  };
}

/** Returns the outermost foreign folder on the path; null if there is none. */
function placeOf(path: string, places: ReadonlyMap<string, ForeignPlace>): ForeignPlace | null {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const folder = end === -1 ? path : path.slice(0, end);
    const place = places.get(folder);
    if (place !== undefined) return place;
    if (versionControlName.test(folder.slice(folder.lastIndexOf('/') + 1))) {
      return { path: folder, reason: 'version-control' };
    }
    if (end === -1) return null;
  }
}

function foreignPlaces(
  paths: readonly string[],
  files: readonly UnpackedFile[],
): ReadonlyMap<string, ForeignPlace> {
  const places = new Map<string, ForeignPlace>();
  const add = (path: string | undefined, reason: ForeignPlace['reason']) => {
    if (path !== undefined && path !== '') places.set(path, { path, reason });
  };
  for (const path of paths) {
    add(cloneOn(path), 'nested-repository');
    // `CVS` is a common name, so the folder counts only if it holds CVS's file `Entries`.
    add(/^(?:.*\/)?CVS(?=\/Entries$)/.exec(path)?.[0], 'version-control');
  }
  for (const path of modulePaths(files)) add(path, 'submodule');
  return places;
}

/** Returns the submodule folders that .gitmodules names. */
function modulePaths(files: readonly UnpackedFile[]): readonly string[] {
  const text = files.find(({ path }) => path === '.gitmodules')?.bytes.toString() ?? '';
  // The value is cleaned by code: one expression with its spaces would take a line's square.
  return [...text.matchAll(/^[ \t]*path[ \t]*=(.+)/gm)].flatMap(([, value = '']) => {
    const path = value.trim().replace(/^"|"$/g, '');
    return safePath(path, path.length * 3) ?? [];
  });
}
