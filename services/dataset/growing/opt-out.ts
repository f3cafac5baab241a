/**
 * Takes opted-out repositories out of an output. The generation that names the shards that stand in
 * for others is the one step that counts: what is written before it is not read, and what follows
 * derives from it, so whoever is killed anywhere repeats the same call.
 */
import type { ManifestShard } from '../../../schemas/manifest.ts';
import {
  type OptOutGeneration,
  optOutPath,
  optOutSchema,
  type ReplacedShard,
} from '../../../schemas/manifest.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { abandonedMs, type ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { readManifest } from '../manifest.ts';
import { type OptOuts, readOptOuts, shardsOf } from '../opt-out/generations.ts';
import { type OptOutRule, ruleFor } from '../opt-out/rules.ts';
import { readProvenance, readShard, type ShardProgress } from '../read-shards.ts';
import { blankShard } from './blank-shard.ts';
import { readEnd } from './end.ts';
import { publishDerived } from './publish.ts';

export interface OptOutReport {
  /** Generations that this call made. */
  readonly generations: number;
  readonly rules: number;
  /** Repositories that left by this call, and by all. */
  readonly repositories: readonly { readonly name: string; readonly rule: string }[];
  readonly repositoriesTotal: number;
  readonly samples: number;
  readonly shards: number;
  readonly tokens: number;
}

export interface OptOutRequest {
  readonly rules: readonly OptOutRule[];
  readonly list: string | null;
  /** Repositories that the log knows under further names, with the rule that each matches. */
  readonly alsoKnown?: ReadonlyMap<string, string>;
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: ShardProgress) => void;
}

interface Found {
  readonly generation: OptOutGeneration;
  readonly names: ReadonlyMap<string, string>;
  readonly files: readonly { readonly path: string; readonly bytes: Buffer }[];
}

export async function applyOptOuts(
  store: ObjectStore,
  request: OptOutRequest,
): Promise<OptOutReport> {
  const made: Found[] = [];
  let optOuts: OptOuts;
  if (request.dryRun !== true) await removeLeftovers(store);
  for (;;) {
    const manifest = await readManifest(store);
    ({ optOuts } = manifest);
    const originals = manifest.entries.flatMap(({ shards }) => shards);
    const endOfText = manifest.entries.at(-1)?.tokenizer.endOfText ?? 0;
    const around = { store, optOuts, originals, endOfText };
    const found = await findLeaving(around, request);
    if (found === null) break;
    if (request.dryRun === true) {
      made.push(found);
      break;
    }
    // Where another was faster, its generation is read first; else entries that came meanwhile are.
    if (await createGeneration(store, found)) made.push(found);
  }
  if (request.dryRun !== true && optOuts.generations.length > 0) await finishOptOuts(store);
  return reportOf(made, optOuts);
}

/** A data set that is made from another one opts out whatever that one has opted out. */
export async function carryOptOuts(from: ObjectStore, to: ObjectStore): Promise<void> {
  const { rules, repositories, headHash } = await readOptOuts(from);
  if (headHash === null) return;
  const alsoKnown = new Map([...repositories].map(([id, { rule }]) => [id, rule]));
  await applyOptOuts(to, { rules, list: headHash, alsoKnown });
}

/**
 * Before an entry names these shards: what earlier rules match in them is replaced already. They
 * were looked through when the newest generation was the one of `seen`.
 */
export async function blankNewShards(
  store: ObjectStore,
  originals: readonly ManifestShard[],
  endOfText: number,
  seen: OptOuts | null = null,
): Promise<OptOuts> {
  for (;;) {
    const optOuts = await readOptOuts(store);
    if (optOuts.rules.length === 0 || optOuts.headHash === seen?.headHash) return optOuts;
    const around = { store, optOuts, originals, endOfText };
    const found = await findLeaving(around, { rules: [], list: null });
    if (found === null) return optOuts;
    await createGeneration(store, found);
  }
}

