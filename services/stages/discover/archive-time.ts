/**
 * Finds the time of an archive's newest entry, which becomes the archive's event time. It reads
 * only headers, and a tar only up to a limit. A damaged archive gives the newest time before the
 * damage; `admit` reports the damage.
 */
import { extract } from 'tar-stream';
import yauzl from 'yauzl';
import type { ArchiveFormat } from '../../../schemas/generated/types.ts';
import { feedTar } from '../../runtime/store/feed-tar.ts';

/** Later times are ignored: a time after the year 2100 begins is a mistake. */
const timeMsMax = Date.UTC(2100, 0, 1);

export async function newestEntryMs(
  archive: Buffer,
  format: ArchiveFormat,
  scanBytesMax: number,
): Promise<number> {
  let newest = 0;
  const see = (timeMs: number) => {
    if (timeMs > newest && timeMs <= timeMsMax) newest = timeMs;
  };
  try {
    if (format === 'zip') await seeZip(archive, see);
    else await seeTar(archive, format === 'tgz', scanBytesMax, see);
  } catch {
    // The archive is damaged, or was cut off at the limit: the newest time so far counts.
  }
  return newest;
}

async function seeZip(archive: Buffer, see: (timeMs: number) => void): Promise<void> {
  const options = { decodeStrings: false, validateEntrySizes: true };
  const zip = await yauzl.fromBufferPromise(archive, options);
  for await (const entry of zip.eachEntry()) {
    // Zip times have no zone; reading them as UTC gives the same value on every machine.
    see(entry.getLastModDate({ timezone: 'UTC' }).getTime());
  }
}

async function seeTar(
  archive: Buffer,
  compressed: boolean,
  scanBytesMax: number,
  see: (timeMs: number) => void,
): Promise<void> {
  const entries = extract();
  entries.on('entry', (header, body, next) => {
    see(header.mtime?.getTime() ?? 0);
    body.on('end', () => next());
    body.on('error', next);
    body.resume();
  });
  const limit = async function* (source: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const piece of source) {
      bytes += piece.byteLength;
      if (bytes > scanBytesMax) return;
      yield piece;
    }
  };
  await feedTar(archive, compressed, limit, entries);
}
