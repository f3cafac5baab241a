/**
 * The state that a writer holds in memory. All of it follows from the manifest and from the records
 * after the resume offsets, so loading it at the start and after a conflict is the same operation.
 */
import type { CarriedSample, ManifestEntry } from '../../../../schemas/manifest.ts';
import { manifestFormat } from '../../../../schemas/manifest.ts';
import { countTrained, sampleBytes } from '../../../../schemas/mds.ts';
import { type ManifestEnd, readEnd, readOn } from '../../../dataset/growing/end.ts';
import { nextNumbers } from '../../../dataset/manifest.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import { type Bin, createPacker, type Packer } from '../pack/pack.ts';
import { makePack, type SamplePiece } from '../pack/pieces.ts';
import type { SinkTools } from '../report.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { carry, restorePacks } from './carry.ts';
import { type KnownSamples, openKnownSamples } from './known-samples.ts';
import { type HeldRecord, loadPieces } from './loads.ts';
import type { Sources } from './offsets.ts';
import { cutFacts, matchOutput } from './output.ts';
import { createArrivalOrder, createSourceOrder, type Order } from './sequencer.ts';
import type { SealedPack } from './shards.ts';

export interface SinkState {
  /** Moves on with every commit. */
  end: ManifestEnd;
  readonly known: KnownSamples;
  readonly order: Order<HeldRecord>;
  readonly packer: Packer<SamplePiece>;
  /** Full packs that are in no shard. */
  pending: SealedPack[];
  /** Samples whose pieces are in memory. */
  readonly references: Map<string, CarriedSample>;
  /** Records packed since the last entry. */
  uncommitted: HeldRecord[];
}

/** `before` is the state of a writer that lost the race; its pieces need no second tokenizing. */
export async function loadState(
  tools: SinkTools,
  store: ObjectStore,
  tokenizer: Tokenizer,
  before: SinkState | null,
): Promise<SinkState> {
  const { run, config } = tools;
  const end = await (before === null ? readEnd(store) : readOn(store, before.end));
  const head = end.entries.at(-1) ?? null;
  if (head !== null) matchOutput(head, run, config, tokenizer);
  const carried = head?.carried ?? { samples: [], pending: [], open: [] };
  const inMemory = before === null ? new Map<string, SamplePiece[]>() : piecesOf(before);
  const packs = await restorePacks(carried, async (sample, numbers) => {
    const known = inMemory.get(sample.id)?.filter((piece) => numbers.has(piece.piece)) ?? [];
    if (known.length === numbers.size) return known;
    return loadPieces(sample, tokenizer, tools).catch((error: unknown) => {
      throw begunAndGone(sample, error);
    });
  });
  return {
    end,
    known: openKnownSamples(store, end),
    order: run.bounded ? createSourceOrder(head?.nextSequence ?? 0) : createArrivalOrder(),
    packer: createPacker(config, packs.open),
    pending: packs.pending.map((bin) => sealPack(bin, run.dataset)),
    references: new Map(carried.samples.map((sample) => [sample.id, sample])),
    uncommitted: [],
  };
}

/** The first part may be in a shard already, so the rest cannot be left out. */
function begunAndGone({ id, repositoryId }: CarriedSample, error: unknown): unknown {
  if (!(error instanceof PipelineError) || error.disposition !== 'reject') return error;
  return new PipelineError(
    error.code,
    `sample ${id} of repository ${repositoryId} is begun in the manifest, and its rest cannot be read: ${error.message}; put it back, or make the output again`,
    { subject: error.subject ?? id, cause: error },
  );
}

/** Open and pending pieces by sample, so that none of them is tokenized again. */
function piecesOf({ packer, pending }: SinkState): Map<string, SamplePiece[]> {
  const pieces = [...packer.open(), ...pending].flatMap((pack) => pack.pieces);
  return Map.groupBy(pieces, (piece) => piece.sample.id);
}

export function sealPack({ pieces, tokens }: Bin<SamplePiece>, dataset: string): SealedPack {
  const pack = makePack(dataset, pieces);
  let start = 0;
  const parts = pieces.map((piece) => {
    const end = start + piece.tokens;
    const [inputIds, mask] = [pack.inputIds.subarray(start, end), pack.mask.subarray(start, end)];
    start = end;
    return { ...piece, inputIds, mask };
  });
  return { pieces: parts, tokens, pack, rowBytes: sampleBytes(pack) };
}

export interface EntryParts {
  readonly shards: ManifestEntry['shards'];
  /** Packs in these shards. */
  readonly sealed: readonly SealedPack[];
  /** Full packs that wait for the next shard. */
  readonly rest: readonly SealedPack[];
  readonly sources: Sources;
  readonly tokenizer: ManifestEntry['tokenizer'];
  readonly closed: boolean;
}

/** The next entry: makes shards part of the data set and records what a restart needs. */
export function makeEntry(
  state: SinkState,
  { run, config }: SinkTools,
  parts: EntryParts,
): ManifestEntry {
  const referenceOf = (id: string) => {
    const reference = state.references.get(id);
    if (reference === undefined) throw new Error(`sample ${id} is packed but not known`);
    return reference;
  };
  const pieces = parts.sealed.flatMap((pack) => pack.pieces);
  return {
    format: manifestFormat,
    entry: state.end.count,
    previous: state.end.headHash,
    dataset: run.dataset,
    runId: run.runId,
    contextLength: config.contextLength,
    tokenizer: parts.tokenizer,
    ...nextNumbers(state.end.entries.at(-1) ?? null),
    shards: parts.shards,
    sources: parts.sources,
    nextSequence: state.order.nextSequence(),
    samples: state.uncommitted.flatMap(({ samples }) => samples.map(({ id }) => id)),
    carried: { cut: cutFacts(config), ...carry(parts.rest, state.packer.open(), referenceOf) },
    maskedPieces: pieces.filter((piece) => countTrained(piece.mask) === 0).length,
    closed: parts.closed,
  };
}
