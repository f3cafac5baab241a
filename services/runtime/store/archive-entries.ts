/**
 * What the entries of tar and zip archives are: `discover` and `admit` both read archives, and must
 * see the same entries in them.
 */
import type { Header } from 'tar-stream';
import yauzl from 'yauzl';
import { type PackedSkip, packedSkipRecord, packedSkips } from './left-out.ts';

export type EntryKind = 'file' | 'folder' | 'link' | 'special';

export function tarKind(header: Header): EntryKind {
  // The bytes of a sparse file are a map of its holes and what lies between them.
  if (isSparse(header)) return 'special';
  if (header.type === 'file' || header.type === 'contiguous-file') return 'file';
  if (header.type === 'directory') return 'folder';
  return header.type === 'link' || header.type === 'symlink' ? 'link' : 'special';
}

/** The name of an entry; GNU's tar keeps that of a sparse file in a record of its own. */
export function tarName(header: Header): string {
  return recordsOf(header)['GNU.sparse.name'] ?? header.name;
}

/** Whether GNU's tar left out the file's holes; its formats 0.0 to 1.0 say so in other records. */
function isSparse(header: Header): boolean {
  return Object.keys(recordsOf(header)).some((key) => key.startsWith('GNU.sparse.'));
}

function recordsOf(header: Header): Readonly<Record<string, string>> {
  return (header.pax as Record<string, string> | null | undefined) ?? {};
}

/** Returns why `discover` packed the file without its bytes, from our own pax record; or null. */
export function packedSkip(header: Header): PackedSkip | null {
  const reason = recordsOf(header)[packedSkipRecord];
  return packedSkips.find((known) => known === reason) ?? null;
}

/** Systems whose programs part folders by a backslash: MS-DOS, NTFS and VFAT. */
const backslashSystems: ReadonlySet<number> = new Set([0, 10, 11, 14]);

/** Returns the name of an entry that was read raw; invalid UTF-8 in it becomes U+FFFD. */
export function zipName(entry: yauzl.Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields, versionMadeBy } = entry;
  const decoded = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
  // The oldest code page has pictures in the place of control characters: no name is written so.
  const plain = fileNameRaw.toString('latin1');
  const isOldPage = decoded.length === plain.length && /^[\0-\x7f]*$/.test(plain);
  const name = isOldPage ? plain : decoded;
  const isParted = !name.includes('/') && backslashSystems.has(versionMadeBy >>> 8);
  return isParted ? name.replaceAll('\\', '/') : name;
}

/** The upper half of the attributes is the Unix mode; its top four bits are the file type. */
export function zipKind(name: string, entry: yauzl.Entry): EntryKind {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (name.endsWith('/') || type === 0o040000) return 'folder';
  if (type === 0o120000) return 'link';
  return type === 0 || type === 0o100000 ? 'file' : 'special';
}
