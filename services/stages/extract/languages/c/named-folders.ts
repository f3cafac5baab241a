/** The include folders that a build file names, and whether all were understood. Pure. */
import { joinPath } from '../../paths.ts';

export interface NamedFolder {
  /** Path in the repository; the folder may not exist. */
  readonly folder: string;
  /** Only files at or below this folder see the include folder. */
  readonly visibleFrom: string;
  /** Less than 1 if the build file leaves open which files see the include folder. */
  readonly confidence: number;
}

export interface BuildFolders {
  /** In the order in which the build file names them. */
  readonly named: readonly NamedFolder[];
  /** Folders for whose files the build names an include folder that is not understood. */
  readonly unread: readonly string[];
}

/** Delimiters around the name of a variable whose value is not known. */
const opening = '\u0001';
const closing = '\u0002';
/** Marks a path that is relative to the top of the repository. */
const top = '\u0003';

export function unknown(name: string): string {
  return `${opening}${name}${closing}`;
}

export function fromTop(path: string): string {
  return `${top}${path}`;
}

/** Variables for folders outside of the repository: installed, generated, or of libraries. */
const installed = /(?:^|_)(?:prefix|includedir|libdir|sysroot|destdir|home|sdk|root_dir)$/;
const made = /binary|build|_include_?dirs?$|_incdirs?$|_includes?$|_inc$|_c?flags$/;
const libraries = /pkg|py|python|java|jni|cuda|qt|boost|openssl|zlib|llvm|mpi/;
const elsewhere = new RegExp(
  `${installed.source}|${made.source}|^(?:cmake_install|shell|${libraries.source})`,
  'i',
);

/** Returns a text without the given characters at its end; a pattern takes quadratic time there. */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

export type Place = { readonly folder: string } | 'unread' | 'outside';

const unknownName = new RegExp(`${opening}([^${closing}]*)${closing}`);
/** No path of a repository is longer. */
const lengthMax = 4096;

/** Returns the path that a word means; `unread` if unknown, `outside` if not in the repository. */
export function placeOf(word: string, from: string): Place {
  const name = unknownName.exec(word)?.[1];
  if (name !== undefined) return elsewhere.test(name) ? 'outside' : 'unread';
  const plain = withoutEnd(word.replaceAll(/["'\\]/g, ''), '/');
  if (plain.length > lengthMax) return 'outside';
  if (plain === '' || plain.startsWith('/') || /^[A-Za-z]:|[$*<>=]/.test(plain)) return 'outside';
  const isTop = plain.startsWith(top);
  const folder = isTop ? joinPath('', plain.slice(1)) : joinPath(from, plain);
  return folder === null ? 'outside' : { folder };
}
