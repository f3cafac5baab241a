/**
 * The digest of a tree of files: equal for equal paths and bytes, in whatever form and order the
 * tree came. Folders around the whole tree do not count, because archives of one tree differ in
 * them; nor do links, and folders that are packed from no folder. Pure.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { belowTop, commonTopFolder, safePath } from '../../runtime/store/archive-paths.ts';
import {
  cloneOn,
  type PackedSkip,
  vendoredFolders,
  versionControlName,
} from '../../runtime/store/left-out.ts';

export interface Tree {
  /** Adds a file with the hash of its bytes; of two with one name, the later one counts. */
  add(name: string, hash: string): void;
  /** Adds a file that has the bytes of an earlier one; a link to nothing is not added. */
  link(name: string, target: string): void;
  /** Null if the tree has no file. */
  digest(): string | null;
}

/** A longer name is refused as unsafe by `admit`, whatever its limit is. */
const pathBytesMax = 4_096;

/** Stands for the hash of a file whose bytes are not read. */
export function bodyless(reason: PackedSkip): string {
  return reason;
}

export function openTree(): Tree {
  const files = new Map<string, string>();
  const add = (name: string, hash: string) => {
    const path = safePath(name, pathBytesMax);
    if (path !== null && path !== '') files.set(path, hash);
  };
  return {
    add,
    link: (name, target) => {
      const hash = files.get(safePath(target, pathBytesMax) ?? '');
      if (hash !== undefined) add(name, hash);
    },
    digest: () => digestOf([...files]),
  };
}

type Files = readonly (readonly [path: string, hash: string])[];

function digestOf(files: Files): string | null {
  const own = withoutTop(withoutForeign(withoutTop(files)));
  if (own.length === 0) return null;
  return sha256(canonicalJson(own.toSorted(([a], [b]) => compareText(a, b))));
}

/** Removes the folders that hold all files, however many there are. */
function withoutTop(files: Files): Files {
  const top = commonTopFolder(files.map(([path]) => path));
  if (top === null) return files;
  return withoutTop(files.map(([path, hash]) => [belowTop(path, top), hash] as const));
}

/** Removes what `discover` packs from no plain folder, so that folders and archives compare. */
function withoutForeign(files: Files): Files {
  const clones = new Set(files.flatMap(([path]) => cloneOn(path) ?? []));
  return files.filter(([path]) => {
    const names = path.split('/');
    const folders = names.slice(0, -1);
    return (
      !names.some((name) => versionControlName.test(name)) &&
      !folders.some((name) => vendoredFolders.has(name)) &&
      !folders.some((_, index) => clones.has(folders.slice(0, index + 1).join('/')))
    );
  });
}
