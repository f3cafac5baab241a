/**
 * Encodes bytes by byte-level BPE: the pretokenizer's automata cut pieces; a cache has the tokens
 * of known pieces, merging makes those of others. Gives the ids of Hugging Face's library with the
 * normalizer off, for text without added tokens. Control tokens are not in the tables, so no text
 * can become one.
 */
import { type Merges, mergeAll } from './merges.ts';
import {
  cachedLengthMax,
  createPieceCache,
  hashBytes,
  type Piece,
  recall,
  remember,
} from './piece-cache.ts';
import { forEachPiece, type Step, visitNext } from './pretokenizer.ts';
import { reserve, type TokenBuffer } from './token-buffer.ts';

export interface BytePairModel {
  readonly merges: Merges;
  readonly steps: readonly Step[];
  /** Whole pieces that are tokens whatever the merges say; undefined when merges decide alone. */
  readonly whole: ((bytes: Uint8Array, start: number, end: number) => number) | undefined;
}

export interface BytePairEncoder {
  /**
   * Encodes the text that ends at byte `end`, from a position where a piece begins, until
   * `sliceBytes` are encoded or the text ends. Returns the position where it stopped. Slices of
   * several texts may alternate.
   */
  encodeSlice(
    bytes: Uint8Array,
    from: number,
    end: number,
    out: TokenBuffer,
    sliceBytes: number,
  ): number;
}

export function createEncoder({ merges, steps, whole }: BytePairModel): BytePairEncoder {
  const cache = createPieceCache();
  const piece: Piece = { bytes: new Uint8Array(0), start: 0, end: 0, hash: 0 };
  let scratch = new Int32Array(1024);
  let text: Uint8Array = new Uint8Array(0);
  let out: TokenBuffer = { ids: new Uint32Array(0), length: 0 };

  const mergeBytes = (start: number, end: number): number => {
    const known = whole === undefined ? -1 : whole(text, start, end);
    if (known >= 0) {
      scratch[0] = known;
      return 1;
    }
    if (end - start > scratch.length) scratch = new Int32Array(end - start);
    for (let at = start; at < end; at += 1) {
      scratch[at - start] = merges.byteIds[text[at] as number] as number;
    }
    return mergeAll(merges, scratch, end - start);
  };

  const encodePiece = (start: number, end: number): void => {
    const length = end - start;
    reserve(out, length);
    const cached = length <= cachedLengthMax;
    if (cached) {
      piece.bytes = text;
      piece.start = start;
      piece.end = end;
      piece.hash = hashBytes(text, start, end);
      if (recall(cache, piece, out)) return;
    }
    const count = mergeBytes(start, end);
    for (let at = 0; at < count; at += 1) out.ids[out.length++] = scratch[at] as number;
    if (cached) remember(cache, piece, scratch, count);
    else if (scratch.length > scratchMax) scratch = new Int32Array(1024);
  };

  /** What is done with a piece of step `at - 1`: the next step, and tokens after the last. */
  const visitors = steps.map((step, at) => (start: number, end: number): void => {
    forEachPiece(step, text, start, end, visitors[at + 1] ?? encodePiece);
  });
  const first = steps[0];
  const visit = visitors[1] ?? encodePiece;

  const encodeSlice: BytePairEncoder['encodeSlice'] = (bytes, from, end, to, sliceBytes) => {
    text = bytes;
    out = to;
    const stop = Math.min(end, from + sliceBytes);
    let at = from;
    if (first?.behavior === 'Isolated') {
      while (at < stop) at = visitNext(first, bytes, at, end, visit);
    } else if (at < end) {
      // A piece that joins earlier ones is known only at the end of the text.
      (visitors[0] ?? encodePiece)(at, end);
      at = end;
    }
    return at;
  };
  return { encodeSlice };
}

/** Tokens of one piece that stay allocated: a longer piece is rare and its memory is given back. */
const scratchMax = 1 << 16;
