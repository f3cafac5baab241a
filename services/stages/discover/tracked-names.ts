/**
 * Reads the names in git's index (versions 2 to 4, SHA-1 or SHA-256) from its documented format, so
 * that it does not matter whether git is installed or trusts the folder. Pure.
 */

export interface IndexNames {
  readonly files: readonly string[];
  /** Folders that are checkouts of other repositories. */
  readonly submodules: readonly string[];
  /** Name of the file that holds the rest of a split index. */
  readonly shared: string | null;
}

/** Bytes of an entry before its hash: times, device, inode, mode, owner, group and size. */
const statBytes = 40;
const modeAt = 24;

const modes = { file: 0o100000, link: 0o120000, submodule: 0o160000, folder: 0o040000 } as const;
const types: ReadonlySet<number> = new Set(Object.values(modes));
const typeOf = (mode: number) => mode & 0o170000;

/** Parses an index; throws an Error if the bytes are not an index. */
export function parseIndex(bytes: Buffer): IndexNames {
  try {
    return parse(bytes, 20);
  } catch {
    // A SHA-256 repository has longer hashes, but its index does not say so.
    return parse(bytes, 32);
  }
}

function parse(bytes: Buffer, hashBytes: number): IndexNames {
  if (bytes.toString('latin1', 0, 4) !== 'DIRC') throw new Error('no index');
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) throw new Error(`index version ${version} is unknown`);
  const files: string[] = [];
  const submodules: string[] = [];
  let at = 12;
  let raw: Buffer = Buffer.alloc(0);
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const type = typeOf(bytes.readUInt32BE(at + modeAt));
    if (!types.has(type)) throw new Error('no mode');
    const flagsAt = at + statBytes + hashBytes;
    const extended = (bytes.readUInt16BE(flagsAt) & 0x4000) !== 0;
    const read = readName(bytes, {
      version,
      at,
      nameAt: flagsAt + (extended ? 4 : 2),
      before: raw,
    });
    ({ raw, next: at } = read);
    const name = raw.toString();
    if (type === modes.submodule) submodules.push(name);
    // A split index has empty names for entries of the shared index; a sparse index names folders.
    else if (name !== '' && type !== modes.folder) files.push(name);
  }
  return { files, submodules, shared: sharedIndex(bytes, at, hashBytes) };
}

interface NamePlace {
  readonly version: number;
  /** Offset of the entry. */
  readonly at: number;
  readonly nameAt: number;
  /** The name of the previous entry; in version 4, a name shares its beginning. */
  readonly before: Buffer;
}

function readName(bytes: Buffer, place: NamePlace): { raw: Buffer; next: number } {
  const { version, at, nameAt, before } = place;
  const { value: dropped, next: start } =
    version === 4 ? readNumber(bytes, nameAt) : { value: 0, next: nameAt };
  const end = bytes.indexOf(0, start);
  if (end === -1) throw new Error('a name has no end');
  const rest = bytes.subarray(start, end);
  if (version < 4) {
    // One to eight zeros fill the entry up to a multiple of eight bytes.
    return { raw: rest, next: at + ((end - at + 8) & ~7) };
  }
  if (dropped > before.length) throw new Error('a name is shorter than nothing');
  const raw = Buffer.concat([before.subarray(0, before.length - dropped), rest]);
  return { raw, next: end + 1 };
}

/** Reads git's offset encoding: seven bits per byte, highest first, one added at each step. */
function readNumber(bytes: Buffer, at: number): { value: number; next: number } {
  let next = at;
  let byte = bytes.readUInt8(next++);
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes.readUInt8(next++);
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, next };
}

/** Returns the shared index file that the extension `link` names; null if there is none. */
function sharedIndex(bytes: Buffer, start: number, hashBytes: number): string | null {
  for (let at = start; at + 8 + hashBytes <= bytes.length; ) {
    const size = bytes.readUInt32BE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === 'link') {
      const hash = bytes.toString('hex', at + 8, at + 8 + hashBytes);
      return /^0+$/.test(hash) ? null : `sharedindex.${hash}`;
    }
    at += 8 + size;
  }
  return null;
}
