/**
 * A sink that appends to a live output, as a process that can be killed: `producer.ts FOLDER OUT`.
 * Its parent says how many of the recorded samples may be there, and is told when they are.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StageRecord } from '../../../services/runtime/stage.ts';
import { createHarness } from '../../samples/sink-harness.ts';

export const logName = 'records.jsonl';

/** Some packs a sample, and some samples a shard. */
const knobs = { contextLength: 256, shardBytesMax: 16_384, openPacksMax: 6 };
/** Between two samples, so that a trainer meets an output that grows. */
const pauseMs = 50;

async function main(): Promise<void> {
  const [folder = '', out = ''] = process.argv.slice(2);
  const lines = readFileSync(join(folder, logName), 'utf8').trimEnd().split('\n');
  const log = lines.map((line) => JSON.parse(line) as StageRecord);
  const harness = await createHarness(folder);
  const writer = await harness.open(out, { bounded: false, knobs });
  let allowed = 0;
  let wake = () => {};
  process.on('message', (message: number) => {
    allowed = message;
    wake();
  });
  process.on('disconnect', () => process.exit(0));
  writer.begin();
  for (let next = writer.resumeOffset('trajectory', 0); ; next += 1) {
    const record = log[next];
    while (next >= allowed || record === undefined) {
      process.send?.(next);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    await writer.accept(record);
    await writer.idle?.();
    await delay(pauseMs);
  }
}

if (import.meta.main) await main();
