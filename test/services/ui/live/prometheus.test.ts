/** The page reads the metrics that processes of this program serve, and nothing else of them. */
import { expect, test } from 'vitest';
import { createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { addMetrics, readMetrics } from '../../../../services/ui/live/prometheus.ts';

test('what a process serves is read back', async () => {
  const name = 'models.example "a\\b"\nc';
  const load = { name, underWay: 3, atOnceMax: 8, resting: false };
  const loads = () => [load, { ...load, name: 'other', resting: true }];
  const metrics = createMetrics({}, { dataset: 'first', stages: ['sink'], loads });
  metrics.handled('admit', 'emitted', 1.5);
  metrics.handled('admit', 'dropped', 0.5);
  metrics.buried('plan');
  metrics.begun('plan');
  metrics.begun('plan')();
  const { stages, endpoints } = readMetrics(await metrics.text());
  expect(stages.get('admit')).toEqual({
    inFlight: 0,
    busyMs: 2_000,
    ended: { emitted: 1, dropped: 1 },
  });
  // Served, and nothing ended there yet.
  expect(stages.get('sink')?.ended ?? {}).toEqual({});
  expect(stages.get('plan')).toMatchObject({ inFlight: 1, ended: { dead_letter: 1 } });
  expect(endpoints).toEqual([load, { ...load, name: 'other', atOnceMax: 0, resting: true }]);
});

test('processes add up, and one endpoint of two processes is one', () => {
  const one = readMetrics(
    'backstory_endpoint_calls{endpoint="a"} 2\nbackstory_endpoint_calls_max{endpoint="a"} 4',
  );
  const two = readMetrics('backstory_records_total{stage="sink",ended="emitted"} 2');
  const { stages, endpoints } = addMetrics([one, one, two, two]);
  expect(endpoints).toEqual([{ name: 'a', underWay: 4, atOnceMax: 8, resting: false }]);
  expect(stages.get('sink')?.ended).toEqual({ emitted: 4 });
});

test('other lines are passed over', () => {
  const lines = [
    '# HELP x',
    'up 1',
    'backstory_records_total{stage="a"',
    'x{y="z"} NaN',
    '{}',
    '\u0000',
  ];
  const { stages, endpoints } = readMetrics(lines.join('\n'));
  expect([stages.size, endpoints.length]).toEqual([0, 0]);
});
