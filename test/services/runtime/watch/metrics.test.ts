/** Metrics: each with one name and a help text, and a server that Prometheus can read. */
import { describe, expect, it } from 'vitest';
import { noUsage } from '../../../../services/ports/usage.ts';
import { countersOf, createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { startMetricsServer } from '../../../../services/runtime/watch/metrics-server.ts';
import { watchCalls } from '../../../../services/runtime/watch/watch-process.ts';
import { openMeter } from '../../../../services/teacher/meter.ts';
import { nothingWatched } from '../../../samples/nothing-watched.ts';

const report = { counters: { files_admitted: { help: 'Files.', unit: 'files' } } };

describe('metrics', () => {
  it('counts, and serves the counts over HTTP in the Prometheus text format', async () => {
    const metrics = createMetrics(countersOf([{ report }]), nothingWatched);
    metrics.count('files_admitted', 3);
    metrics.count('files_admitted');
    metrics.handled('admit', 'emitted', 0.5);
    metrics.handled('admit', 'dropped', 0.25, 'LICENCE_REFUSED');
    const server = await startMetricsServer({ metrics, port: 0 });
    try {
      const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      const text = await response.text();
      expect(response.headers.get('content-type')).toContain('version=0.0.4');
      expect(text).toContain('backstory_files_admitted_total{dataset="default"} 4');
      const records = 'backstory_records_total{stage="admit",ended="dropped",dataset="default"}';
      expect(text).toContain(`${records} 1`);
      const seconds =
        'backstory_handle_seconds_sum{dataset="default",stage="admit",ended="dropped"}';
      expect(text).toContain(`${seconds} 0.25`);
      expect(text).toContain('backstory_errors_total{stage="admit",code="LICENCE_REFUSED",');
      const missing = await fetch(`http://127.0.0.1:${server.port}/other`);
      expect(missing.status).toBe(404);
    } finally {
      await server.close();
    }
    expect(metrics.value('files_admitted')).toBe(4);
    expect(metrics.busyMs()).toEqual({ admit: 750 });
  });

  it('counts calls of the teacher with time, tokens and money', async () => {
    const metrics = createMetrics({}, { dataset: 'first', stages: ['admit'] });
    const meter = openMeter();
    watchCalls(metrics, meter.watched(5));
    meter.begun();
    meter.begun();
    meter.waiting('rate');
    const usage = { ...noUsage, promptTokens: 900, completionTokens: 40, microDollars: 2_000 };
    meter.ended(usage, 300, 3);
    meter.ended(null, 0, 60);
    meter.begun();
    const text = await metrics.text();
    for (const line of [
      'backstory_teacher_call_seconds_sum{dataset="first",outcome="answered"} 3',
      'backstory_teacher_call_seconds_count{dataset="first",outcome="failed"} 1',
      'backstory_teacher_call_tokens_sum{dataset="first",kind="prompt"} 900',
      'backstory_teacher_call_tokens_sum{dataset="first",kind="completion"} 40',
      'backstory_teacher_call_dollars_sum{dataset="first"} 0.002',
      'backstory_teacher_cached_tokens_total{dataset="first"} 300',
      'backstory_teacher_waits_total{reason="rate",dataset="first"} 1',
      'backstory_teacher_calls_under_way{dataset="first"} 1',
      'backstory_teacher_budget_dollars{dataset="first"} 5',
      // There before the first of its kind, so that Prometheus sees it come.
      'backstory_records_total{stage="admit",ended="dead_letter",dataset="first"} 0',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('refuses a counter that nobody declared, and one that two stages declare', () => {
    const metrics = createMetrics(countersOf([{ report }, {}]), nothingWatched);
    expect(() => metrics.count('files_lost')).toThrow('files_lost');
    expect(() => metrics.value('files_lost')).toThrow('files_lost');
    expect(() => countersOf([{ report }, { report }])).toThrow('files_admitted');
  });

  it('names the port that is taken', async () => {
    const first = await startMetricsServer({ metrics: createMetrics({}, nothingWatched), port: 0 });
    try {
      await expect(
        startMetricsServer({ metrics: createMetrics({}, nothingWatched), port: first.port }),
      ).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        subject: 'runtime.metricsPort',
      });
    } finally {
      await first.close();
    }
  });
});
