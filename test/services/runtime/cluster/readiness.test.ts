/** Probes: problems are named, answers are cached for a while, a stand-by is ready. */
import { expect, it } from 'vitest';
import { manualClock } from '../../../../services/runtime/clock.ts';
import { createReadiness } from '../../../../services/runtime/cluster/readiness.ts';
import { createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { startMetricsServer } from '../../../../services/runtime/watch/metrics-server.ts';
import { nothingWatched } from '../../../samples/nothing-watched.ts';

it('is not ready while a stage starts or a dependency fails, and names it', async () => {
  const clock = manualClock();
  const held: Record<string, number | null | undefined> = { discover: null, admit: undefined };
  let problem: string | null = 'is on fire';
  let asked = 0;
  const check = async () => {
    asked += 1;
    return problem;
  };
  const failing = async () => {
    if (problem === null) return null;
    throw new Error('gone');
  };
  const checks = [
    { name: 'store', check },
    { name: 'bus', check: failing },
  ];
  const readiness = createReadiness(checks, () => held, clock);
  expect(await readiness()).toEqual({
    ready: false,
    problems: ['admit: has not started', 'store: is on fire', 'bus: gone'],
    partitions: { discover: null, admit: null },
  });
  problem = null;
  held.admit = 0;
  // Answers are cached: probes from several sides cause one check.
  expect((await readiness()).problems).toEqual(['store: is on fire', 'bus: gone']);
  expect(asked).toBe(1);
  clock.advance(60_000);
  // A stand-by without partitions is ready.
  expect(await readiness()).toEqual({
    ready: true,
    problems: [],
    partitions: { discover: null, admit: 0 },
  });
});

it('answers probes with 200 or 503', async () => {
  let ready = false;
  const server = await startMetricsServer({
    metrics: createMetrics({}, nothingWatched),
    port: 0,
    readiness: async () => ({ ready, problems: ready ? [] : ['bus: gone'], partitions: {} }),
  });
  const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
  try {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    ready = true;
    const answer = await get('/readyz');
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { ready: true, problems: [], partitions: {} },
    ]);
  } finally {
    await server.close();
  }
});
