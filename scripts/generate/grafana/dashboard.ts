/**
 * `infra/grafana/backstory.json`: a dashboard made from the topology, the stages' counters and what
 * the runtime measures. A new stage or counter gets its panel by `npm run generate`.
 */
import { graph, type StageName, stageNames } from '../../../schemas/topology.ts';
import { stages } from '../../../services/registry.ts';
import type { StageReport } from '../../../services/runtime/report.ts';
import {
  counterName,
  type MeasureName,
  measureName,
  measures,
} from '../../../services/runtime/watch/measures.ts';
import { dataSource, layOut, type Panel, type Row } from './layout.ts';

/** Of the dashboard, of a data set that is chosen at its head. */
const chosen = 'dataset=~"$dataset"';
export function generateDashboard(): string {
  const rows = [overviewRow(), flowRow(), teacherRow(), processRow(), ...stageNames.map(stageRow)];
  const dashboard = {
    title: 'backstory',
    uid: 'backstory',
    description: 'Generated from schemas/topology.ts by `npm run generate`.',
    tags: ['backstory'],
    schemaVersion: 39,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [dataSourceVariable, datasetVariable] },
    panels: layOut(rows),
  };
  return `${JSON.stringify(dashboard, null, 1)}\n`;
}

const dataSourceVariable = { name: 'datasource', type: 'datasource', query: 'prometheus' };
const datasetVariable = {
  name: 'dataset',
  type: 'query',
  datasource: dataSource,
  query: `label_values(${measureName('info')}, dataset)`,
  refresh: 2,
  includeAll: true,
  multi: true,
  current: { text: 'All', value: '$__all' },
};

const rate = (metric: string, by: string, more = '') =>
  `sum by (${by}) (rate(${metric}{${chosen}${more}}[$__rate_interval]))`;

function quantile(share: number, measure: MeasureName, by: string, more = ''): string {
  const buckets = rate(`${measureName(measure)}_bucket`, `${by}, le`, more);
  return `histogram_quantile(${share}, ${buckets})`;
}

const about = (measure: MeasureName) => measures[measure].help;

function overviewRow(): Row {
  const dropped = measureName('records_total');
  const stat = (title: string, help: string, unit: string, expr: string): Panel => {
    return { title, about: help, unit, kind: 'stat', queries: [{ expr, legend: '{{dataset}}' }] };
  };
  const sumOf = (metric: string, more = '') => `sum by (dataset) (${metric}{${chosen}${more}})`;
  const panels = [
    stat('Ready', about('ready'), 'none', `min by (dataset) (${measureName('ready')}{${chosen}})`),
    stat(
      'Shards sealed',
      'By the processes that run.',
      'none',
      sumOf(counterName('shards_sealed')),
    ),
    stat('Trained tokens', 'In packs so far.', 'short', sumOf(counterName('tokens_trained'))),
    stat(
      'Dead letters',
      'Records that could not be handled.',
      'none',
      sumOf(dropped, ', ended="dead_letter"'),
    ),
    stat(
      'Spent',
      about('teacher_call_dollars'),
      'currencyUSD',
      sumOf(`${measureName('teacher_call_dollars')}_sum`),
    ),
    stat(
      'Budget',
      about('teacher_budget_dollars'),
      'currencyUSD',
      `max by (dataset) (${measureName('teacher_budget_dollars')}{${chosen}})`,
    ),
  ];
  return { title: 'Data set', panels, perLine: 6 };
}

function flowRow(): Row {
  const byStage = '{{stage}}';
  const most = (measure: MeasureName) => `max by (stage) (${measureName(measure)}{${chosen}})`;
  const one = (measure: MeasureName, title: string, unit: string, expr: string): Panel => {
    return { title, about: about(measure), unit, queries: [{ expr, legend: byStage }] };
  };
  const records = measureName('records_total');
  const errors = rate(measureName('errors_total'), 'stage, code');
  return {
    title: `Flow: ${stageNames.join(' → ')}`,
    perLine: 2,
    panels: [
      one('records_total', 'Records handled', 'ops', rate(records, 'stage')),
      one('lag_records', 'Unfinished records', 'short', most('lag_records')),
      one('lag_seconds', 'Oldest unfinished record', 's', most('lag_seconds')),
      one(
        'queue_age_seconds',
        'Age at the start, p95',
        's',
        quantile(0.95, 'queue_age_seconds', 'stage'),
      ),
      one(
        'handle_seconds',
        'Time of a handler, p95',
        's',
        quantile(0.95, 'handle_seconds', 'stage'),
      ),
      {
        title: 'Drops, rejects and retries',
        about: about('errors_total'),
        unit: 'ops',
        queries: [{ expr: errors, legend: '{{stage}} {{code}}' }],
      },
    ],
  };
}

