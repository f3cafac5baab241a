/** Metrics: each with one name and a help text, and a server that Prometheus can read. */
import { describe, expect, it } from 'vitest';
import { countersOf, createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { startMetricsServer } from '../../../../services/runtime/watch/metrics-server.ts';

const report = { counters: { files_admitted: { help: 'Files.', unit: 'files' } } };

describe('metrics', () => {
  it('counts, and serves the counts over HTTP in the Prometheus text format', async () => {
    const metrics = createMetrics(countersOf([{ report }]));
    metrics.count('files_admitted', 3);
    metrics.count('files_admitted');
    metrics.handled('admit', 'emitted', 0.5);
    metrics.handled('admit', 'dropped', 0.25);
    const server = await startMetricsServer({ metrics, port: 0 });
    try {
      const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      const text = await response.text();
      expect(response.headers.get('content-type')).toContain('version=0.0.4');
      expect(text).toContain('backstory_files_admitted_total 4');
      expect(text).toContain('backstory_records_total{stage="admit",ended="dropped"} 1');
      expect(text).toContain('backstory_handle_seconds_sum{stage="admit"} 0.75');
      const missing = await fetch(`http://127.0.0.1:${server.port}/other`);
      expect(missing.status).toBe(404);
    } finally {
      await server.close();
    }
    expect(metrics.value('files_admitted')).toBe(4);
    expect(metrics.busyMs()).toEqual({ admit: 750 });
  });

  it('refuses a counter that nobody declared, and one that two stages declare', () => {
    const metrics = createMetrics(countersOf([{ report }, {}]));
    expect(() => metrics.count('files_lost')).toThrow('files_lost');
    expect(() => metrics.value('files_lost')).toThrow('files_lost');
    expect(() => countersOf([{ report }, { report }])).toThrow('files_admitted');
  });

  it('names the port that is taken', async () => {
    const first = await startMetricsServer({ metrics: createMetrics({}), port: 0 });
    try {
      await expect(
        startMetricsServer({ metrics: createMetrics({}), port: first.port }),
      ).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        subject: 'runtime.metricsPort',
      });
    } finally {
      await first.close();
    }
  });
});
