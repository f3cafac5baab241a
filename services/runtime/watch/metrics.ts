/**
 * The metrics of a process: the counters that its stages declare, and what the runtime measures for
 * every stage. Each carries the data set, since one Prometheus may watch several.
 */
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricConfiguration,
  Registry,
} from 'prom-client';
import type { StageName } from '../../../schemas/topology.ts';
import type { CallWatcher } from '../../ports/calls.ts';
import type { EndpointLoad } from '../../ports/load.ts';
import type { Scorer } from '../../ports/scorer.ts';
import type { Teacher } from '../../ports/teacher.ts';
import type { ErrorCode } from '../errors.ts';
import type { CounterDefinition, StageReport } from '../report.ts';
import {
  counterName,
  type GaugeName,
  type MeasureName,
  measureName,
  measures,
  runtimeCounters,
} from './measures.ts';

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

const endings = ['emitted', 'dropped', 'retried', 'crashed', 'dead_letter'] as const;

/** How a record ended, or a call that left it as it was. */
export type EndedAs = (typeof endings)[number];

/** A value of a gauge, under its labels. */
export interface GaugeValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metrics {
  /** Types hold stages to the counters they declare; any other name is a bug. */
  count(counter: string, by?: number): void;
  /** Total since the process began. */
  value(counter: string): number;
  /** A rejected record counts when it is buried: not every dead letter comes from a handler. */
  handled(stage: StageName, as: HandledAs, seconds: number, code?: ErrorCode): void;
  /** A stage works on a record, until the function that is returned is called. */
  begun(stage: StageName): () => void;
  /** Records that stages work on now. */
  inFlight(): Readonly<Partial<Record<StageName, number>>>;
  /** A record became a dead letter. */
  buried(stage: StageName): void;
  /** A record has waited so long for its stage. */
  waited(stage: StageName, ageSeconds: number): void;
  /** What is told of the teacher's calls. */
  readonly calls: CallWatcher;
  /** Reads a gauge whenever the metrics are asked for; it has no value where that fails. */
  watch(name: GaugeName, read: () => Promise<readonly GaugeValue[]>): void;
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

/** Whose metrics they are. */
export interface Watched {
  readonly dataset: string;
  readonly stages: readonly StageName[];
  readonly loads?: Loads;
}

export function createMetrics(
  counters: Readonly<Record<string, CounterDefinition>>,
  { dataset, stages, loads = () => [] }: Watched,
): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ dataset });
  const totals = new Map<string, number>();
  const busy: Partial<Record<StageName, number>> = {};
  const ends: Partial<Record<StageName, Partial<Record<EndedAs, number>>>> = {};
  const byName = new Map<string, Counter>();
  for (const [name, { help }] of Object.entries(counters)) {
    byName.set(name, new Counter({ name: counterName(name), help, registers: [registry] }));
  }
  const records = new Counter(configurationOf('records_total', registry));
  // Prometheus sees the first one of a kind only where it saw none before.
  for (const stage of stages) for (const ended of endings) records.inc({ stage, ended }, 0);
  const errors = new Counter(configurationOf('errors_total', registry));
  const seconds = openHistogram('handle_seconds', registry);
  const ages = openHistogram('queue_age_seconds', registry);
  const working: Partial<Record<StageName, number>> = {};
  const change = (stage: StageName, by: number) => {
    working[stage] = (working[stage] ?? 0) + by;
  };
  openGauge('records_in_flight', registry, async () =>
    Object.entries(working).map(([stage, value]) => ({ labels: { stage }, value })),
  );
  watchLoads(registry, loads);
  const countEnd = (stage: StageName, ended: EndedAs) => {
    const own = ends[stage] ?? {};
    ends[stage] = { ...own, [ended]: (own[ended] ?? 0) + 1 };
    records.inc({ stage, ended });
  };
  let watchesProcess = false;
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
    handled: (stage, ended, duration, code) => {
      busy[stage] = (busy[stage] ?? 0) + duration * 1000;
      if (ended !== 'rejected') countEnd(stage, ended);
      seconds.observe({ stage, ended }, duration);
      if (code !== undefined) errors.inc({ stage, code });
    },
    begun: (stage) => {
      change(stage, 1);
      return () => change(stage, -1);
    },
    inFlight: () => ({ ...working }),
    buried: (stage) => countEnd(stage, 'dead_letter'),
    // Clocks of two machines differ a little.
    waited: (stage, ageSeconds) => ages.observe({ stage }, Math.max(0, ageSeconds)),
    calls: countCalls(registry),
    watch: (name, read) => openGauge(name, registry, read),
    ended: () => ({ ...ends }),
    busyMs: () => ({ ...busy }),
    text: () => {
      // Memory, CPU and event loop: observers that only a process with readers needs.
      if (!watchesProcess) watchProcess(registry);
      watchesProcess = true;
      return registry.metrics();
    },
  };
}

/** Those of Node's handles and rooms of the heap are many, and named against the conventions. */
const ofNoUse = /^nodejs_(active_|heap_space_)/;

function watchProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (ofNoUse.test(name)) registry.removeSingleMetric(name);
  }
}

function countCalls(registry: Registry): CallWatcher {
  const seconds = openHistogram('teacher_call_seconds', registry);
  const tokens = openHistogram('teacher_call_tokens', registry);
  const dollars = openHistogram('teacher_call_dollars', registry);
  const cached = new Counter(configurationOf('teacher_cached_tokens_total', registry));
  const waits = new Counter(configurationOf('teacher_waits_total', registry));
  return {
    ended: (call) => {
      seconds.observe({ outcome: call.outcome }, call.seconds);
      if (call.outcome === 'failed') return;
      tokens.observe({ kind: 'prompt' }, call.promptTokens);
      tokens.observe({ kind: 'completion' }, call.completionTokens);
      dollars.observe(call.microDollars / 1e6);
      cached.inc(call.cachedTokens);
    },
    waited: (reason) => waits.inc({ reason }),
  };
}

function configurationOf(name: MeasureName, registry: Registry): MetricConfiguration<string> {
  const { help, labelNames } = measures[name];
  return { name: measureName(name), help, labelNames: [...labelNames], registers: [registry] };
}

type HistogramName = {
  [Name in MeasureName]: (typeof measures)[Name]['type'] extends 'histogram' ? Name : never;
}[MeasureName];

function openHistogram(name: HistogramName, registry: Registry): Histogram {
  const buckets = [...measures[name].buckets];
  return new Histogram({ ...configurationOf(name, registry), buckets });
}

function watchLoads(registry: Registry, loads: Loads): void {
  const each = (value: (load: EndpointLoad) => number) => async () =>
    loads().map((load) => ({ labels: { endpoint: load.name }, value: value(load) }));
  openGauge(
    'endpoint_calls',
    registry,
    each(({ underWay }) => underWay),
  );
  const most = ({ resting, atOnceMax }: EndpointLoad) => (resting ? 0 : atOnceMax);
  openGauge('endpoint_calls_max', registry, each(most));
}

function openGauge(
  name: GaugeName,
  registry: Registry,
  read: () => Promise<readonly GaugeValue[]>,
): void {
  const gauge = new Gauge({
    ...configurationOf(name, registry),
    collect: async () => {
      const values = await read().catch(() => []);
      gauge.reset();
      for (const { labels, value } of values) gauge.set(labels, value);
    },
  });
}
