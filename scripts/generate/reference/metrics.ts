/** `schemas/reference/metrics.md`: every metric, who raises it and what it counts. */
import { stages } from '../../../services/registry.ts';
import type { CounterDefinition, StageReport } from '../../../services/runtime/report.ts';
import {
  counterName,
  type MeasureName,
  measureName,
  measures,
  runtimeCounters,
} from '../../../services/runtime/watch/measures.ts';
import { code, markdownTable } from '../markdown.ts';

const head = `# Metrics

A process tells them under \`/metrics\` at \`runtime.metricsPort\`, in Prometheus' text format: those of every process, and the
counters of the stages that it serves. Counters begin at 0 with each life of a process. Each metric has the label \`dataset\`.
Beside them stand those that Prometheus' clients share (\`process_…\`, \`nodejs_…\`: memory, CPU, event loop).
\`infra/prometheus\` holds rules and alerts over them, \`infra/runbook.md\` what to do at each alert, \`infra/grafana\` a
dashboard.`;

export function metricsPage(): string {
  const columns = ['metric', 'type', 'labels', 'unit', 'what it tells'];
  const names = Object.keys(measures) as MeasureName[];
  const measured = names.map((name) => {
    const { type, labelNames, unit, help } = measures[name];
    return [code(measureName(name)), type, labelNames.map(code).join(' '), unit, help];
  });
  const everywhere = [...measured, ...rowsOf(runtimeCounters)];
  const parts = stages.flatMap(({ name, report }: { name: string; report?: StageReport }) => {
    const rows = rowsOf(report?.counters ?? {});
    return rows.length === 0 ? [] : [`## ${name}\n\n${markdownTable([columns, ...rows])}`];
  });
  const ofAll = `## Every process\n\n${markdownTable([columns, ...everywhere])}`;
  return `${[head, ofAll, ...parts].join('\n\n')}\n`;
}

function rowsOf(counters: Readonly<Record<string, CounterDefinition>>): string[][] {
  return Object.entries(counters).map(([name, { unit, help }]) => [
    code(counterName(name)),
    'counter',
    '',
    unit,
    help,
  ]);
}
