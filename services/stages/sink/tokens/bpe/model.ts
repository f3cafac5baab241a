/**
 * Reads the `model` of a tokenizer.json into the tables that the encoder works with. Control tokens
 * are left out. InvalidModel names the field that is wrong. Pure.
 */
import { createMerges, type Merge, type Merges, mergesMax } from './merges.ts';

export class InvalidModel extends Error {}

export interface ModelFile {
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly unknown[];
  readonly ignore_merges?: unknown;
}

export interface ModelTables {
  readonly merges: Merges;
  readonly whole: ((bytes: Uint8Array, start: number, end: number) => number) | undefined;
}

/** `byteOf` is the byte that a character of the vocabulary stands for. */
export function readModel(
  model: ModelFile,
  isControl: (id: number) => boolean,
  byteOf: ReadonlyMap<string, number>,
): ModelTables {
  const ids = new Map<string, number>();
  for (const [token, id] of model.vocab) {
    if (!isControl(id)) ids.set(token, id);
  }
  const byteIds = new Int32Array(256);
  for (const [character, byte] of byteOf) {
    const id = ids.get(character);
    if (id === undefined) throw new InvalidModel(`model.vocab has no token for byte ${byte}`);
    byteIds[byte] = id;
  }
  if (!['boolean', 'undefined'].includes(typeof (model.ignore_merges ?? undefined))) {
    throw new InvalidModel('model.ignore_merges is not true or false');
  }
  if (model.merges.length > mergesMax) throw new InvalidModel('model.merges is too long');
  const merges = model.merges.flatMap((merge, at) =>
    isVersion(merge) ? [] : [readMerge(merge, at, ids)],
  );
  return {
    merges: createMerges(merges, byteIds),
    whole: model.ignore_merges === true ? findWhole(ids, byteOf) : undefined,
  };
}

/** The library takes a merge that begins so for the first line of a merges.txt, wherever it is. */
function isVersion(merge: unknown): boolean {
  return typeof merge === 'string' && merge.startsWith('#version');
}

/** A merge is a pair or, in older files, two tokens with a space between them. */
function readMerge(merge: unknown, at: number, ids: ReadonlyMap<string, number>): Merge {
  const pair = typeof merge === 'string' ? merge.split(' ') : merge;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new InvalidModel(`model.merges[${at}] is not a pair of tokens`);
  }
  const [first, second] = pair as readonly unknown[];
  const left = idOf(first, at, ids);
  const right = idOf(second, at, ids);
  return { left, right, merged: idOf(`${first}${second}`, at, ids) };
}

function idOf(token: unknown, at: number, ids: ReadonlyMap<string, number>): number {
  const id = typeof token === 'string' ? ids.get(token) : undefined;
  if (id !== undefined) return id;
  throw new InvalidModel(`model.merges[${at}] needs the token ${JSON.stringify(token)}`);
}

/** Finds the token that a piece is as a whole; -1 when there is none. */
function findWhole(ids: ReadonlyMap<string, number>, byteOf: ReadonlyMap<string, number>) {
  const byText = new Map<string, number>();
  let lengthMax = 0;
  for (const [token, id] of ids) {
    const bytes = [...token].map((character) => byteOf.get(character));
    // A vocabulary may have a key that no text can equal; it is kept.
    if (!bytes.every((byte) => byte !== undefined)) continue;
    byText.set(latin1(bytes), id);
    lengthMax = Math.max(lengthMax, bytes.length);
  }
  return (bytes: Uint8Array, start: number, end: number): number =>
    end - start > lengthMax ? -1 : (byText.get(latin1(bytes.subarray(start, end))) ?? -1);
}

function latin1(bytes: Uint8Array | readonly number[]): string {
  return Buffer.from(bytes).toString('latin1');
}