/** After the entry: a list that was applied meanwhile has not seen these shards. */
export async function settleNewShards(
  store: ObjectStore,
  originals: readonly ManifestShard[],
  endOfText: number,
  seen: OptOuts,
): Promise<void> {
  const optOuts = await blankNewShards(store, originals, endOfText, seen);
  const gone = originals.filter((shard) => optOuts.replacing(shard) !== null);
  for (const path of filesOf(gone)) await store.remove(path);
}

/** Head and index name the newest generation; the shards for which others stand in are removed. */
export async function finishOptOuts(store: ObjectStore): Promise<void> {
  const end = await readEnd(store);
  if (end.count > 0) await publishDerived(store, end);
  const { entries, optOuts } = await readManifest(store);
  const current = new Set(filesOf(shardsOf(entries, optOuts)));
  const originals = entries.flatMap(({ shards }) => shards);
  const keys = new Map(originals.map((shard) => [`${shard.path} ${shard.sha256}`, shard]));
  const replaced = optOuts.generations.flatMap((generation) => generation.replaced);
  // What stands in for a shard that no entry names yet is about to be needed.
  const settled = replaced.flatMap(({ path, sha256: hash, by }) => {
    const original = keys.get(`${path} ${hash}`);
    return original === undefined ? [] : filesOf([original, by]);
  });
  const named = new Set(filesOf(replaced.map(({ by }) => by)));
  const left = await leftBehind(store, optOuts.generations.length);
  const going = [...settled, ...left.filter((path) => !named.has(path))];
  for (const path of new Set(going)) if (!current.has(path)) await store.remove(path);
}

/** Files that were made for a generation that somebody else created. */
async function leftBehind(store: ObjectStore, generations: number): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of ['shards', 'provenance']) {
    for (const name of await store.list(folder, 'opt-out-')) {
      const number = Number(/^opt-out-(\d{8})\./.exec(name)?.[1] ?? generations);
      if (number < generations) paths.push(`${folder}/${name}`);
    }
  }
  return paths;
}

function filesOf(shards: readonly ManifestShard[]): string[] {
  return shards.flatMap((shard) => [shard.path, shard.provenance.path]);
}

interface Around {
  readonly store: ObjectStore;
  readonly optOuts: OptOuts;
  readonly originals: readonly ManifestShard[];
  readonly endOfText: number;
}

/** Null where nothing is left to do. */
async function findLeaving(around: Around, request: OptOutRequest): Promise<Found | null> {
  const { store, optOuts, originals, endOfText } = around;
  const known = new Set(optOuts.rules.map(({ text }) => text));
  const rules = request.rules.filter(({ text }) => !known.has(text));
  const leaving = new Map<string, string>();
  const names = new Map<string, string>();
  for (const [id, rule] of request.alsoKnown ?? []) {
    if (!optOuts.repositories.has(id)) leaving.set(id, rule);
  }
  const all = [...optOuts.rules, ...rules];
  for (const facts of originals) {
    const { provenance } = await readProvenance(store, optOuts.replacing(facts)?.by ?? facts);
    for (const { repositoryId, name, origin, files } of provenance) {
      const paths = (files ?? []).map(({ path }) => path);
      const rule = ruleFor(all, { name, origin, paths });
      if (rule !== null && !optOuts.repositories.has(repositoryId)) {
        leaving.set(repositoryId, rule.text);
      }
      if (leaving.has(repositoryId)) names.set(repositoryId, name);
    }
  }
  const out = new Set([...optOuts.repositories.keys(), ...leaving.keys()]);
  const generation = optOuts.generations.length;
  const replaced: ReplacedShard[] = [];
  const files: { path: string; bytes: Buffer }[] = [];
  const samples = new Set<string>();
  for (const [position, facts] of originals.entries()) {
    const made = await replaceShard({ store, optOuts, endOfText, generation }, facts, out);
    request.onProgress?.({ shards: position + 1, shardsTotal: originals.length });
    if (made === null) continue;
    replaced.push(made.replaced);
    files.push(...made.files);
    for (const id of made.samples) samples.add(id);
  }
  if (rules.length === 0 && leaving.size === 0 && replaced.length === 0) return null;
  return {
    generation: {
      ...{ format: 1, generation, previous: optOuts.headHash },
      list: rules.length === 0 ? null : request.list,
      rules: rules.map(({ text }) => text),
      repositories: [...leaving].map(([repositoryId, rule]) => ({ repositoryId, rule })),
      ...{ samples: [...samples], replaced },
    },
    ...{ names, files },
  };
}