function teacherRow(): Row {
  const seconds = measureName('teacher_call_seconds');
  const tokens = `${measureName('teacher_call_tokens')}_sum`;
  const hourly = `3600 * ${rate(`${measureName('teacher_call_dollars')}_sum`, 'dataset')}`;
  return {
    title: 'Teacher',
    perLine: 3,
    panels: [
      {
        title: 'Calls',
        about: 'Calls that ended, by outcome.',
        unit: 'ops',
        stacked: true,
        queries: [{ expr: rate(`${seconds}_count`, 'outcome'), legend: '{{outcome}}' }],
      },
      {
        title: 'Time of a call',
        about: about('teacher_call_seconds'),
        unit: 's',
        queries: [0.5, 0.95].map((share) => ({
          expr: quantile(share, 'teacher_call_seconds', 'dataset'),
          legend: `p${share * 100} {{dataset}}`,
        })),
      },
      {
        title: 'Tokens',
        about: about('teacher_call_tokens'),
        unit: 'ops',
        queries: [
          { expr: rate(tokens, 'kind'), legend: '{{kind}}' },
          { expr: rate(measureName('teacher_cached_tokens_total'), 'dataset'), legend: 'cached' },
        ],
      },
      {
        title: 'Dollars per hour',
        about: about('teacher_call_dollars'),
        unit: 'currencyUSD',
        queries: [{ expr: hourly, legend: '{{dataset}}' }],
      },
      {
        title: 'Under way, and waits',
        about: about('teacher_waits_total'),
        unit: 'short',
        queries: [
          {
            expr: `sum(${measureName('teacher_calls_under_way')}{${chosen}})`,
            legend: 'under way',
          },
          {
            expr: rate(measureName('teacher_waits_total'), 'reason'),
            legend: 'waits for {{reason}}',
          },
        ],
      },
      {
        title: 'Answers',
        about: 'Answers of the model, and of the memo.',
        unit: 'ops',
        stacked: true,
        queries: ['teacher_answers_asked', 'teacher_answers_memoised'].map((name) => ({
          expr: rate(counterName(name), 'dataset'),
          legend: name,
        })),
      },
    ],
  };
}

function processRow(): Row {
  const one = (title: string, help: string, unit: string, expr: string): Panel => {
    return { title, about: help, unit, queries: [{ expr, legend: '{{instance}}' }] };
  };
  const of = (metric: string) => `${metric}{${chosen}}`;
  const cpu = `rate(${of('process_cpu_seconds_total')}[$__rate_interval])`;
  return {
    title: 'Processes',
    perLine: 3,
    panels: [
      one('Processor', 'Cores in use.', 'none', cpu),
      one('Memory', 'Resident bytes.', 'bytes', of('process_resident_memory_bytes')),
      one('Event loop, p99', 'How late timers are.', 's', of('nodejs_eventloop_lag_p99_seconds')),
    ],
  };
}

/** What a stage does, and the counters that it declares. */
function stageRow(stage: StageName): Row {
  const own = stages.find(({ name }) => name === stage) as { report?: StageReport } | undefined;
  const named = `, stage="${stage}"`;
  const counters = Object.entries(own?.report?.counters ?? {});
  return {
    title: `${stage}: ${graph[stage].does}`,
    closed: true,
    perLine: 4,
    panels: [
      {
        title: 'How records end',
        about: about('records_total'),
        unit: 'ops',
        stacked: true,
        queries: [
          { expr: rate(measureName('records_total'), 'ended', named), legend: '{{ended}}' },
        ],
      },
      {
        title: 'Time by outcome, p95',
        about: about('handle_seconds'),
        unit: 's',
        queries: [{ expr: quantile(0.95, 'handle_seconds', 'ended', named), legend: '{{ended}}' }],
      },
      ...counters.map(
        ([name, { help, unit }]): Panel => ({
          title: `${name.replaceAll('_', ' ')} (${unit}/s)`,
          about: help,
          unit: 'none',
          queries: [{ expr: rate(counterName(name), 'dataset'), legend: '{{dataset}}' }],
        }),
      ),
    ],
  };
}
