/**
 * Builds archives for tests, also hostile ones: names and types that no tool writes, bombs, damage.
 * The bytes are written by hand, because a library might refuse to write such archives.
 */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

export interface TarEntry {
  readonly name: string | Buffer;
  readonly body?: Buffer | string;
  /** ustar type flag: 0 file, 1 hard link, 2 symbolic link, 3 device, 5 folder, 6 fifo. */
  readonly type?: string;
  /** What a link names; a file outside of the archive unless given. */
  readonly link?: string;
  /** Size that the header claims; the body's length unless given. */
  readonly size?: number;
}

export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]);
}

function tarEntry(entry: TarEntry): Buffer {
  const body = Buffer.from(entry.body ?? '');
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  return Buffer.concat([tarHeader(entry, entry.size ?? body.length), body, padding]);
}

export function tarHeader(entry: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(512);
  Buffer.from(entry.name).copy(header, 0, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')} `, 124);
  header.write(`${(1_700_000_000).toString(8).padStart(11, '0')} `, 136);
  header.write('        ', 148);
  header.write(entry.type ?? '0', 156);
  const isLink = entry.type === '1' || entry.type === '2';
  if (isLink) header.write(entry.link ?? '../../etc/passwd', 157);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

export function tgz(entries: readonly TarEntry[]): Buffer {
  return gzipSync(tar(entries));
}

/** A pax record that gives the next entry a name of any length. */
export function longName(name: string, body: string): readonly TarEntry[] {
  return [paxRecord('path', name), { name: 'short', body }];
}

/** A record about the next entry. */
export function paxRecord(key: string, value: string): TarEntry {
  const record = (length: number) => `${length} ${key}=${value}\n`;
  let length = record(0).length;
  while (Buffer.byteLength(record(length)) !== length) length = Buffer.byteLength(record(length));
  return { name: 'pax', type: 'x', body: record(length) };
}

/** One file of zeros. Gzip members may be concatenated, so one member is made and repeated. */
export function gzipBomb(bytes: number): Buffer {
  const member = 16 * 1024 * 1024;
  const zeros = gzipSync(Buffer.alloc(member), { level: 9 });
  const head = gzipSync(tarHeader({ name: 'zeros.bin' }, bytes));
  return Buffer.concat([head, ...Array.from({ length: Math.ceil(bytes / member) }, () => zeros)]);
}

export interface ZipEntry {
  readonly name: string;
  readonly body?: Buffer | string;
  /** Unix mode with type bits; 0o120777 is a symbolic link. */
  readonly mode?: number;
  /** Size that the directory claims; the body's length unless given. */
  readonly size?: number;
  readonly checksum?: number;
  readonly flags?: number;
  readonly method?: number;
  /** The system on which the entry was packed: 0 MS-DOS, 3 Unix, which it is unless given. */
  readonly system?: number;
  /** The name is not marked as UTF-8, as old programs and Python's leave it where it is ASCII. */
  readonly isUnmarked?: boolean;
}

export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const body = Buffer.from(entry.body ?? '');
    const data = deflateRawSync(body);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE((entry.flags ?? 0) | (entry.isUnmarked === true ? 0 : 0x800), 2);
    fields.writeUInt16LE(entry.method ?? 8, 4);
    // 2024-02-03 04:05:06 as DOS date and time.
    fields.writeUInt16LE((4 << 11) | (5 << 5) | 3, 6);
    fields.writeUInt16LE((44 << 9) | (2 << 5) | 3, 8);
    fields.writeUInt32LE(entry.checksum ?? crc32(body), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(entry.size ?? body.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, data]);
    const external = Buffer.alloc(14);
    external.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    external.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, entry.system ?? 3]);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, fields, external, name]),
    );
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}
