/** Rules, alerts, runbook and dashboard: valid, fired by promtool, and about metrics that exist. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sections, stages } from '../../services/registry.ts';
import { knobKeys } from '../../services/runtime/config/resolve.ts';
import type { StageReport } from '../../services/runtime/report.ts';
import {
  counterName,
  type MeasureName,
  measureName,
  measures,
} from '../../services/runtime/watch/measures.ts';
import { countersOf, createMetrics } from '../../services/runtime/watch/metrics.ts';

const root = new URL('../..', import.meta.url).pathname;
const folder = join(root, 'infra/prometheus');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const alertsText = read('infra/prometheus/alerts.yaml');
const recordingText = read('infra/prometheus/recording.yaml');
const dashboard = read('infra/grafana/backstory.json');
const runbook = read('infra/runbook.md');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

const alerts = (parse(alertsText) as Rules).groups.flatMap(({ rules }) => rules);

function promtool(parameters: readonly string[], input = '') {
  const options = { cwd: folder, encoding: 'utf8', input } as const;
  const { status, stdout, stderr } = spawnSync('promtool', parameters, options);
  return { status, told: `${stdout}${stderr}` };
}

/** Debian's package prometheus brings it, and .ci/run installs that. */
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe.skipIf(!hasPromtool)('promtool (of the package prometheus)', () => {
  it.each([
    ['the configuration', ['check', 'config', 'prometheus.yaml']],
    ['the rules', ['check', 'rules', '--lint=all', 'recording.yaml', 'alerts.yaml']],
    ['every alert fires for its fault alone', ['test', 'rules', 'alerts.test.yaml']],
  ])('finds nothing against %s', (_what, parameters) => {
    const { status, told } = promtool(parameters);
    expect(status, told).toBe(0);
  });

  it('finds nothing against what a process tells', async () => {
    const names = stages.map(({ name }) => name);
    const metrics = createMetrics(countersOf(stages), { dataset: 'first', stages: names });
    metrics.handled('admit', 'retried', 2, 'TEACHER_UNAVAILABLE');
    metrics.waited('admit', 3);
    metrics.calls.waited('rate');
    metrics.watch('lag_seconds', async () => [{ labels: { stage: 'admit' }, value: 4 }]);
    const { status, told } = promtool(['check', 'metrics'], await metrics.text());
    expect({ status, told }).toEqual({ status: 0, told: '' });
  });
});

describe('alerts', () => {
  it.each(alerts.map(({ alert, annotations }) => [alert, annotations] as const))(
    '%s has a test that fires it, and a section of the runbook',
    (alert, annotations) => {
      expect(annotations.runbook_url).toBe(`infra/runbook.md#${alert.toLowerCase()}`);
      expect(runbook).toContain(`\n## ${alert}\n`);
      expect(read('infra/prometheus/alerts.test.yaml')).toContain(
        `labels: '{alertname="${alert}"}'`,
      );
    },
  );

  it('are all that the runbook is about', () => {
    const sectionsThere = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(sectionsThere).toEqual(alerts.map(({ alert }) => alert));
    const known = new Set(knobKeys(sections));
    const named = [...runbook.matchAll(/`([a-z]+\.[a-z]\w+)(?:=[^`]*)?`/g)].map(([, name]) => name);
    const knobs = named.filter((name = '') => Object.hasOwn(sections, name.split('.')[0] ?? ''));
    expect(knobs.length).toBeGreaterThan(5);
    expect(knobs.filter((name = '') => !known.has(name))).toEqual([]);
  });

  it('tell stages that hold records by nature from those that do not', () => {
    const holding = stages.filter(({ shape }) => shape === 'join' || shape === 'writer');
    const names = holding.map(({ name }) => name).join('|');
    const lag = alerts.filter(({ expr }) => /_lag_(?:seconds|records):max/.test(expr));
    expect(lag.length).toBe(3);
    for (const { alert, expr } of lag) expect(expr, alert).toMatch(`~"${names}"`);
  });
});

it('each recorded rule is asked for by an alert or the dashboard', () => {
  const recorded = [...recordingText.matchAll(/- record: (\S+)/g)].map(([, name = '']) => name);
  expect(recorded.length).toBeGreaterThan(3);
  const asked = alertsText + dashboard;
  expect(recorded.filter((name) => !asked.includes(name))).toEqual([]);
});

describe('metrics', () => {
  const own = (Object.keys(measures) as MeasureName[]).map(measureName);
  const reports: readonly { readonly report?: StageReport }[] = stages;
  const counters = Object.keys(countersOf(reports)).map(counterName);
  const known = new Set([...own, ...counters]);

  it.each([
    ['alerts.yaml', alertsText],
    ['recording.yaml', recordingText],
    ['the dashboard', dashboard],
  ])('that %s asks for exist', (_name, text) => {
    const asked = [...text.matchAll(/(?<![:\w])backstory_[a-z_0-9]+(?![\w:])/g)].map(
      ([name]) => name,
    );
    const plain = asked.map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
    const ofScorer = read('services/scorer/gpu/backstory_scorer/metrics.py');
    const isScorers = (name: string) => {
      const short = name.replace(/^backstory_scorer_/, '').replace(/_total$/, '');
      return short !== name && ofScorer.includes(`"${short}"`);
    };
    expect(plain.length).toBeGreaterThan(3);
    expect(plain.filter((name) => !known.has(name) && !isScorers(name))).toEqual([]);
  });

  it('follow the conventions of Prometheus in name and unit', () => {
    for (const name of own) {
      const { type, unit } = measures[name.replace('backstory_', '') as MeasureName];
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      if (['seconds', 'tokens', 'dollars'].includes(unit)) expect(name).toContain(`_${unit}`);
    }
  });

  it('all stages have a row of the dashboard', () => {
    for (const { name } of stages) expect(dashboard).toContain(`"${name}: `);
  });
});
