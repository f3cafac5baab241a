/** The two outcomes of an archive's entry: a file, or a skip with one of these reasons. */
import { packedSkips } from '../../../runtime/store/left-out.ts';
import type { Skip } from '../skips.ts';

export interface UnpackedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Every reason why an entry does not become a file; those of `packedSkips` also before packing. */
export const unpackReasons = [
  'unsafe-path',
  'link',
  'special',
  'duplicate-path',
  'path-conflict',
  'encrypted',
  'compression',
  'binary',
  ...packedSkips,
] as const;

export type UnpackReason = (typeof unpackReasons)[number];

export interface UnpackSkip extends Skip {
  readonly reason: UnpackReason;
}
