/** What a build file says of where headers are, and whether all of that was understood. Pure. */
import { joinPath } from '../../paths.ts';

export interface NamedFolder {
  /** Path in the repository; it may not be there. */
  readonly folder: string;
  /** Only files at or below this see it. */
  readonly visibleFrom: string;
  /** Less than 1 where the build file leaves open who sees it. */
  readonly confidence: number;
}

export interface BuildFolders {
  /** In the order in which they are named. */
  readonly named: readonly NamedFolder[];
  /** Folders for which a build file names another that is not understood. */
  readonly unread: readonly string[];
}

/** Stands for what is not known, with its name between them. */
const opening = '\u0001';
const closing = '\u0002';
/** Begins a path that counts from the top of the repository. */
const top = '\u0003';

export function unknown(name: string): string {
  return `${opening}${name}${closing}`;
}

export function fromTop(path: string): string {
  return `${top}${path}`;
}

/** Where things are installed, made or come from outside: no folder of the repository. */
const installed = /(?:^|_)(?:prefix|includedir|libdir|sysroot|destdir|home|sdk|root_dir)$/;
const made = /binary|build|_include_?dirs?$|_incdirs?$|_includes?$|_inc$|_c?flags$/;
const libraries = /pkg|py|python|java|jni|cuda|qt|boost|openssl|zlib|llvm|mpi/;
const elsewhere = new RegExp(
  `${installed.source}|${made.source}|^(?:cmake_install|shell|${libraries.source})`,
  'i',
);

export type Place = { readonly folder: string } | 'unread' | 'outside';

/** Where a word of a build file leads. */
export function placeOf(word: string, from: string): Place {
  const name = new RegExp(`${opening}([^${closing}]*)${closing}`).exec(word)?.[1];
  if (name !== undefined) return elsewhere.test(name) ? 'outside' : 'unread';
  const plain = word.replaceAll(/["'\\]/g, '').replace(/\/+$/, '');
  if (plain === '' || plain.startsWith('/') || /^[A-Za-z]:|[$*<>=]/.test(plain)) return 'outside';
  const isTop = plain.startsWith(top);
  const folder = isTop ? joinPath('', plain.slice(1)) : joinPath(from, plain);
  return folder === null ? 'outside' : { folder };
}
