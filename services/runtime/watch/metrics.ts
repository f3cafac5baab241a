/**
 * The metrics of a process: the counters that its stages declare, and what the runtime measures for
 * every stage. Names get the prefix `backstory_`.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { StageName } from '../../../schemas/topology.ts';
import type { EndpointLoad } from '../../ports/load.ts';
import type { Scorer } from '../../ports/scorer.ts';
import type { Teacher } from '../../ports/teacher.ts';
import type { CounterDefinition, StageReport } from '../report.ts';

/** Counters that the runtime itself increments. */
export const runtimeCounters = {
  teacher_answers_asked: {
    help: 'Answers that a teacher gave in this process.',
    unit: 'answers',
  },
  teacher_answers_memoised: { help: 'Answers taken from the memo.', unit: 'answers' },
} as const satisfies StageReport['counters'];

/** What the runtime measures of every stage, whatever the stage declares. */
export const measures = {
  records_total: {
    type: 'counter',
    labelNames: ['stage', 'ended'],
    help: 'Records handled, by stage and by how they ended.',
    unit: 'records',
  },
  handle_seconds: {
    type: 'histogram',
    labelNames: ['stage'],
    help: 'Time to handle one record, by stage.',
    unit: 'seconds',
  },
  records_in_flight: {
    type: 'gauge',
    labelNames: ['stage'],
    help: 'Records that a stage works on now.',
    unit: 'records',
  },
  endpoint_calls: {
    type: 'gauge',
    labelNames: ['endpoint'],
    help: 'Calls under way to a server of models.',
    unit: 'calls',
  },
  endpoint_calls_max: {
    type: 'gauge',
    labelNames: ['endpoint'],
    help: 'Calls that the server gets at once at most, as of now; 0 while it rests.',
    unit: 'calls',
  },
} as const;

const prefix = 'backstory_';

/** The name of a counter in /metrics. */
export function counterName(name: string): string {
  return `${prefix}${name}_total`;
}

/** The name of a measure in /metrics. */
export function measureName(name: keyof typeof measures): string {
  return `${prefix}${name}`;
}

/** Counters of a process that serves these stages: theirs in their order, then the runtime's. */
export function countersOf(
  stages: readonly { readonly report?: StageReport }[],
): Readonly<Record<string, CounterDefinition>> {
  const all: Record<string, CounterDefinition> = {};
  for (const counters of [...stages.map(({ report }) => report?.counters ?? {}), runtimeCounters]) {
    for (const [name, definition] of Object.entries(counters)) {
      if (all[name] !== undefined) throw new Error(`two counters are called ${name}`);
      all[name] = definition;
    }
  }
  return all;
}

/** How a call of a handler ended. */
export type HandledAs = 'emitted' | 'dropped' | 'rejected' | 'retried' | 'crashed';

/** How a record ended, or a call that left it as it was. */
export type EndedAs = Exclude<HandledAs, 'rejected'> | 'dead_letter';

export interface Metrics {
  /** Types hold stages to the counters they declare; any other name is a bug. */
  count(counter: string, by?: number): void;
  /** Total since the process began. */
  value(counter: string): number;
  /** A rejected record counts when it is buried: not every dead letter comes from a handler. */
  handled(stage: StageName, as: HandledAs, seconds: number): void;
  /** A stage works on a record, until the function that is returned is called. */
  begun(stage: StageName): () => void;
  /** Records that stages work on now. */
  inFlight(): Readonly<Partial<Record<StageName, number>>>;
  /** A record became a dead letter. */
  buried(stage: StageName): void;
  /** Records handled so far, by stage and by how they ended. */
  ended(): Readonly<Partial<Record<StageName, Readonly<Partial<Record<EndedAs, number>>>>>>;
  /** Milliseconds spent inside the handlers of each stage. */
  busyMs(): Readonly<Partial<Record<StageName, number>>>;
  /** The Prometheus text format. */
  text(): Promise<string>;
}

/** How busy the servers of models are; asked whenever metrics are. */
export type Loads = () => readonly EndpointLoad[];

/** Those whom the models of a process call. */
export function loadsOf({ teacher, scorer }: Models): EndpointLoad[] {
  const scoring = scorer?.load?.();
  return [...(teacher?.load?.().endpoints ?? []), ...(scoring === undefined ? [] : [scoring])];
}

export interface Models {
  readonly teacher: Pick<Teacher, 'load'> | null;
  readonly scorer: Pick<Scorer, 'load'> | null;
}

export function createMetrics(
  counters: Readonly<Record<string, CounterDefinition>>,
  loads: Loads = () => [],
): Metrics {
  const registry = new Registry();
  const totals = new Map<string, number>();
  const busy: Partial<Record<StageName, number>> = {};
  const ends: Partial<Record<StageName, Partial<Record<EndedAs, number>>>> = {};
  const byName = new Map<string, Counter>();
  for (const [name, { help }] of Object.entries(counters)) {
    byName.set(name, new Counter({ name: counterName(name), help, registers: [registry] }));
  }
  const records = new Counter({
    name: measureName('records_total'),
    help: measures.records_total.help,
    labelNames: measures.records_total.labelNames,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: measureName('handle_seconds'),
    help: measures.handle_seconds.help,
    labelNames: measures.handle_seconds.labelNames,
    // 1 ms for a rule-based stage up to 10 minutes for a slow model call.
    buckets: [0.001, 0.01, 0.1, 1, 10, 60, 600],
    registers: [registry],
  });
  const working: Partial<Record<StageName, number>> = {};
  const gaugeOf = (name: 'records_in_flight' | 'endpoint_calls' | 'endpoint_calls_max') =>
    new Gauge({
      name: measureName(name),
      help: measures[name].help,
      labelNames: measures[name].labelNames,
      registers: [registry],
    });
  const flight = gaugeOf('records_in_flight');
  const [calls, callsMax] = [gaugeOf('endpoint_calls'), gaugeOf('endpoint_calls_max')];
  const change = (stage: StageName, by: number) => {
    working[stage] = (working[stage] ?? 0) + by;
    flight.set({ stage }, working[stage] ?? 0);
  };
  const countEnd = (stage: StageName, ended: EndedAs) => {
    const own = ends[stage] ?? {};
    ends[stage] = { ...own, [ended]: (own[ended] ?? 0) + 1 };
    records.inc({ stage, ended });
  };
  return {
    count: (name, by = 1) => {
      const counter = byName.get(name);
      if (counter === undefined) throw new Error(`no counter is called ${name}`);
      totals.set(name, (totals.get(name) ?? 0) + by);
      counter.inc(by);
    },
    value: (name) => {
      if (!byName.has(name)) throw new Error(`no counter is called ${name}`);
      return totals.get(name) ?? 0;
    },
    handled: (stage, ended, duration) => {
      busy[stage] = (busy[stage] ?? 0) + duration * 1000;
      if (ended !== 'rejected') countEnd(stage, ended);
      seconds.observe({ stage }, duration);
    },
    begun: (stage) => {
      change(stage, 1);
      return () => change(stage, -1);
    },
    inFlight: () => ({ ...working }),
    buried: (stage) => countEnd(stage, 'dead_letter'),
    ended: () => ({ ...ends }),
    busyMs: () => ({ ...busy }),
    text: () => {
      for (const { name: endpoint, underWay, atOnceMax, resting } of loads()) {
        calls.set({ endpoint }, underWay);
        callsMax.set({ endpoint }, resting ? 0 : atOnceMax);
      }
      return registry.metrics();
    },
  };
}
