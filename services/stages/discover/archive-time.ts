/**
 * The time of an archive's newest entry: the event time where there is no commit. Reads headers
 * only, within a limit; a damaged archive gives what was seen so far, and `admit` judges it.
 */
import { extract } from 'tar-stream';
import yauzl from 'yauzl';
import type { ArchiveFormat } from '../../../schemas/generated/types.ts';
import { feedTar } from '../../runtime/store/feed-tar.ts';

/** Beyond the year 2100 a time is a mistake, and no basis for ordering. */
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
    // Damaged or cut off at the limit: what was seen stands.
  }
  return newest;
}

async function seeZip(archive: Buffer, see: (timeMs: number) => void): Promise<void> {
  const options = { decodeStrings: false, validateEntrySizes: true };
  const zip = await yauzl.fromBufferPromise(archive, options);
  for await (const entry of zip.eachEntry()) {
    // The format has no zone; taking it for UTC gives the same value on every machine.
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
