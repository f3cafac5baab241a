/**
 * Collects an archive's entries under limits: judges them by name and kind, counts them, and keeps
 * them in memory. Every entry except a folder ends as a file or as a skip with a reason. If the
 * archive exceeds a limit, ARCHIVE_TOO_LARGE is thrown before the memory is used.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { EntryKind } from '../../../runtime/store/archive-entries.ts';
import {
  belowTop,
  commonTopFolder,
  printablePath,
  safePath,
} from '../../../runtime/store/archive-paths.ts';
import { isBinary } from '../../../runtime/store/binary.ts';
import { isLeftOut } from '../../../runtime/store/left-out.ts';
import { wideEncoding } from './decode-evidence.ts';
import { withoutForeign } from './foreign.ts';
import type { UnpackedFile, UnpackReason, UnpackSkip } from './skips.ts';

export interface ArchiveLimits {
  readonly archiveBytesMax: number;
  readonly expandedBytesMax: number;
  readonly expansionRatioMax: number;
  readonly entriesMax: number;
  readonly fileBytesMax: number;
  readonly pathBytesMax: number;
}

export interface Unpacked {
  /** In path order, each path once. */
  readonly files: readonly UnpackedFile[];
  readonly skipped: readonly UnpackSkip[];
  /** Files in UTF-16: they are skipped as binary, but may still state a licence. */
  readonly wide: readonly UnpackedFile[];
}

/** Up to this size the expansion ratio is not checked, because 64 MiB of memory is harmless. */
const ratioFreeBytes = 64 * 1024 * 1024;

/** Larger UTF-16 files are not kept as evidence; the longest licence in UTF-16 has 70 KiB. */
const wideBytesMax = 128 * 1024;

/** Gathers the entries of one archive: `enter` judges an entry, `keep` takes its body. */
export class Collector {
  readonly #limits: ArchiveLimits;
  readonly #expandedBytesMax: number;
  readonly #files = new Map<string, Buffer>();
  readonly #skipped: UnpackSkip[] = [];
  /** The last reason for each skipped path, since many hard links may name one. */
  readonly #lastReasons = new Map<string, UnpackReason>();
  readonly #unsafe: UnpackSkip[] = [];
  readonly #wide: UnpackedFile[] = [];
  #isRooted = false;
  #entries = 0;
  #expandedBytes = 0;

  constructor(limits: ArchiveLimits, archiveBytes: number) {
    this.#limits = limits;
    checkArchiveBytes(archiveBytes, limits);
    const byRatio = Math.max(ratioFreeBytes, archiveBytes * limits.expansionRatioMax);
    this.#expandedBytesMax = Math.min(limits.expandedBytesMax, byRatio);
  }

  /** Counts expanded bytes: those read from a tar, or those that a zip entry declares. */
  expand(bytes: number): void {
    this.#expandedBytes += bytes;
    if (this.#expandedBytes <= this.#expandedBytesMax) return;
    throw new PipelineError(
      'ARCHIVE_TOO_LARGE',
      `expands beyond ${this.#expandedBytesMax} bytes; raise admit.expandedBytesMax or admit.expansionRatioMax if it is genuine`,
    );
  }

  /** Judges an entry; returns the path to pass to `keep` with the body, or null if skipped. */
  enter(name: string, kind: EntryKind, bytes: number, reason: UnpackReason | null): string | null {
    // A path that was left out before packing is not an entry of the repository.
    if (!isLeftOut(reason)) this.#entries += 1;
    if (this.#entries > this.#limits.entriesMax) {
      throw new PipelineError(
        'ARCHIVE_TOO_LARGE',
        `has more than ${this.#limits.entriesMax} entries; raise admit.entriesMax if it is genuine`,
      );
    }
    const path = safePath(name, this.#limits.pathBytesMax);
    if (path === null) {
      this.#unsafe.push({ path: printablePath(name), reason: 'unsafe-path' });
      return null;
    }
    if (path === '') this.#isRooted = true;
    if (kind === 'folder' || path === '') return null;
    // Of two entries with the same name, the later one replaces the earlier one, as on a disk.
    if (this.#files.delete(path)) this.#skip(path, 'duplicate-path');
    const skip = reason ?? (kind === 'file' ? this.#tooLarge(bytes) : kind);
    if (skip === null) return path;
    this.#skip(path, skip);
    return null;
  }

  /** Returns the bytes of the file that a hard link names; if there is none, a skip reason. */
  linked(target: string): Buffer | UnpackReason {
    const path = safePath(target, this.#limits.pathBytesMax);
    if (path === null) return 'link';
    const bytes = this.#files.get(path);
    if (bytes === undefined) return this.#lastReasons.get(path) ?? 'link';
    this.expand(bytes.byteLength);
    return bytes;
  }

  keep(path: string, bytes: Buffer): void {
    if (isBinary(bytes)) {
      this.#skip(path, 'binary');
      const isSmall = bytes.byteLength <= wideBytesMax;
      if (isSmall && wideEncoding(bytes) !== null) this.#wide.push({ path, bytes });
      return;
    }
    this.#files.set(path, bytes);
  }

  finish(): Unpacked {
    const top = this.#topFolder();
    const strip = (path: string) => belowTop(path, top);
    const skipped: UnpackSkip[] = this.#skipped.map(({ path, reason }) => ({
      path: strip(path),
      reason,
    }));
    const stripped = new Map<string, Buffer>();
    for (const [full, bytes] of this.#files) {
      const path = strip(full);
      // A file beside the top folder may have the path of one in it, and the later one stays.
      if (stripped.has(path)) skipped.push({ path, reason: 'duplicate-path' });
      stripped.set(path, bytes);
    }
    const folders = foldersOf([...stripped.keys()]);
    const files: UnpackedFile[] = [];
    for (const [path, bytes] of [...stripped].sort(([a], [b]) => compareText(a, b))) {
      // On a disk, one name cannot be both a file and a folder.
      if (folders.has(path)) skipped.push({ path, reason: 'path-conflict' });
      else files.push({ path, bytes });
    }
    const wide = this.#wide.map(({ path, bytes }) => ({ path: strip(path), bytes }));
    const own = withoutForeign({ files, skipped, wide });
    // An unsafe name is only displayed, so comparing its text with the top folder is enough.
    const unsafe = this.#unsafe.map(({ path, reason }) => ({ path: strip(path), reason }));
    return { ...own, skipped: [...own.skipped, ...unsafe] };
  }

  /** An archive of `.` holds the root itself as an entry, so none of its folders is a wrapper. */
  #topFolder(): string | null {
    if (this.#isRooted) return null;
    return commonTopFolder([...this.#files.keys(), ...this.#skipped.map((skip) => skip.path)]);
  }

  #skip(path: string, reason: UnpackReason): void {
    this.#skipped.push({ path, reason });
    this.#lastReasons.set(path, reason);
  }

  #tooLarge(bytes: number): UnpackReason | null {
    return bytes > this.#limits.fileBytesMax ? 'too-large' : null;
  }
}

/** Throws if the archive is too large; called before anything is unpacked. */
function checkArchiveBytes(bytes: number, limits: ArchiveLimits): void {
  if (bytes <= limits.archiveBytesMax) return;
  throw new PipelineError(
    'ARCHIVE_TOO_LARGE',
    `is ${bytes} bytes long, more than admit.archiveBytesMax (${limits.archiveBytesMax})`,
  );
}

function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}
