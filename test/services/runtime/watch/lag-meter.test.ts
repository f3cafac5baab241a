/** The lag of stages in records and seconds, as Prometheus gets it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { physicalTopic, topics } from '../../../../schemas/topology.ts';
import { openSqliteBus } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { topicConfigurations } from '../../../../services/runtime/engine/open-engine.ts';
import { lookAgain, watchLag } from '../../../../services/runtime/watch/lag-meter.ts';
import { createMetrics } from '../../../../services/runtime/watch/metrics.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-lag-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const state = (end: number, committed: number) => {
  return { end, committed, unfinished: end - committed };
};

describe('the age of the first unfinished record', () => {
  it('is the time since it was first seen, and 0 when all is done', () => {
    let looks: Parameters<typeof lookAgain>[0] = [];
    const ages: number[] = [];
    const steps: readonly [nowMs: number, end: number, committed: number][] = [
      [0, 10, 10],
      [1_000, 20, 10],
      [5_000, 30, 10],
      [9_000, 30, 19],
      // The record at 20 was not there before the look at 5 s.
      [10_000, 30, 20],
      [11_000, 30, 30],
      [60_000, 30, 30],
      [61_000, 31, 30],
      [63_000, 31, 30],
    ];
    for (const [nowMs, end, committed] of steps) {
      const next = lookAgain(looks, state(end, committed), nowMs);
      looks = next.looks;
      ages.push(next.seconds);
    }
    expect(ages).toEqual([0, 0, 4, 8, 5, 0, 0, 0, 2]);
  });

  it('is remembered by few looks, within a small share of the age', () => {
    let looks: Parameters<typeof lookAgain>[0] = [];
    let seconds = 0;
    for (let step = 1; step <= 10_000; step += 1) {
      ({ looks, seconds } = lookAgain(looks, state(step * 10, 0), step * 1000));
    }
    expect(looks.length).toBeLessThanOrEqual(500);
    expect(seconds).toBe(9_999);
    // Half way through: never older than it is.
    const middle = lookAgain(looks, state(100_000, 50_000), 10_000_000).seconds;
    expect(middle).toBeLessThanOrEqual(5_000);
    expect(middle).toBeGreaterThan(4_900);
  });
});

describe('the lag in the metrics', () => {
  it('grows while nobody does the records of a topic', async () => {
    const bus = openSqliteBus(folder);
    let nowMs = 0;
    const clock = { nowMs: () => nowMs, sleep: () => new Promise<void>(() => {}) };
    const metrics = createMetrics({}, { dataset: 'first', stages: ['simulate'] });
    try {
      await bus.createTopics(topicConfigurations('first'));
      watchLag(metrics, ['discover', 'simulate'], { bus, dataset: 'first', clock });
      const topic = physicalTopic('first', 'file-task');
      expect(topics['file-task'].partitions).toBeGreaterThan(1);
      await bus.produce(['a', 'b', 'c'].map((key) => ({ topic, key, value: Buffer.from(key) })));
      const gauge = (name: string) => `backstory_${name}{stage="simulate",dataset="first"}`;
      expect(await metrics.text()).toContain(`${gauge('lag_seconds')} 0\n`);
      nowMs = 90_000;
      const text = await metrics.text();
      expect(text).toContain(`${gauge('lag_records')} 3\n`);
      expect(text).toContain(`${gauge('lag_seconds')} 90\n`);
      expect(text).toContain(`${gauge('lost_records')} 0\n`);
      expect(text).not.toContain('stage="discover"');
    } finally {
      await bus.close();
    }
    // A bus that is gone is no reason to give no metrics at all.
    nowMs = 180_000;
    expect(await metrics.text()).not.toContain('backstory_lag_seconds{');
  });
});
