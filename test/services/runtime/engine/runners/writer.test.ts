/**
 * The runner of a writer: quiet intervals of a live stream, and errors that the writer itself
 * throws.
 */
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Clock } from '../../../../../services/runtime/clock.ts';
import { startWriter } from '../../../../../services/runtime/engine/runners/writer.ts';
import { PipelineError } from '../../../../../services/runtime/errors.ts';
import {
  defineWriter,
  type RejectRecord,
  type StageRecord,
} from '../../../../../services/runtime/stage.ts';
import { droppedRecord } from '../../../../samples/sink-harness.ts';
import { openHarness } from '../engine-harness.ts';

/** A clock whose sleepers wake when the test says so. */
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

type Accept = (record: StageRecord, reject: RejectRecord) => Promise<void>;

async function startOne(bounded: boolean, accept: Accept = async () => {}) {
  const calls: string[] = [];
  const clock = steppedClock();
  const harness = await openHarness({ bounded, clock });
  const stage = defineWriter('sink', {
    config: z.object({}),
    quietMs: () => 60_000,
    openWriter: async (_tools, reject) => ({
      resumeOffset: () => 0,
      begin: () => ({ outcomes: [], done: false }),
      accept: async (record) => {
        calls.push('accept');
        await accept(record, reject);
        return { outcomes: [], done: false };
      },
      idle: async () => {
        calls.push('idle');
        return { outcomes: [], done: false };
      },
      close: async () => {},
    }),
  });
  const runner = await startWriter(stage, harness.engine);
  const send = async (sequence: number) => {
    const { topic, envelope, body } = droppedRecord(sequence);
    await harness.produce([{ topic, envelope, body }]);
  };
  const stop = async () => {
    await runner.stop();
    const deadLetters = await harness.deadLetters('dropped');
    await harness.close();
    return { failures: harness.failures, deadLetters };
  };
  const ended = () => harness.engine.metrics.ended().sink;
  return { calls, clock, send, stop, ended };
}

it('tells the writer once after each quiet interval', async () => {
  const { calls, clock, send, stop } = await startOne(false);
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
  expect((await stop()).failures).toEqual([]);
  expect(clock.sleeping()).toBe(0);
});

it('I6: tells the writer of no quiet interval in a bounded run', async () => {
  const { calls, clock, send, stop } = await startOne(true);
  await send(0);
  await expect.poll(() => calls).toEqual(['accept']);
  expect(clock.sleeping()).toBe(0);
  expect((await stop()).failures).toEqual([]);
});

it('I5: an error of the writer ends the process and makes no dead letter, whatever its code', async () => {
  const error = new PipelineError('BLOB_MISSING', 'the state names a blob that is not there');
  const { calls, send, stop } = await startOne(true, () => Promise.reject(error));
  await send(0);
  await send(1);
  await expect.poll(() => calls).toEqual(['accept']);
  expect(await stop()).toEqual({ failures: [error], deadLetters: [] });
  expect(calls).toEqual(['accept']);
});

it('counts a record that the writer rejects as a dead letter alone', async () => {
  const error = new PipelineError('BLOB_MISSING', 'its document is not there');
  let isRejected = false;
  const { calls, send, stop, ended } = await startOne(true, async (record, reject) => {
    if (record.offset === 0 && !isRejected) await reject(record, error);
    isRejected = true;
  });
  await send(0);
  // The drop that tells the graph of the dead letter reaches the writer, too.
  await expect.poll(() => calls).toEqual(['accept', 'accept']);
  const { failures, deadLetters } = await stop();
  expect([failures, deadLetters.length]).toEqual([[], 1]);
  expect(ended()).toEqual({ dead_letter: 1, emitted: 1 });
});
