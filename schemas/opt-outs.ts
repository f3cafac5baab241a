/**
 * Generations of opt-outs, beside the chain of entries: each adds rules and names the shards that
 * stand in for those with text of the repositories that they match. Like entries, they are numbered
 * without gaps, created only if absent, and hold the hash of the one before. shards.md explains it.
 */
import { z } from 'zod';
import { count, hash, path, shard } from './manifest.ts';

export const optOutFolder = 'manifest/opt-outs';

/** A pack and its tokens [start, end) that are blank: end of text, none of them trained. */
const blank = z.tuple([count, count, count]);

export const optOutSchema = z.strictObject({
  format: z.literal(1),
  generation: count,
  /** SHA-256 of the generation before; null in the first. */
  previous: hash.nullable(),
  /** SHA-256 of the list that was applied; null where a writer met what earlier rules match. */
  list: hash.nullable(),
  /** The rules that this generation adds, one as each line of a list has it. */
  rules: z.array(z.string()),
  /** Repositories that leave, and the rule that each matches. */
  repositories: z.array(z.strictObject({ repositoryId: z.string(), rule: z.string() })),
  /** Their samples in these shards. */
  samples: z.array(z.string()),
  /** The shard of an entry, what stands in for it, and all that is blank there. */
  replaced: z.array(z.strictObject({ path, sha256: hash, by: shard, blanks: z.array(blank) })),
});

export type OptOutGeneration = z.infer<typeof optOutSchema>;
export type ReplacedShard = OptOutGeneration['replaced'][number];

export function optOutPath(generation: number): string {
  return `${optOutFolder}/${String(generation).padStart(8, '0')}.json`;
}

export function isOptOutName(name: string): boolean {
  return /^\d{8}\.json$/.test(name);
}
