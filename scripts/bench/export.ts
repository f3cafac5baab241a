/**
 * MB/s of native shards into every format: a real mix of repositories goes through the sink once,
 * then each export reads its shards and writes another folder, beside writing and syncing the same
 * shard bytes and nothing else (`baseline`).
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportOutput } from '../../services/export/export.ts';
import { formats } from '../../services/export/formats.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { openSinkWriter } from '../../services/stages/sink/commit/writer.ts';
import { openTokenizer } from '../../services/stages/sink/tokens/tokenizer.ts';
import { createHarness, deliver, rejectNothing } from '../../test/samples/sink-harness.ts';
import type { Report } from '../bench.ts';
import { readPackages, recordLog, writeRaw } from './corpora/repository-mix.ts';

/** Bounds the time of a run on a small machine. */
const inputBytesMax = 16_000_000;
const knobs = { contextLength: 65_536, shardBytesMax: 64 * 2 ** 20 };

export async function run(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-bench-'));
  try {
    const out = join(folder, 'out');
    await makeShards(folder, out);
    const raw = await writeRaw(out, join(folder, 'raw'));
    const megabytes = raw.bytes / 1e6;
    const baseline = megabytes / raw.seconds;
    report({ metric: 'shards', value: megabytes, unit: 'MB' });
    report({ metric: 'the disk alone', value: baseline, unit: 'MB/s' });
    // The shards of this bench come without a run, and so without its log.
    for (const format of formats.filter(({ needsLog }) => !needsLog)) {
      for (const compression of format.compressions) {
        const target = join(folder, 'export');
        const started = performance.now();
        const { files } = await exportOutput({
          place: out,
          runFolder: out,
          format,
          compression,
          target,
        });
        const value = (megabytes * 1000) / (performance.now() - started);
        const name = compression === 'none' ? format.name : `${format.name} ${compression}`;
        report({ metric: name, value, unit: 'MB/s', baseline });
        const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
        report({ metric: `${name}: size`, value: bytes / 1e6, unit: 'MB', baseline: megabytes });
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeShards(folder: string, out: string): Promise<void> {
  await mkdir(out);
  const harness = await createHarness(folder);
  const tokenizer = await openTokenizer('', '');
  const store = openLocalObjects(out);
  const writer = await openSinkWriter(
    harness.tools(out, { knobs }),
    store,
    tokenizer,
    rejectNothing,
  );
  await deliver(writer, await recordLog(harness, readPackages(inputBytesMax)));
}
