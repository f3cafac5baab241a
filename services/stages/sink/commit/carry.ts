/**
 * How a manifest entry records packs that are in no shard yet: as references to samples and the
 * numbers of their pieces. `carry` and `restorePacks` are each other's inverse.
 */
import type { CarriedSample, ManifestEntry } from '../../../../schemas/manifest.ts';
import type { Bin } from '../pack/pack.ts';
import type { SamplePiece } from '../pack/pieces.ts';

interface PiecesOfPack {
  readonly pieces: readonly SamplePiece[];
}

export type Carried = Omit<ManifestEntry['carried'], 'cut'>;

/** `referenceOf` finds the reference of a sample by its id. */
export function carry(
  pending: readonly PiecesOfPack[],
  open: readonly PiecesOfPack[],
  referenceOf: (sampleId: string) => CarriedSample,
): Carried {
  const samples: CarriedSample[] = [];
  const positions = new Map<string, number>();
  const positionOf = (id: string) => {
    const known = positions.get(id);
    if (known !== undefined) return known;
    positions.set(id, samples.length);
    return samples.push(referenceOf(id)) - 1;
  };
  const pack = ({ pieces }: PiecesOfPack) =>
    pieces.map((piece): [number, number] => [positionOf(piece.sample.id), piece.piece]);
  return { samples, pending: pending.map(pack), open: open.map(pack) };
}

/** Rebuilds the packs; `load` gives at least the wanted pieces of a sample. */
export async function restorePacks(
  carried: Carried,
  load: (
    sample: CarriedSample,
    wanted: ReadonlyMap<number, SamplePiece>,
  ) => Promise<readonly SamplePiece[]>,
): Promise<{ pending: Bin<SamplePiece>[]; open: Bin<SamplePiece>[] }> {
  const wanted = carried.samples.map(() => new Map<number, SamplePiece>());
  for (const [position, number] of [...carried.pending, ...carried.open].flat()) {
    wanted[position]?.set(number, missing);
  }
  for (const [position, sample] of carried.samples.entries()) {
    // Only the pieces that are needed stay in memory: a sample may be larger than all open packs.
    const numbers = wanted[position] ?? new Map<number, SamplePiece>();
    for (const piece of await load(sample, numbers)) {
      if (numbers.has(piece.piece)) numbers.set(piece.piece, piece);
    }
  }
  const rebuild = (pack: readonly (readonly [number, number])[]): Bin<SamplePiece> => {
    const pieces = pack.map(([position, number]) => wanted[position]?.get(number) ?? missing);
    if (pieces.includes(missing))
      throw new Error('the manifest carries a piece that does not exist');
    return { pieces, tokens: pieces.reduce((total, piece) => total + piece.tokens, 0) };
  };
  return { pending: carried.pending.map(rebuild), open: carried.open.map(rebuild) };
}

const missing = {} as SamplePiece;
