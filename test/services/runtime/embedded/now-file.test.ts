/** The file that a run keeps while it works: it is for people, and never holds the run up. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runNowPath, runNowSchema } from '../../../../schemas/run-now.ts';
import { openNowFile } from '../../../../services/runtime/embedded/now-file.ts';
import type { Engine } from '../../../../services/runtime/engine/engine.ts';
import { createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { nothingWatched } from '../../../samples/nothing-watched.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-now-'));
  mkdirSync(join(folder, 'log'));
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const endpoint = { name: 'scorer', underWay: 0, atOnceMax: 1, resting: false };

/** A run whose topics tell their ends once they are let; counts how often the file is written. */
function openCounted(tellEnds: Promise<void>) {
  const none = async () => [];
  const endOffsets = async () => {
    await tellEnds;
    return [0];
  };
  const engine = {
    bus: { endOffsets, startOffsets: none, committedOf: none, read: none },
    metrics: createMetrics({}, nothingWatched),
    run: { dataset: 'default', runId: 'r', outputFolder: folder },
  } as unknown as Engine;
  let written = 0;
  const load = () => {
    written += 1;
    return endpoint;
  };
  const file = openNowFile(engine, { teacher: null, scorer: { load } });
  return { file, written: () => written };
}

it('skips a turn while one is under way, and ends with how the run ended', async () => {
  const slow = Promise.withResolvers<void>();
  const { file, written } = openCounted(slow.promise);
  vi.advanceTimersByTime(60_000);
  const ended = file.end('ended');
  vi.advanceTimersByTime(60_000);
  slow.resolve();
  await ended;
  expect(written()).toBe(2);
  expect(readdirSync(join(folder, 'log'))).toEqual(['now.json']);
  const { state } = runNowSchema.parse(JSON.parse(readFileSync(join(folder, runNowPath), 'utf8')));
  expect(state).toBe('ended');
});

it('is written again with every turn that finds none under way', async () => {
  const { file, written } = openCounted(Promise.resolve());
  for (let turn = 1; turn <= 3; turn += 1) {
    const turned = () => {
      vi.advanceTimersByTime(2_000);
      return written();
    };
    await vi.waitUntil(() => turned() > turn, { timeout: 60_000 });
  }
  await file.end('stopped');
  expect(readFileSync(join(folder, runNowPath), 'utf8')).toContain('"state":"stopped"');
});
