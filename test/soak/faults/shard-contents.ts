/** Every piece in the shards that a manifest names, with a hash of its tokens and mask. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isManifestName, parseManifestEntry, parseProvenance } from '../../../schemas/manifest.ts';
import { decodeShard } from '../../../schemas/mds.ts';

export interface Piece {
  readonly repositoryId: string;
  /** Sample, piece, and hash of what a trainer sees of it. */
  readonly content: string;
}

export interface ShardContents {
  readonly pieces: readonly Piece[];
  readonly closed: boolean;
  /** Numbers of entries and files that are not as the manifest says. */
  readonly problems: readonly string[];
}

export function readShards(output: string): ShardContents {
  const pieces: Piece[] = [];
  const problems: string[] = [];
  // Beside the entries lies the head, which binds the last of them.
  const names = readdirSync(join(output, 'manifest')).filter(isManifestName);
  names.sort();
  let closed = false;
  for (const [position, name] of names.entries()) {
    const entry = parseManifestEntry(
      readFileSync(join(output, 'manifest', name), 'utf8'),
      position,
    );
    closed = entry.closed;
    for (const shard of entry.shards) {
      const bytes = readFileSync(join(output, shard.path));
      if (hashOf(bytes) !== shard.sha256) problems.push(`${shard.path} is not what ${name} names`);
      const packs = decodeShard(bytes);
      const lines = parseProvenance(readFileSync(join(output, shard.provenance.path), 'utf8'));
      for (const { pack, tokens, sampleId, piece, repositoryId } of lines) {
        const { inputIds, mask } = packs[pack - shard.firstPack] ?? {};
        const seen = hashOf(
          Buffer.from(`${inputIds?.subarray(...tokens)} ${mask?.subarray(...tokens)}`),
        );
        pieces.push({ repositoryId, content: `${sampleId} ${piece} ${seen}` });
      }
    }
  }
  return { pieces, closed, problems };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
