/**
 * The sink alone: trajectories of this repository and of every installed package, from records to
 * sealed shards, with and without the tokenizing, beside writing and syncing the same shard bytes
 * and nothing else. Then padding: how full packs are, beside the smallest possible number of packs.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readManifest } from '../../services/dataset/manifest.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import type { StageRecord } from '../../services/runtime/stage.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { openSinkWriter } from '../../services/stages/sink/commit/writer.ts';
import { openTokenizer, type Tokenizer } from '../../services/stages/sink/tokens/tokenizer.ts';
import {
  createHarness,
  type Harness,
  type Repository,
  rejectNothing,
  type SinkRecord,
} from '../../test/samples/sink-harness.ts';
import type { Report } from '../bench.ts';
import { readPackages, recordLog, writeRaw } from './corpora/repository-mix.ts';

/** Bounds the time of a run on a small machine. */
const inputBytesMax = 24_000_000;
const contextLength = 65_536;

export async function run(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-bench-'));
  try {
    const harness = await createHarness(folder);
    const tokenizer = await openTokenizer('', '');
    const packages = readPackages(inputBytesMax);
    const log = await recordLog(harness, packages);
    const bytes = documentBytes(log);
    report({ metric: 'trajectories', value: packages.length, unit: 'samples' });
    report({ metric: 'text', value: bytes / 1e6, unit: 'MB' });
    const remembered = rememberTokens(tokenizer);
    const cold = await writeAll(harness, remembered, log, join(folder, 'cold'));
    const warm = await writeAll(harness, remembered, log, join(folder, 'warm'));
    const raw = await writeRaw(join(folder, 'warm'), join(folder, 'raw'));
    const rates = (name: string, seconds: number) => {
      report({ metric: `${name}: text`, value: bytes / 1e6 / seconds, unit: 'MB/s' });
      report({ metric: `${name}: tokens`, value: warm.tokens / seconds, unit: 'tokens/s' });
    };
    rates('with tokenizing', cold.seconds);
    rates('without tokenizing', warm.seconds);
    report({
      metric: 'without tokenizing: shards',
      value: warm.shardBytes / 1e6 / warm.seconds,
      unit: 'MB/s',
      baseline: raw.bytes / 1e6 / raw.seconds,
    });
    report({ metric: 'the disk alone', value: raw.bytes / 1e6 / raw.seconds, unit: 'MB/s' });
    reportPadding('packages', warm, report);
    const folders = await recordLog(harness, packages.flatMap(splitFolders));
    const small = await writeAll(harness, remembered, folders, join(folder, 'small'));
    reportPadding('one sample per folder', small, report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function documentBytes(log: readonly SinkRecord[]): number {
  return log.reduce(
    (sum, record) => sum + (record.topic === 'trajectory' ? record.body.document.bytes : 0),
    0,
  );
}

/** Many small samples: a package's folders, each a repository. */
function splitFolders({ name, files }: Repository): Repository[] {
  const folders = Map.groupBy(files, (file) => dirname(file.path));
  return [...folders].map(([folder, inside]) => ({
    name: `${name}/${folder}`,
    files: inside.map(({ path, text }) => ({ path, text })),
  }));
}

/** Encodes each list of texts once; later calls are answered from memory. */
function rememberTokens(tokenizer: Tokenizer): Tokenizer {
  const known = new Map<string, Promise<Uint32Array[]>>();
  return {
    ...tokenizer,
    encode: (texts) => {
      // The first segment names the repository; hashing all segments would distort the measure.
      const key = texts[0] ?? '';
      const tokens = known.get(key) ?? tokenizer.encode(texts);
      known.set(key, tokens);
      return tokens;
    },
  };
}

interface Written {
  readonly seconds: number;
  readonly tokens: number;
  readonly packs: number;
  readonly shardBytes: number;
  readonly paddingShare: number;
}

async function writeAll(
  harness: Harness,
  tokenizer: Tokenizer,
  log: readonly SinkRecord[],
  out: string,
): Promise<Written> {
  await mkdir(out);
  const tools = harness.tools(out, { knobs: { contextLength, shardBytesMax: 64 * 2 ** 20 } });
  const store = openLocalObjects(out);
  const writer = await openSinkWriter(tools, store, tokenizer, rejectNothing);
  const started = performance.now();
  for (const record of log) await writer.accept(record as StageRecord);
  const seconds = (performance.now() - started) / 1000;
  const shards = (await readManifest(store)).entries.flatMap((entry) => entry.shards);
  const shardBytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
  const { tokens, packs, paddingShare } = await verifyOutput(out);
  return { seconds, tokens, packs, shardBytes, paddingShare };
}

/** The baseline is what the fewest packs that hold so many tokens would leave empty. */
function reportPadding(name: string, { tokens, packs, paddingShare }: Written, report: Report) {
  const fewest = Math.ceil(tokens / contextLength);
  report({ metric: `${name}: packs`, value: packs, unit: 'packs', baseline: fewest });
  const baseline = 1 - tokens / (fewest * contextLength);
  report({ metric: `${name}: padding at 64k`, value: paddingShare, unit: 'share', baseline });
}
