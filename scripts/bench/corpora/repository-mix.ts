/**
 * A real mix of repositories for benchmarks: this one and every installed package, as records for
 * the sink. Also writes the resulting shards without the sink, to measure the disk alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareText } from '../../../schemas/compare-text.ts';
import { readManifest } from '../../../services/dataset/manifest.ts';
import { openLocalObjects } from '../../../services/runtime/store/objects/local.ts';
import type { SampleFile } from '../../../test/samples/inputs/file-thoughts.ts';
import {
  closedRecord,
  type Harness,
  placeRecords,
  type Repository,
  type SinkRecord,
} from '../../../test/samples/sink-harness.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sourceNames = /\.(ts|mts|js|mjs|cjs|py|c|h|rs|go|java|md|json|yaml|yml|toml|sh)$/;
/** Larger files are generated: tables of parsers, bundles, vocabularies. */
const fileBytesMax = 100_000;

/** This repository, then installed packages, until there are enough bytes. */
export function readPackages(bytesMax: number): Repository[] {
  const modules = join(root, 'node_modules');
  const names = readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(modules, name)).map((inner) => join(name, inner))
        : [name],
    )
    .sort();
  const found: Repository[] = [];
  let left = bytesMax;
  for (const [name, path] of [['backstory', root], ...names.map((it) => [it, join(modules, it)])]) {
    const files = readSources(path ?? '');
    const bytes = files.reduce((sum, { text }) => sum + text.length, 0);
    if (files.length === 0 || bytes > left) continue;
    left -= bytes;
    found.push({ name: name ?? '', files });
  }
  return found;
}

/** Source files in path order; each but the first reads a few lines of its predecessor. */
function readSources(folder: string): SampleFile[] {
  const files: SampleFile[] = [];
  const visit = (inner: string) => {
    const items = readdirSync(join(folder, inner), { withFileTypes: true });
    for (const item of items.sort((a, b) => compareText(a.name, b.name))) {
      const path = join(inner, item.name);
      if (item.isDirectory() && item.name !== 'node_modules' && !item.name.startsWith('.')) {
        visit(path);
      }
      if (!item.isFile() || !sourceNames.test(item.name)) continue;
      const bytes = readFileSync(join(folder, path));
      const text = bytes.toString('utf8');
      if (bytes.byteLength <= fileBytesMax && Buffer.from(text).equals(bytes)) {
        files.push({ path, text, ...readOf(files.at(-1)) });
      }
    }
  };
  visit('');
  return files;
}

function readOf(before: SampleFile | undefined): Pick<SampleFile, 'reads'> {
  const lines = Math.min(20, before?.text.split('\n').length ?? 0) - 1;
  return before === undefined || lines < 1 ? {} : { reads: [[before.path, 1, lines]] };
}

export async function recordLog(
  harness: Harness,
  repositories: readonly Repository[],
): Promise<SinkRecord[]> {
  const records: SinkRecord[] = [];
  for (const repository of repositories) {
    records.push(await harness.trajectory(repository, records.length));
  }
  return placeRecords([...records, closedRecord(records.length)]);
}

/** Writes and syncs the same shard files again, and does nothing else. */
export async function writeRaw(
  from: string,
  to: string,
): Promise<{ seconds: number; bytes: number }> {
  await mkdir(to);
  const store = openLocalObjects(from);
  const shards = (await readManifest(store)).entries.flatMap((entry) => entry.shards);
  let seconds = 0;
  let bytes = 0;
  for (const [position, shard] of shards.entries()) {
    const content = (await store.read(shard.path)) ?? Buffer.alloc(0);
    const started = performance.now();
    const file = await open(join(to, String(position)), 'wx');
    await file.writeFile(content);
    await file.sync();
    await file.close();
    seconds += (performance.now() - started) / 1000;
    bytes += content.byteLength;
  }
  return { seconds, bytes };
}
