/**
 * Reads the generations of opt-outs of an output, and says which shard stands in for which. Every
 * reader gets its shards through here, so that nothing of an opted-out repository comes out.
 */
import type { ManifestEntry, ManifestShard } from '../../../schemas/manifest.ts';
import {
  isOptOutName,
  type OptOutGeneration,
  optOutFolder,
  optOutPath,
  optOutSchema,
  parseManifestHead,
  type ReplacedShard,
} from '../../../schemas/manifest.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import { parseJson } from '../../runtime/json.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { type OptOutRule, parseOptOutRule } from './rules.ts';

export interface OptOuts {
  readonly generations: readonly OptOutGeneration[];
  /** SHA-256 of the last generation's file; null where there is none. */
  readonly headHash: string | null;
  /** Repositories that left, each with its rule and the number of its generation. */
  readonly repositories: ReadonlyMap<
    string,
    { readonly rule: string; readonly generation: number }
  >;
  readonly samples: ReadonlySet<string>;
  readonly rules: readonly OptOutRule[];
  /** What stands in for a shard of an entry; null where the shard stands. */
  replacing(shard: Pick<ManifestShard, 'path' | 'sha256'>): ReplacedShard | null;
}

export async function readOptOuts(store: ObjectStore): Promise<OptOuts> {
  const names = (await store.list(optOutFolder)).filter(isOptOutName);
  const generations: OptOutGeneration[] = [];
  let headHash: string | null = null;
  for (let number = 0; number < names.length; number += 1) {
    const path = optOutPath(number);
    const bytes = await store.read(path);
    if (bytes === null) throw corrupt(path, 'it is missing although later ones exist');
    const parsed = optOutSchema.safeParse(parseJson(bytes));
    if (!parsed.success) throw corrupt(path, 'it has not the form of an opt-out');
    if (parsed.data.generation !== number) throw corrupt(path, 'it has another number');
    if (parsed.data.previous !== headHash) {
      throw corrupt(path, 'it does not follow the one before it');
    }
    generations.push(parsed.data);
    headHash = sha256(bytes);
  }
  await requireHead(store, generations.length, headHash);
  return optOutsOf(generations, headHash);
}

/** The head holds the end of the chain: an opt-out that was removed must not pass for none. */
async function requireHead(store: ObjectStore, count: number, hash: string | null): Promise<void> {
  const bytes = await store.read('manifest/head.json');
  if (bytes === null) return;
  let named: { generation: number; sha256: string } | undefined;
  try {
    named = parseManifestHead(bytes.toString('utf8')).optOuts;
  } catch {
    // A head that cannot be read is reported by whoever needs the rest of it.
    return;
  }
  if (named === undefined || named.generation < count - 1) return;
  if (named.generation === count - 1 && named.sha256 === hash) return;
  throw corrupt(optOutPath(named.generation), 'manifest/head.json names it, with another hash');
}

export function optOutsOf(
  generations: readonly OptOutGeneration[],
  headHash: string | null,
): OptOuts {
  const repositories = new Map<string, { rule: string; generation: number }>();
  const samples = new Set<string>();
  const replaced = new Map<string, ReplacedShard>();
  for (const { generation, ...each } of generations) {
    for (const { repositoryId, rule } of each.repositories) {
      if (!repositories.has(repositoryId)) repositories.set(repositoryId, { rule, generation });
    }
    for (const id of each.samples) samples.add(id);
    for (const shard of each.replaced) replaced.set(keyOf(shard), shard);
  }
  const rules = generations.flatMap(({ rules: texts, generation }) =>
    texts.map((text) => parseOptOutRule(text, optOutPath(generation))),
  );
  const replacing = (shard: Pick<ManifestShard, 'path' | 'sha256'>) =>
    replaced.get(keyOf(shard)) ?? null;
  return { generations, headHash, repositories, samples, rules, replacing };
}

export const noOptOuts = optOutsOf([], null);

function keyOf({ path, sha256: hash }: Pick<ManifestShard, 'path' | 'sha256'>): string {
  return `${path} ${hash}`;
}

/** The shards of entries as readers see them. */
export function shardsOf(
  entries: readonly ManifestEntry[],
  optOuts: Pick<OptOuts, 'replacing'>,
): ManifestShard[] {
  return entries.flatMap(({ shards }) =>
    shards.map((shard) => optOuts.replacing(shard)?.by ?? shard),
  );
}

function corrupt(subject: string, what: string): PipelineError {
  return new PipelineError(
    'MANIFEST_CORRUPT',
    `${subject} cannot be trusted: ${what}; restore it from a copy, since without it what was opted out would come back`,
    { subject },
  );
}
