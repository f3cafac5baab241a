/**
 * The sketches of one source: an entry for each text in its archive, or one for all of them. They
 * are kept as a blob beside the record, from which a later process builds the index again. Pure.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import { sha256 } from '../../../runtime/ids.ts';
import { isBinary } from '../../../runtime/store/binary.ts';
import { vendoredFolders } from '../../../runtime/store/left-out.ts';
import { joinMinima, minimaCount, minimaOf, noMinima, signatureOf } from './minima.ts';
import { shinglesOf } from './shingles.ts';
import { type Entry, keyBytes } from './similar-entries.ts';

export type NearLevel = 'off' | 'file' | 'repository';

/** Larger files are not compared: they are data, and `admit` leaves them out. */
export const comparedBytesMax = 1024 * 1024;

/** A text with fewer runs of words is like many others by chance. */
export const shinglesMin = 20;

const entryBytes = keyBytes + minimaCount;

export interface Sketches {
  /** Whether the bytes of this file are wanted. */
  wants(path: string, bytes: number): boolean;
  add(bytes: Buffer): void;
  /** Entries back to back in the order of their keys; empty if there is no text. */
  finish(archive: Buffer): Buffer;
}

export function openSketches(level: NearLevel): Sketches {
  const entries = new Map<string, Uint8Array>();
  const whole = noMinima();
  let isEmpty = true;
  return {
    wants: (path, bytes) =>
      level !== 'off' &&
      bytes <= comparedBytesMax &&
      !path.split('/').some((name) => vendoredFolders.has(name)),
    add: (bytes) => {
      if (isBinary(bytes)) return;
      const shingles = shinglesOf(bytes);
      if (shingles.length < shinglesMin) return;
      const minima = minimaOf(shingles);
      isEmpty = false;
      if (level === 'repository') joinMinima(whole, minima);
      else entries.set(sha256(bytes), signatureOf(minima));
    },
    finish: (archive) => {
      if (level === 'repository' && !isEmpty) entries.set(sha256(archive), signatureOf(whole));
      const sorted = [...entries].sort(([a], [b]) => compareText(a, b));
      const parts = sorted.flatMap(([key, signature]) => [Buffer.from(key, 'hex'), signature]);
      return Buffer.concat(parts);
    },
  };
}

export function* entriesOf(sketches: Uint8Array): Generator<Entry> {
  for (let at = 0; at + entryBytes <= sketches.byteLength; at += entryBytes) {
    const key = sketches.subarray(at, at + keyBytes);
    yield { key, signature: sketches.subarray(at + keyBytes, at + entryBytes) };
  }
}
