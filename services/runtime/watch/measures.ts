/**
 * What the runtime measures of every process, whatever its stages declare. Names follow the
 * conventions of Prometheus: base units, and the unit in the name. Every label has few values.
 */
import type { StageReport } from '../report.ts';

/** Counters that the runtime itself increments. */
export const runtimeCounters = {
  teacher_answers_asked: {
    help: 'Answers that a teacher gave in this process.',
    unit: 'answers',
  },
  teacher_answers_memoised: { help: 'Answers taken from the memo.', unit: 'answers' },
} as const satisfies StageReport['counters'];

export interface Measure {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
  readonly help: string;
  readonly unit: string;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** 1 ms for a rule-based stage up to 10 minutes for a slow model call. */
const workSeconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600];
/** From at once to a day. */
const waitSeconds = [0.1, 1, 5, 15, 60, 300, 900, 3600, 10_800, 43_200, 86_400];
const callSeconds = [0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
const callTokens = [16, 64, 256, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
const callDollars = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];

export const measures = {
  info: {
    type: 'gauge',
    labelNames: ['version'],
    help: 'Version of the program; always 1.',
    unit: '',
  },
  ready: {
    type: 'gauge',
    labelNames: [],
    help: '1 where /readyz says that the process can work, else 0. Of a cluster.',
    unit: '',
  },
  records_total: {
    type: 'counter',
    labelNames: ['stage', 'ended'],
    help: 'Records handled, by stage and by how they ended.',
    unit: 'records',
  },
  errors_total: {
    type: 'counter',
    labelNames: ['stage', 'code'],
    help: 'Calls of a handler that ended as drop, reject or retry, by error code.',
    unit: 'calls',
  },
  handle_seconds: {
    type: 'histogram',
    labelNames: ['stage', 'ended'],
    help: 'Time of one call of a handler, by stage and by how it ended.',
    unit: 'seconds',
    buckets: workSeconds,
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
  queue_age_seconds: {
    type: 'histogram',
    labelNames: ['stage'],
    help: 'Age of a record when its stage began it: since it was written to Kafka; in one process, since it was read.',
    unit: 'seconds',
    buckets: waitSeconds,
  },
  lag_records: {
    type: 'gauge',
    labelNames: ['stage'],
    help: 'Records of all partitions that the stage has not finished, in any process.',
    unit: 'records',
  },
  lag_seconds: {
    type: 'gauge',
    labelNames: ['stage'],
    help: 'How long ago the oldest unfinished record was there, as far back as this process has looked.',
    unit: 'seconds',
  },
  lost_records: {
    type: 'gauge',
    labelNames: ['stage'],
    help: 'Records that were deleted before the stage had done them.',
    unit: 'records',
  },
  stage_paused: {
    type: 'gauge',
    labelNames: ['stage'],
    help: '1 while somebody has paused the stage, else 0. Of a cluster.',
    unit: '',
  },
  teacher_call_seconds: {
    type: 'histogram',
    labelNames: ['outcome'],
    help: 'Time of one call to an endpoint, by outcome: answered or failed.',
    unit: 'seconds',
    buckets: callSeconds,
  },
  teacher_call_tokens: {
    type: 'histogram',
    labelNames: ['kind'],
    help: 'Tokens of one answered call: prompt or completion.',
    unit: 'tokens',
    buckets: callTokens,
  },
  teacher_call_dollars: {
    type: 'histogram',
    labelNames: [],
    help: 'What one answered call cost, by the prices that are set.',
    unit: 'dollars',
    buckets: callDollars,
  },
  teacher_cached_tokens_total: {
    type: 'counter',
    labelNames: [],
    help: 'Prompt tokens that the endpoint had read before.',
    unit: 'tokens',
  },
  teacher_waits_total: {
    type: 'counter',
    labelNames: ['reason'],
    help: 'Times that a call had to wait: for a rate, or for money that other calls hold.',
    unit: 'waits',
  },
  teacher_calls_under_way: {
    type: 'gauge',
    labelNames: [],
    help: 'Calls that are under way.',
    unit: 'calls',
  },
  teacher_budget_dollars: {
    type: 'gauge',
    labelNames: [],
    help: 'What the calls of the data set may cost at most: teacher.dollarsMax.',
    unit: 'dollars',
  },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;
export type GaugeName = {
  [Name in MeasureName]: (typeof measures)[Name]['type'] extends 'gauge' ? Name : never;
}[MeasureName];

const prefix = 'backstory_';

/** The name of a counter in /metrics. */
export function counterName(name: string): string {
  return `${prefix}${name}_total`;
}

/** The name of a measure in /metrics. */
export function measureName(name: MeasureName): string {
  return `${prefix}${name}`;
}
