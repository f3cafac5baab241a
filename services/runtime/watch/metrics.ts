/** Every metric of the program, once, with its help text. Names get the prefix `backstory_`. */
import { Counter, Histogram, Registry } from 'prom-client';
import type { StageName } from '../../../schemas/topology.ts';
import type { CounterName } from '../stage.ts';

const counters: Readonly<Record<CounterName | RuntimeCounterName, string>> = {
  files_admitted: 'Files that passed the gates.',
  files_skipped: 'Files that were left out, with a reason in repo-admitted.',
  secrets_redacted: 'Secrets and personal data replaced before any model saw them.',
  bytes_admitted: 'Bytes of admitted files.',
  files_parsed: 'Files parsed for structure.',
  thoughts_written: 'Think steps written by the teacher.',
  candidates_scored: 'Rewrites that were scored.',
  candidates_accepted: 'Rewrites that lowered the perplexity of the code enough.',
  bytes_scored: 'Bytes of ground-truth code scored, once per thought.',
  tokens_packed: 'Tokens placed into packs.',
  tokens_trained: 'Of these, tokens with mask 1.',
  packs_written: 'Packs written to shards.',
  shards_sealed: 'Shards that became part of the data set.',
  teacher_answers_asked: 'Answers that a teacher gave in this process.',
  teacher_answers_memoised: 'Answers taken from the memo.',
};

/** Counters that the runtime itself raises. */
export type RuntimeCounterName = 'teacher_answers_asked' | 'teacher_answers_memoised';

/** How a handled record ended. */
export type HandledAs = 'emitted' | 'dropped' | 'dead_letter' | 'retried' | 'crashed';

export interface Metrics {
  count(metric: CounterName | RuntimeCounterName, by?: number): void;
  value(metric: CounterName | RuntimeCounterName): number;
  handled(stage: StageName, as: HandledAs, seconds: number): void;
  /** Milliseconds spent inside the handlers of each stage. */
  busyMs(): Readonly<Partial<Record<StageName, number>>>;
  /** The Prometheus text format. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const totals = new Map<string, number>();
  const busy: Partial<Record<StageName, number>> = {};
  const byName = new Map<string, Counter>();
  for (const [name, help] of Object.entries(counters)) {
    byName.set(name, new Counter({ name: `backstory_${name}_total`, help, registers: [registry] }));
  }
  const records = new Counter({
    name: 'backstory_records_total',
    help: 'Records handled, by stage and by how they ended.',
    labelNames: ['stage', 'ended'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'backstory_handle_seconds',
    help: 'Time to handle one record, by stage.',
    labelNames: ['stage'],
    // 1 ms for a rule-based stage up to 10 minutes for a slow model call.
    buckets: [0.001, 0.01, 0.1, 1, 10, 60, 600],
    registers: [registry],
  });
  return {
    count: (metric, by = 1) => {
      totals.set(metric, (totals.get(metric) ?? 0) + by);
      byName.get(metric)?.inc(by);
    },
    value: (metric) => totals.get(metric) ?? 0,
    handled: (stage, ended, duration) => {
      busy[stage] = (busy[stage] ?? 0) + duration * 1000;
      records.inc({ stage, ended });
      seconds.observe({ stage }, duration);
    },
    busyMs: () => ({ ...busy }),
    text: () => registry.metrics(),
  };
}