/** Null where nothing of the shard leaves. */
async function replaceShard(
  {
    store,
    optOuts,
    endOfText,
    generation,
  }: Pick<Around, 'store' | 'optOuts' | 'endOfText'> & { readonly generation: number },
  original: ManifestShard,
  out: ReadonlySet<string>,
) {
  const before = optOuts.replacing(original);
  const current = before?.by ?? original;
  const { provenance: lines } = await readProvenance(store, current);
  if (!lines.some(({ repositoryId }) => out.has(repositoryId))) return null;
  const shard = await readShard(store, current);
  const made = blankShard(shard, ({ repositoryId }) => out.has(repositoryId), endOfText);
  const { bytes, provenance, trainedTokens, blanks, samples } = made;
  const stem = `opt-out-${String(generation).padStart(8, '0')}.shard.${original.firstPack}`;
  const fileOf = (folder: string, content: Buffer, extension: string) => {
    const hash = sha256(content);
    const path = `${folder}/${stem}.${hash.slice(0, 16)}.${extension}`;
    return { path, bytes: content.byteLength, sha256: hash };
  };
  const shardFile = fileOf('shards', bytes, 'mds');
  const provenanceFile = fileOf('provenance', provenance, 'jsonl');
  const { path, sha256: hash, ...numbers } = original;
  const by = { ...numbers, ...shardFile, trainedTokens, provenance: provenanceFile };
  const replaced = { path, sha256: hash, by, blanks: [...(before?.blanks ?? []), ...blanks] };
  const files = [
    { path: shardFile.path, bytes },
    { path: provenanceFile.path, bytes: provenance },
  ];
  return { replaced, files, samples };
}

/** Of an earlier command that was killed; a run may be writing beside this one. */
async function removeLeftovers(store: ObjectStore): Promise<void> {
  for (const folder of ['manifest', 'shards', 'provenance']) {
    await store.removeTemporary(folder, { ageMs: abandonedMs });
  }
}

/** False when another generation took the number. */
async function createGeneration(
  store: ObjectStore,
  { generation, files }: Found,
): Promise<boolean> {
  // Its hash is in its name: a file that is there has the same bytes.
  for (const { path, bytes } of files) await store.create(path, bytes);
  const line = Buffer.from(`${canonicalJson(optOutSchema.parse(generation))}\n`);
  return store.create(optOutPath(generation.generation), line);
}

function reportOf(made: readonly Found[], optOuts: OptOuts): OptOutReport {
  const repositories = made.flatMap(({ generation, names }) =>
    generation.repositories.map(({ repositoryId, rule }) => {
      return { name: names.get(repositoryId) ?? repositoryId, rule };
    }),
  );
  const replaced = made.flatMap(({ generation }) => generation.replaced);
  return {
    generations: made.length,
    rules: made.reduce((sum, { generation }) => sum + generation.rules.length, 0),
    repositories,
    repositoriesTotal: optOuts.repositories.size,
    samples: made.reduce((sum, { generation }) => sum + generation.samples.length, 0),
    shards: replaced.length,
    tokens: replaced
      .flatMap(({ blanks }) => blanks)
      .reduce((sum, [, start, end]) => sum + end - start, 0),
  };
}
