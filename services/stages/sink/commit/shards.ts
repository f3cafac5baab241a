/**
 * Groups full packs into shards and writes their files. A file is durable before the manifest
 * names it; a file that the manifest does not name is no part of the data set.
 */
import type { ManifestShard } from '../../../../schemas/manifest.ts';
import {
  countTrained,
  encodeSample,
  type Pack,
  shardHeader,
  shardOverheadBytes,
} from '../../../../schemas/mds.ts';
import { canonicalJson, sha256, sha256Parts } from '../../../runtime/ids.ts';
import type { CrashPoint, WriterResult } from '../../../runtime/stage.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import { provenanceOf, type SamplePiece } from '../pack/pieces.ts';
import { type ShardPlace, shardNames } from './garbage.ts';

/** A full pack. */
export interface SealedPack {
  /** Their tokens and masks are parts of the pack's, so that a pack is in memory once. */
  readonly pieces: readonly SamplePiece[];
  readonly tokens: number;
  readonly pack: Pack;
  /** Size of its row in a shard. */
  readonly rowBytes: number;
}

/** Whose pieces lie in each shard, which was written of the packs at the same place. */
export function storedIn(
  shards: readonly { readonly path: string }[],
  groups: readonly (readonly SealedPack[])[],
): NonNullable<WriterResult['stored']> {
  return shards.map(({ path }, place) => {
    const pieces = (groups[place] ?? []).flatMap((pack) => pack.pieces);
    const repositoryIds = [...new Set(pieces.map(({ sample }) => sample.repositoryId))];
    return { name: path, repositoryIds };
  });
}

/** Cuts packs into shards of at most `bytesMax`. The last group may still grow. */
export function groupShards(packs: readonly SealedPack[], bytesMax: number): SealedPack[][] {
  const groups: SealedPack[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const pack of packs) {
    const group = groups.at(-1) ?? [];
    const grown = bytes + pack.rowBytes + shardOverheadBytes(1) - shardOverheadBytes(0);
    if (grown <= bytesMax) {
      group.push(pack);
      bytes = grown;
    } else {
      groups.push([pack]);
      bytes = shardOverheadBytes(1) + pack.rowBytes;
    }
  }
  return groups;
}

export interface ShardFacts extends ShardPlace {
  /** Number of its first pack in the data set. */
  readonly firstPack: number;
  readonly runId: string;
}

export async function writeShard(
  store: ObjectStore,
  packs: readonly SealedPack[],
  facts: ShardFacts,
  crashPoint: CrashPoint,
): Promise<ManifestShard> {
  const lines = packs.flatMap((pack, position) =>
    provenanceOf(facts.firstPack + position, pack.pieces, facts.runId),
  );
  const create = (folder: string, extension: string, bytes: Parts) =>
    createFile(store, bytes, (hash) =>
      shardNames(facts, hash).map((name) => `${folder}/${name}.${extension}`),
    );
  const shard = await create('shards', 'mds', shardParts(packs));
  crashPoint('sink:shard-written');
  const text = lines.map((line) => `${canonicalJson(line)}\n`).join('');
  const provenance = await create('provenance', 'jsonl', [Buffer.from(text)]);
  crashPoint('sink:provenance-written');
  const pieces = packs.flatMap((pack) => pack.pieces);
  return {
    ...shard,
    firstPack: facts.firstPack,
    packs: packs.length,
    tokens: packs.reduce((total, pack) => total + pack.tokens, 0),
    trainedTokens: pieces.reduce((total, piece) => total + countTrained(piece.mask), 0),
    provenance,
  };
}

/** The bytes of a file in parts; reading them again gives the same ones. */
type Parts = Iterable<Uint8Array>;

/** Encodes a row when its turn comes: a shard is never whole in memory beside its packs. */
function shardParts(packs: readonly SealedPack[]): Parts {
  return {
    *[Symbol.iterator]() {
      yield shardHeader(packs.map(({ rowBytes }) => rowBytes));
      for (const { pack } of packs) yield encodeSample(pack);
    },
  };
}

/**
 * After a crash, a name that is taken usually holds the same bytes. Other bytes may belong to a
 * writer that is about to commit them, so they are never touched; the hash in the second name keeps
 * the two writers apart.
 */
async function createFile(
  store: ObjectStore,
  parts: Parts,
  pathsOf: (hash: string) => readonly string[],
) {
  const { hash, bytes } = sha256Parts(parts);
  const paths = pathsOf(hash);
  // Every name is tried twice: a file that blocked it may be removed as abandoned before it is
  // read.
  for (const path of [...paths, ...paths]) {
    const created = await store.create(path, parts);
    if (created || (await hashAt(store, path)) === hash) return { path, bytes, sha256: hash };
  }
  throw new Error(`${paths} are taken by other bytes`);
}

async function hashAt(store: ObjectStore, path: string): Promise<string | null> {
  const bytes = await store.read(path);
  return bytes === null ? null : sha256(bytes);
}
