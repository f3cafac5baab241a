/**
 * Removes folders of an archive that are not the repository's own work: version-control state,
 * submodules, and nested clones. Each such folder is one skip, whatever it holds. Pure.
 */
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

const stateName = /^(?:\.(?:git|hg|svn|jj|bzr|sl|pijul|fslckout)|_darcs|_FOSSIL_)$/;
/** A path that shows that a folder below the root is a clone of another repository. */
const cloneMark = /^(.+?)\/\.(?:git|hg|jj)(?=\/|$)/;

export function withoutForeign({ files, skipped, wide }: Sorted): Sorted {
  const paths = [...files, ...skipped].map(({ path }) => path);
  const places = foreignPlaces(paths, files);
  const isOwn = ({ path }: { readonly path: string }) => placeOf(path, places) === null;
  const found = new Map<string, ForeignPlace>();
  for (const path of paths) {
    const place = placeOf(path, places);
    if (place !== null) found.set(place.path, place);
  }
  // A folder that was left out before packing is already among the skips.
  const listed = skipped.filter(
    ({ path, reason }) => found.get(path)?.path === path && isForeign(reason),
  );
  for (const { path } of listed) found.delete(path);
  return {
    files: files.filter(isOwn),
    skipped: [...skipped.filter(isOwn), ...listed, ...found.values()],
    wide: wide.filter(isOwn),
  };
}

const foreignReasons = ['version-control', 'submodule', 'nested-repository', 'index-unreadable'];

function isForeign(reason: string): boolean {
  return foreignReasons.includes(reason);
}

/** Returns the outermost foreign folder on the path; null if there is none. */
function placeOf(path: string, places: ReadonlyMap<string, ForeignPlace>): ForeignPlace | null {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const folder = end === -1 ? path : path.slice(0, end);
    const place = places.get(folder);
    if (place !== undefined) return place;
    if (stateName.test(folder.slice(folder.lastIndexOf('/') + 1))) {
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
    add(cloneMark.exec(path)?.[1], 'nested-repository');
    // `CVS` is a common name, so the folder counts only if it holds CVS's file `Entries`.
    add(/^(?:.*\/)?CVS(?=\/Entries$)/.exec(path)?.[0], 'version-control');
  }
  for (const path of modulePaths(files)) add(path, 'submodule');
  return places;
}

/** Returns the submodule folders that .gitmodules names. */
function modulePaths(files: readonly UnpackedFile[]): readonly string[] {
  const text = files.find(({ path }) => path === '.gitmodules')?.bytes.toString() ?? '';
  const paths = text.matchAll(/^[ \t]*path[ \t]*=[ \t]*"?([^"\r\n]+?)"?[ \t]*$/gm);
  return [...paths].map((match) => (match[1] ?? '').replace(/^\.\/|\/+$/g, ''));
}
