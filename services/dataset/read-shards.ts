/**
 * The only way from the manifest to shards, provenance and pieces. The size and the hash of a file
 * are compared with the manifest before any byte of it is used. Damage is OutputDamage.
 */
import {
  type ManifestShard,
  type ProvenanceLine,
  parseProvenance,
} from '../../schemas/manifest.ts';
import { decodeShard, MdsError, type Pack } from '../../schemas/mds.ts';
import { sha256 } from '../runtime/ids.ts';
import type { ObjectStore } from '../runtime/store/objects/object-store.ts';
import { OutputDamage } from './damage.ts';

/** A file that the manifest names, with its size and hash. */
export interface NamedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface DatasetShard {
  /** The shard's entry in the manifest. */
  readonly facts: ManifestShard;
  readonly bytes: Buffer;
  readonly packs: readonly Pack[];
  readonly provenanceBytes: Buffer;
  readonly provenance: readonly ProvenanceLine[];
}

/** A piece of a document; its first `line.prefixTokens` tokens repeat the document's start. */
export interface Piece {
  readonly line: ProvenanceLine;
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
}

/** How many shards a reader of all shards has read. */
export interface ShardProgress {
  readonly shards: number;
  readonly shardsTotal: number;
}

/** Every shard in the order of the data set, one at a time. */
export async function* readShards(
  store: ObjectStore,
  shards: readonly ManifestShard[],
): AsyncGenerator<DatasetShard> {
  for (const facts of shards) yield await readShard(store, facts);
}

export async function readShard(store: ObjectStore, facts: ManifestShard): Promise<DatasetShard> {
  const { bytes, packs } = await readPacks(store, facts);
  const { provenanceBytes, provenance } = await readProvenance(store, facts);
  return { facts, bytes, packs, provenanceBytes, provenance };
}

export async function readPacks(
  store: ObjectStore,
  facts: ManifestShard,
): Promise<Pick<DatasetShard, 'bytes' | 'packs'>> {
  const { path } = facts;
  const bytes = await readHashed(store, facts);
  const packs = decodePacks(bytes, path);
  if (packs.length === facts.packs) return { bytes, packs };
  const finding = `it holds ${packs.length} packs, not ${facts.packs}`;
  throw new OutputDamage({ subject: path, finding, place: path });
}

function decodePacks(bytes: Buffer, path: string): Pack[] {
  try {
    return decodeShard(bytes);
  } catch (error) {
    if (!(error instanceof MdsError)) throw error;
    const finding = error.message;
    throw new OutputDamage({ subject: path, finding, place: path, cause: error });
  }
}

export async function readProvenance(
  store: ObjectStore,
  { provenance: { path, ...file }, firstPack, packs }: ManifestShard,
): Promise<Pick<DatasetShard, 'provenanceBytes' | 'provenance'>> {
  const provenanceBytes = await readHashed(store, { path, ...file });
  const provenance = parseLines(provenanceBytes, path);
  for (const { pack } of provenance) {
    if (pack >= firstPack && pack < firstPack + packs) continue;
    throw new OutputDamage({ subject: path, finding: `${path} tells of pack ${pack}` });
  }
  return { provenanceBytes, provenance };
}

function parseLines(bytes: Buffer, path: string): ProvenanceLine[] {
  try {
    return parseProvenance(bytes.toString('utf8'));
  } catch (error) {
    const finding = `${path}: ${(error as Error).message}`;
    throw new OutputDamage({ subject: path, finding, cause: error });
  }
}

/** Reads a file that the manifest names. Throws OutputDamage if size or hash differ. */
export async function readHashed(store: ObjectStore, file: NamedFile): Promise<Buffer> {
  const { path } = file;
  const damage = (what: string) => new OutputDamage({ subject: path, finding: `${path} ${what}` });
  const bytes = await store.read(path);
  if (bytes === null) throw damage('is missing');
  if (bytes.byteLength !== file.bytes) throw damage(`has not ${file.bytes} bytes`);
  if (sha256(bytes) !== file.sha256) throw damage('does not match its hash');
  return bytes;
}

/** Cuts the pieces that the given lines of a shard's provenance describe, in their order. */
export function cutPieces(
  { path, firstPack, provenance }: ManifestShard,
  packs: readonly Pack[],
  lines: readonly ProvenanceLine[],
): Piece[] {
  return lines.map((line) => {
    const pack = packs[line.pack - firstPack];
    if (pack === undefined) throw new Error(`${path} was read without checking its provenance`);
    if (line.tokens[1] <= pack.inputIds.length) return cutPiece(pack, line);
    const finding = `${provenance.path} tells of tokens that pack ${line.pack} has not`;
    throw new OutputDamage({ subject: provenance.path, finding });
  });
}

export function cutPiece({ inputIds, mask }: Pack, line: ProvenanceLine): Piece {
  const [start, end] = line.tokens;
  return { line, inputIds: inputIds.subarray(start, end), mask: mask.subarray(start, end) };
}
