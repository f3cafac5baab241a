/** The runner of a writer in a live stream: quiet intervals, and only there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { graph, physicalTopic, topics } from '../../../../schemas/topology.ts';
import { openSqliteBus } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import type { Clock } from '../../../../services/runtime/clock.ts';
import { ProgressTracker } from '../../../../services/runtime/embedded/progress-tracker.ts';
import { type Engine, produce } from '../../../../services/runtime/engine/engine.ts';
import { startWriter } from '../../../../services/runtime/engine/writer-runner.ts';
import { createCodec } from '../../../../services/runtime/records/codec.ts';
import { type AnyTools, defineWriter } from '../../../../services/runtime/stage.ts';
import { openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { droppedRecord } from '../../../samples/sink-harness.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstory-writer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Sleepers wake when the test says so. */
function steppedClock(): Clock & { wake(): void; sleeping(): number } {
  const sleepers = new Set<() => void>();
  return {
    nowMs: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.add(resolve);
        signal?.addEventListener('abort', () => {
          sleepers.delete(resolve);
          reject(signal.reason);
        });
      }),
    wake: () => {
      for (const resolve of [...sleepers]) {
        sleepers.delete(resolve);
        resolve();
      }
    },
    sleeping: () => sleepers.size,
  };
}

async function startLive(bounded: boolean) {
  const calls: string[] = [];
  const clock = steppedClock();
  const bus = openSqliteBus(join(folder, 'log'));
  const metrics = createMetrics({});
  const run = { dataset: 'd', seed: 0, outputFolder: folder, bounded, runId: 'r' };
  const failures: unknown[] = [];
  const engine = {
    bus,
    run,
    clock,
    metrics,
    codec: createCodec(await openLocalBlobStore(join(folder, 'blobs'))),
    progress: new ProgressTracker(metrics, []),
    signal: new AbortController().signal,
    fail: (error: unknown) => failures.push(error),
    finish: () => calls.push('finish'),
    toolsFor: () => ({ config: {} }) as AnyTools,
  } as unknown as Engine;
  const names = [...graph.sink.reads, 'shard-sealed' as const];
  await bus.createTopics(
    names.map((name) => ({ name: physicalTopic('d', name), partitions: topics[name].partitions })),
  );
  const stage = defineWriter('sink', {
    config: z.object({}),
    quietMs: () => 60_000,
    openWriter: async () => ({
      resumeOffset: () => 0,
      begin: () => ({ outcomes: [], done: false }),
      accept: async () => {
        calls.push('accept');
        return { outcomes: [], done: false };
      },
      idle: async () => {
        calls.push('idle');
        return { outcomes: [], done: false };
      },
      close: async () => {},
    }),
  });
  const runner = await startWriter(stage, engine);
  const send = async (sequence: number) => {
    const { topic, envelope, body } = droppedRecord(sequence);
    await produce(engine, [{ topic, envelope, body }]);
  };
  const stop = async () => {
    await runner.stop();
    await bus.close();
    expect(failures).toEqual([]);
  };
  return { calls, clock, send, stop };
}

it('tells the writer once after each quiet interval', async () => {
  const { calls, clock, send, stop } = await startLive(false);
  clock.wake();
  await expect.poll(() => calls).toEqual(['idle']);
  expect(clock.sleeping()).toBe(0);
  await send(0);
  await expect.poll(() => calls).toEqual(['idle', 'accept']);
  await expect.poll(() => clock.sleeping()).toBe(1);
  await send(1);
  await expect.poll(() => calls).toEqual(['idle', 'accept', 'accept']);
  await expect.poll(() => clock.sleeping()).toBe(1);
  clock.wake();
  await expect.poll(() => calls).toEqual(['idle', 'accept', 'accept', 'idle']);
  await stop();
  expect(clock.sleeping()).toBe(0);
});

it('I6: never in a bounded run', async () => {
  const { calls, clock, send, stop } = await startLive(true);
  await send(0);
  await expect.poll(() => calls).toEqual(['accept']);
  expect(clock.sleeping()).toBe(0);
  await stop();
});
