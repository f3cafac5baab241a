/**
 * Online best-fit packing (arXiv 2404.10830, with a bounded number of open bins): each piece goes
 * where it leaves the least room, so contexts fill up without cutting anything. Pure and
 * deterministic: the same pieces in the same order give the same packs.
 */

export interface Bin<Piece> {
  readonly pieces: Piece[];
  tokens: number;
}

export interface PackLimits {
  readonly contextLength: number;
  readonly openPacksMax: number;
  readonly sealFreeTokensMax: number;
}

export interface Packer<Piece> {
  /** Places a piece; returns the bins that this filled, in the order they were sealed. */
  add(piece: Piece): Bin<Piece>[];
  /**
   * Seals all bins. The pieces of the open bins are first packed anew, largest first, if that takes
   * fewer bins: no two open bins fit into one, but their pieces may be divided better.
   */
  flush(): Bin<Piece>[];
  /** Bins that may still be filled, oldest first. */
  open(): readonly Bin<Piece>[];
}

export function createPacker<Piece extends { readonly tokens: number }>(
  limits: PackLimits,
  open: readonly Bin<Piece>[] = [],
): Packer<Piece> {
  const bins = [...open];
  const seal = (bin: Bin<Piece>) => bins.splice(bins.indexOf(bin), 1);
  return {
    add: (piece) => {
      if (piece.tokens > limits.contextLength) throw new Error('a piece longer than the context');
      const bin = bestFit(bins, limits.contextLength - piece.tokens) ?? openBin(bins);
      bin.pieces.push(piece);
      bin.tokens += piece.tokens;
      if (limits.contextLength - bin.tokens <= limits.sealFreeTokensMax) return seal(bin);
      if (bins.length > limits.openPacksMax) return seal(fullest(bins));
      return [];
    },
    flush: () => {
      const before = bins.splice(0);
      const anew = packAnew(before, limits.contextLength);
      return anew.length < before.length ? anew : before;
    },
    open: () => bins,
  };
}

/** Best-fit decreasing; equal pieces keep their order. */
function packAnew<Piece extends { readonly tokens: number }>(
  bins: readonly Bin<Piece>[],
  contextLength: number,
): Bin<Piece>[] {
  const anew: Bin<Piece>[] = [];
  const pieces = bins.flatMap((bin) => bin.pieces).sort((a, b) => b.tokens - a.tokens);
  for (const piece of pieces) {
    const bin = bestFit(anew, contextLength - piece.tokens) ?? openBin(anew);
    bin.pieces.push(piece);
    bin.tokens += piece.tokens;
  }
  return anew;
}

/** The fullest bin that still has room; the oldest of equals. */
function bestFit<Piece>(bins: readonly Bin<Piece>[], tokensMax: number): Bin<Piece> | null {
  let best: Bin<Piece> | null = null;
  for (const bin of bins) {
    if (bin.tokens <= tokensMax && (best === null || bin.tokens > best.tokens)) best = bin;
  }
  return best;
}

function fullest<Piece>(bins: readonly Bin<Piece>[]): Bin<Piece> {
  return bins.reduce((best, bin) => (bin.tokens > best.tokens ? bin : best));
}

function openBin<Piece>(bins: Bin<Piece>[]): Bin<Piece> {
  const bin = { pieces: [], tokens: 0 };
  bins.push(bin);
  return bin;
}
