/**
 * Checks the files around the manifest: its head, the run files whose hashes the head holds, and
 * files that no entry names. The chain of entries is checked when the manifest is read.
 */
import { checkpointFolder, settledPath } from '../../../schemas/checkpoint.ts';
import {
  type ManifestHead,
  optOutFolder,
  optOutPath,
  parseManifestHead,
  runFiles,
} from '../../../schemas/manifest.ts';
import { sha256 } from '../../runtime/ids.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { entryPath, headPath } from '../manifest.ts';
import type { OpenOutput } from '../open-output.ts';
import { mustHold } from './difference.ts';

/** By how many entries the head lies behind: 1 is allowed only while the data set grows. */
export function checkHead({ entries, headHash }: OpenOutput, head: ManifestHead): 0 | 1 {
  const last = entries.length - 1;
  mustHold(head.entry <= last, `it names ${entryPath(head.entry)}, which is missing`);
  const hash = head.entry === last ? headHash : entries[head.entry + 1]?.previous;
  mustHold(head.sha256 === hash, `${entryPath(head.entry)} is not the entry whose hash it holds`);
  if (head.entry === last) return 0;
  const late = `it is older than ${entryPath(last)}: that was added or changed, or a run was killed before it could write the head; the run's own command writes it when it is repeated`;
  mustHold(head.entry === last - 1 && entries[last]?.closed === false, late);
  return 1;
}

export async function readHead(store: ObjectStore): Promise<ManifestHead> {
  const bytes = await store.read(headPath);
  const missing =
    'it is missing, so nothing holds the last entry and run.json; repeating the command of the run writes it';
  mustHold(bytes !== null, missing);
  try {
    return parseManifestHead(bytes.toString('utf8'));
  } catch (error) {
    mustHold(false, (error as Error).message);
  }
}

/** Checks a file that names the run: it must exist exactly if the head names it, with its hash. */
export async function checkRunFile(
  store: ObjectStore,
  { files }: ManifestHead,
  path: string,
): Promise<void> {
  const named = files.find((file) => file.path === path);
  const bytes = await store.read(path);
  if (named === undefined) mustHold(bytes === null, `${headPath} does not name it`);
  else {
    mustHold(bytes !== null, 'it is missing');
    mustHold(sha256(bytes) === named.sha256, `it does not match its hash in ${headPath}`);
  }
}

/** Every path of `runFiles`, and other paths that the head names although no run makes them. */
export function runFilesOf({ files }: ManifestHead): readonly string[] {
  return [...new Set<string>([...runFiles, ...files.map(({ path }) => path)])];
}

/**
 * Files in the folders of the data set that no entry names and that are not among the `derived`
 * ones; `.temporary-…` are never listed.
 */
export async function unlistedFiles(
  { store, entries, shards, optOuts }: OpenOutput,
  derived: readonly string[],
): Promise<string[]> {
  const known = new Set(shards.flatMap((shard) => [shard.path, shard.provenance.path]));
  for (const { entry, tokenizer } of entries) known.add(entryPath(entry)).add(tokenizer.file.path);
  known.add(headPath).add('shards/index.json').add(settledPath).add(checkpointFolder);
  known.add(optOutFolder);
  for (const { generation, replaced } of optOuts.generations) {
    known.add(optOutPath(generation));
    for (const { by } of replaced) known.add(by.path).add(by.provenance.path);
  }
  for (const path of derived) known.add(path);
  const unlisted: string[] = [];
  for (const folder of [
    'manifest',
    checkpointFolder,
    optOutFolder,
    'shards',
    'provenance',
    'tokenizer',
  ]) {
    for (const name of await store.list(folder)) {
      if (!known.has(`${folder}/${name}`)) unlisted.push(`${folder}/${name}`);
    }
  }
  return unlisted;
}
