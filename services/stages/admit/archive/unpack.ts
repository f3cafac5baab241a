/**
 * Unpacks archives to files in memory, under limits. Nothing is ever written to disk, so no name in
 * an archive can reach the file system. Damaged archives are ARCHIVE_CORRUPT, oversized ones
 * ARCHIVE_TOO_LARGE.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { extract as tarExtract } from 'tar-stream';
import yauzl from 'yauzl';
import type { ArchiveFormat } from '../../../../schemas/generated/types.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import {
  packedSkip,
  tarKind,
  tarName,
  zipKind,
  zipName,
} from '../../../runtime/store/archive-entries.ts';
import { feedTar } from '../../../runtime/store/feed-tar.ts';
import type { UnpackReason } from './skips.ts';
import { type ArchiveLimits, Collector, type Unpacked } from './unpacked.ts';

export async function unpack(
  archive: Buffer,
  format: ArchiveFormat,
  limits: ArchiveLimits,
): Promise<Unpacked> {
  const collector = new Collector(limits, archive.byteLength);
  try {
    if (format === 'zip') await readZip(archive, collector);
    else await readTar(archive, format === 'tgz', collector);
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new PipelineError(
      'ARCHIVE_CORRUPT',
      `cannot be read as ${format}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  return collector.finish();
}

async function readTar(archive: Buffer, compressed: boolean, collector: Collector): Promise<void> {
  const entries = tarExtract();
  const meter = async function* (source: AsyncIterable<Buffer>) {
    for await (const piece of source) {
      collector.expand(piece.byteLength);
      yield piece;
    }
  };
  const feeding = feedTar(archive, compressed, meter, entries);
  const [fed, read] = await Promise.allSettled([feeding, readTarEntries(entries, collector)]);
  // A PipelineError from one side explains more than the broken pipe that it causes on the other.
  const failures = [fed, read].flatMap((side) => (side.status === 'rejected' ? side.reason : []));
  const coded = failures.find((failure) => failure instanceof PipelineError);
  if (failures.length > 0) throw coded ?? failures[0];
}

async function readTarEntries(
  entries: ReturnType<typeof tarExtract>,
  collector: Collector,
): Promise<void> {
  for await (const entry of entries) {
    const { header } = entry;
    const linked = header.type === 'link' ? collector.linked(header.linkname ?? '') : null;
    if (linked !== null && typeof linked !== 'string') {
      const path = collector.enter(tarName(header), 'file', linked.byteLength, null);
      if (path !== null) collector.keep(path, linked);
      entry.resume();
      continue;
    }
    const reason = linked ?? packedSkip(header);
    const path = collector.enter(tarName(header), tarKind(header), header.size, reason);
    const body: Buffer[] = [];
    for await (const piece of entry) if (path !== null) body.push(piece as Buffer);
    if (path !== null) collector.keep(path, Buffer.concat(body));
  }
}

async function readZip(archive: Buffer, collector: Collector): Promise<void> {
  // With raw names, a hostile name costs one skip; yauzl's decoding would reject the whole archive.
  const zip = await yauzl.fromBufferPromise(archive, {
    decodeStrings: false,
    validateEntrySizes: true,
  });
  for await (const entry of zip.eachEntry()) {
    const name = zipName(entry);
    const size = entry.uncompressedSize;
    collector.expand(size);
    const path = collector.enter(name, zipKind(name, entry), size, zipSkip(entry));
    if (path !== null) collector.keep(path, await readZipEntry(zip, entry, archive));
  }
}

/** In one step: a stream for each of many small files would cost more than what it inflates. */
async function readZipEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  archive: Buffer,
): Promise<Buffer> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = archive.subarray(fileDataStart, fileDataStart + entry.compressedSize);
  // The declared size is within the limits; whatever unpacks to more is damaged.
  const size = entry.uncompressedSize;
  const bytes =
    entry.compressionMethod === 0
      ? packed
      : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  if (bytes.byteLength !== size) throw new Error('size of an entry does not match');
  if (crc32(bytes) !== entry.crc32) throw new Error('checksum of an entry does not match');
  return bytes;
}

function zipSkip(entry: yauzl.Entry): UnpackReason | null {
  if ((entry.generalPurposeBitFlag & 1) !== 0) return 'encrypted';
  // 0 is stored, 8 is deflate.
  return entry.compressionMethod === 0 || entry.compressionMethod === 8 ? null : 'compression';
}
