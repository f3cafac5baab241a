/**
 * Reads an archive once for two facts: the time of its newest entry, which becomes the event time,
 * and a digest of its files, by which sources of the same content are recognised. A tar is read up
 * to a limit. A damaged archive gives the newest time before the damage and no digest; `admit`
 * reports the damage.
 */
import { createHash } from 'node:crypto';
import { type Extract, extract } from 'tar-stream';
import yauzl from 'yauzl';
import type { ArchiveFormat } from '../../../schemas/generated/types.ts';
import { packedSkip, tarKind, zipKind, zipName } from '../../runtime/store/archive-entries.ts';
import { feedTar } from '../../runtime/store/feed-tar.ts';
import { isLeftOut } from '../../runtime/store/left-out.ts';
import { type NearLevel, openSketches, type Sketches } from './near-duplicates/sketches.ts';
import { bodyless, openTree, type Tree } from './tree-digest.ts';

export interface ScanLimits {
  readonly scanBytesMax: number;
  readonly fileBytesMax: number;
  readonly nearDuplicates: NearLevel;
}

export interface ArchiveFacts {
  readonly newestMs: number;
  /** Equal for archives of the same files, in any format; null if not all of them were read. */
  readonly treeSha256: string | null;
  /** What is compared with other sources; empty if nothing is. */
  readonly sketches: Buffer;
}

type TarEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

interface Scan {
  readonly limits: ScanLimits;
  readonly tree: Tree;
  readonly sketches: Sketches;
  /** False once a part of the content was not read. */
  isWhole: boolean;
  newestMs: number;
}

/** Later times are ignored: a time after the year 2100 begins is a mistake. */
const timeMsMax = Date.UTC(2100, 0, 1);

export async function readArchiveFacts(
  archive: Buffer,
  format: ArchiveFormat,
  limits: ScanLimits,
): Promise<ArchiveFacts> {
  const sketches = openSketches(limits.nearDuplicates);
  const scan: Scan = { limits, tree: openTree(), sketches, isWhole: true, newestMs: 0 };
  try {
    if (format === 'zip') await scanZip(archive, scan);
    else await scanTar(archive, format === 'tgz', scan);
  } catch {
    // The archive is damaged, or was cut off at the limit: the newest time so far counts.
    scan.isWhole = false;
  }
  const { newestMs, isWhole, tree } = scan;
  const treeSha256 = isWhole ? tree.digest() : null;
  return { newestMs, treeSha256, sketches: sketches.finish(archive) };
}

function see(scan: Scan, timeMs: number): void {
  if (timeMs > scan.newestMs && timeMs <= timeMsMax) scan.newestMs = timeMs;
}

async function scanZip(archive: Buffer, scan: Scan): Promise<void> {
  const options = { decodeStrings: false, validateEntrySizes: true };
  const zip = await yauzl.fromBufferPromise(archive, options);
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    // Zip times have no zone; reading them as UTC gives the same value on every machine.
    see(scan, entry.getLastModDate({ timezone: 'UTC' }).getTime());
    bytes += entry.uncompressedSize;
    // Of the rest, only the times are read: they stand in the directory of the archive.
    if (bytes > scan.limits.scanBytesMax) scan.isWhole = false;
    if (scan.isWhole) scan.isWhole = await addZipEntry(zip, entry, scan);
  }
}

/** Returns false if the content cannot be read. */
async function addZipEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, scan: Scan): Promise<boolean> {
  const name = zipName(entry);
  if (zipKind(name, entry) !== 'file') return true;
  if (entry.uncompressedSize > scan.limits.fileBytesMax) {
    scan.tree.add(name, bodyless('too-large'));
    return true;
  }
  try {
    scan.tree.add(
      name,
      await readFile(await zip.openReadStreamPromise(entry), name, entry.uncompressedSize, scan),
    );
    return true;
  } catch {
    // The entry is damaged, encrypted, or compressed in a way that yauzl does not know.
    return false;
  }
}

async function scanTar(archive: Buffer, compressed: boolean, scan: Scan): Promise<void> {
  const entries = extract();
  const limit = async function* (source: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const piece of source) {
      bytes += piece.byteLength;
      if (bytes > scan.limits.scanBytesMax) {
        scan.isWhole = false;
        return;
      }
      yield piece;
    }
  };
  const reading = async () => {
    for await (const entry of entries) await addTarEntry(entry, scan);
  };
  const sides = [feedTar(archive, compressed, limit, entries), reading()];
  const ends = await Promise.allSettled(sides);
  if (ends.some(({ status }) => status === 'rejected')) scan.isWhole = false;
}

async function addTarEntry(entry: TarEntry, scan: Scan): Promise<void> {
  const { header } = entry;
  see(scan, header.mtime?.getTime() ?? 0);
  const kind = tarKind(header);
  const skip = packedSkip(header);
  const isTooLarge = (header.size ?? 0) > scan.limits.fileBytesMax;
  if (kind === 'file' && skip === null && !isTooLarge) {
    scan.tree.add(header.name, await readFile(entry, header.name, header.size ?? 0, scan));
    return;
  }
  if (kind === 'file' && !isLeftOut(skip))
    scan.tree.add(header.name, bodyless(skip ?? 'too-large'));
  if (header.type === 'link') scan.tree.link(header.name, header.linkname ?? '');
  entry.resume();
}

/** Returns the hash of a file's bytes, which are also sketched. */
async function readFile(
  body: AsyncIterable<unknown>,
  name: string,
  bytes: number,
  { sketches }: Scan,
): Promise<string> {
  const hash = createHash('sha256');
  const pieces: Buffer[] = [];
  const isWanted = sketches.wants(name, bytes);
  for await (const piece of body) {
    hash.update(piece as Buffer);
    if (isWanted) pieces.push(piece as Buffer);
  }
  if (isWanted) sketches.add(Buffer.concat(pieces));
  return hash.digest('hex');
}
