/** Every generated file but the list of languages, with its text. */
import { readFileSync } from 'node:fs';
import { topicGraphMermaid } from '../../schemas/graph.ts';
import { graph, stageNames } from '../../schemas/topology.ts';
import { generateCompose } from './compose.ts';
import { formatTables, settingsTable } from './format-table.ts';
import { gateTable } from './gate-table.ts';
import { generateDashboard } from './grafana/dashboard.ts';
import { drawHouse } from './house.ts';
import { generateKubernetes } from './kubernetes.ts';
import { code, paddedTable } from './markdown.ts';
import { parserSentence } from './parsers.ts';
import { pythonVersions } from './python-versions.ts';
import { errorsPage } from './reference/errors.ts';
import { knobsPage } from './reference/knobs.ts';
import { metricsPage } from './reference/metrics.ts';
import { topicsPage } from './reference/topics.ts';
import { generateTypes } from './types.ts';

const root = new URL('../..', import.meta.url);

export interface Output {
  readonly path: string;
  readonly text: string;
}

export function outputs(): Output[] {
  const picture = `\`\`\`mermaid\n${topicGraphMermaid()}\n\`\`\``;
  const house = `\`\`\`text\n${drawHouse(root)}\n\`\`\``;
  return [
    { path: 'schemas/generated/types.ts', text: generateTypes() },
    replaceBetween('README.md', { 'topic graph': picture, stages: stageTable() }),
    replaceBetween('services/README.md', { house }),
    replaceBetween('services/stages/admit/README.md', { gates: gateTable() }),
    replaceBetween('services/export/formats.md', { formats: formatTables() }),
    replaceBetween('services/export/trainers.md', { settings: settingsTable() }),
    replaceBetween('services/stages/extract/README.md', { parsers: parserSentence() }),
    { path: 'schemas/reference/knobs.md', text: knobsPage() },
    { path: 'schemas/reference/errors.md', text: errorsPage() },
    { path: 'schemas/reference/metrics.md', text: metricsPage() },
    { path: 'schemas/reference/topics.md', text: topicsPage() },
    ...pythonVersions(),
    { path: 'infra/grafana/backstory.json', text: generateDashboard() },
    { path: 'infra/compose.yaml', text: generateCompose() },
    ...[...generateKubernetes()].map(([name, text]) => ({
      path: `infra/kubernetes/${name}`,
      text,
    })),
  ];
}

/** A document with what stands between its markers replaced, by the name in the markers. */
function replaceBetween(path: string, parts: Readonly<Record<string, string>>): Output {
  let text = readFileSync(new URL(path, root), 'utf8');
  for (const [name, content] of Object.entries(parts)) {
    const begin = `<!-- generated: ${name} -->`;
    const from = text.indexOf(begin);
    const to = text.indexOf('<!-- /generated -->', from);
    if (from < 0 || to < 0) throw new Error(`${path} lacks the markers of ${name}`);
    text = `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`;
  }
  return { path, text };
}

function stageTable(): string {
  const rows = stageNames.map((stage) => [code(`services/stages/${stage}`), graph[stage].does]);
  return paddedTable([['stage', 'what it does'], ...rows]);
}
