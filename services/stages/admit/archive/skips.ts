/** The two outcomes of an archive's entry: a file, or a skip with one of these reasons. */
import type { SkippedFile } from '../../../../schemas/generated/types.ts';

export interface UnpackedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Reasons why a folder or file is not part of the repository, found during unpacking or, for local
 * folders, before packing.
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

/** Every reason why an entry does not become a file. */
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
