/** What becomes of an archive's entries: a file, or a skip with one of these reasons. */
import type { SkippedFile } from '../../../../schemas/generated/types.ts';

export interface UnpackedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Why a folder or file is no part of the repository: found here, or before the folder was packed.
 */
export const leftOutReasons = [
  'ignored',
  'output',
  'vendored',
  'version-control',
  'submodule',
  'nested-repository',
  'index-unreadable',
] as const;

/** Why an entry does not become a file. */
export const unpackReasons = [
  'unsafe-path',
  'link',
  'special',
  'duplicate-path',
  'path-conflict',
  'encrypted',
  'compression',
  'unreadable',
  'too-large',
  'binary',
  ...leftOutReasons,
] as const;

export type UnpackReason = (typeof unpackReasons)[number];

export interface UnpackSkip extends SkippedFile {
  readonly reason: UnpackReason;
}
