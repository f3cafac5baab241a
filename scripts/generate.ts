/**
 * Writes what derives from the schemas, the topology and the code: TypeScript types; the graph, the
 * house and the gates in the READMEs; the reference pages; the files of Compose and Kubernetes.
 * `--check` writes nothing and fails when something is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type AvroSchema, topicSchema } from '../schemas/avro.ts';
import { topicGraphMermaid } from '../schemas/graph.ts';
import { topicNames } from '../schemas/topology.ts';
import { generateCompose } from './generate/compose.ts';
import { gateTable } from './generate/gate-table.ts';
import { drawHouse } from './generate/house.ts';
import { generateKubernetes } from './generate/kubernetes.ts';
import { errorsPage } from './generate/reference/errors.ts';
import { knobsPage } from './generate/reference/knobs.ts';
import { metricsPage } from './generate/reference/metrics.ts';
import { topicsPage } from './generate/reference/topics.ts';

const root = new URL('..', import.meta.url);
const primitives: Readonly<Record<string, string>> = {
  string: 'string',
  int: 'number',
  long: 'number',
  double: 'number',
  boolean: 'boolean',
  bytes: 'Uint8Array',
  null: 'null',
};

interface NamedSchema {
  type: string;
  name: string;
  doc?: string;
  symbols?: string[];
  fields?: { name: string; type: AvroSchema; doc?: string }[];
}

/**
 * Names that would hide a global of JavaScript. Avro resolves records by name, so the schema keeps
 * the name under which it was released.
 */
const typeScriptNames: Readonly<Record<string, string>> = { Symbol: 'Definition' };

/** TypeScript expression for a schema; named types are declared into `declarations`. */
function typeExpression(schema: AvroSchema, declarations: Map<string, string>): string {
  if (typeof schema === 'string') return primitives[schema] ?? typeScriptNames[schema] ?? schema;
  if (Array.isArray(schema)) {
    return schema.map((branch) => typeExpression(branch, declarations)).join(' | ');
  }
  if (schema.type === 'array') {
    const item = typeExpression(schema.items as AvroSchema, declarations);
    return `readonly ${item.includes(' ') ? `(${item})` : item}[]`;
  }
  if (schema.type === 'map') {
    const value = typeExpression(schema.values as AvroSchema, declarations);
    return `{ readonly [key: string]: ${value} }`;
  }
  if (schema.type === 'record')
    return declareRecord(schema as unknown as NamedSchema, declarations);
  if (schema.type === 'enum') return declareEnum(schema as unknown as NamedSchema, declarations);
  return typeExpression(schema.type as AvroSchema, declarations);
}

function declareEnum(schema: NamedSchema, declarations: Map<string, string>): string {
  const symbols = (schema.symbols ?? []).map((symbol) => `'${symbol}'`).join(' | ');
  declarations.set(schema.name, `export type ${schema.name} = ${symbols};`);
  return schema.name;
}

function declareRecord(schema: NamedSchema, declarations: Map<string, string>): string {
  const fields = (schema.fields ?? []).map((field) => {
    const type = typeExpression(field.type, declarations);
    return `  /** ${field.doc} */\n  readonly ${field.name}: ${type};`;
  });
  const name = typeScriptNames[schema.name] ?? schema.name;
  const text = `/** ${schema.doc} */\nexport interface ${name} {\n${fields.join('\n')}\n}`;
  declarations.set(name, text);
  return name;
}

function generateTypes(): string {
  const declarations = new Map<string, string>();
  const bodies: string[] = [];
  for (const topic of topicNames) {
    const name = typeExpression(topicSchema(topic), declarations);
    bodies.push(`  readonly '${topic}': ${name}Body;`);
  }
  typeExpression(topicSchema('dead-letter'), declarations);
  const header = '/** Generated from schemas/ by `npm run generate`. Do not edit. */';
  const map = `/** Body of each topic's records. */\nexport interface TopicBodies {\n${bodies.join('\n')}\n}`;
  return `${[header, ...declarations.values(), map].join('\n\n')}\n`;
}

interface Output {
  readonly path: string;
  readonly text: string;
}

/** A document with what stands between the markers of that name replaced. */
function replaceBetween(path: string, name: string, content: string): Output {
  const text = readFileSync(new URL(path, root), 'utf8');
  const begin = `<!-- generated: ${name} -->`;
  const end = '<!-- /generated -->';
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${path} lacks the markers of ${name}`);
  return { path, text: `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}` };
}

function main(): void {
  const graph = `\`\`\`mermaid\n${topicGraphMermaid()}\n\`\`\``;
  const house = `\`\`\`text\n${drawHouse(root)}\n\`\`\``;
  const outputs = [
    { path: 'schemas/generated/types.ts', text: generateTypes() },
    replaceBetween('README.md', 'topic graph', graph),
    replaceBetween('services/README.md', 'house', house),
    replaceBetween('services/stages/admit/README.md', 'gates', gateTable()),
    { path: 'schemas/reference/knobs.md', text: knobsPage() },
    { path: 'schemas/reference/errors.md', text: errorsPage() },
    { path: 'schemas/reference/metrics.md', text: metricsPage() },
    { path: 'schemas/reference/topics.md', text: topicsPage() },
    { path: 'infra/compose.yaml', text: generateCompose() },
    ...[...generateKubernetes()].map(([name, text]) => ({
      path: `infra/kubernetes/${name}`,
      text,
    })),
  ];
  let stale = 0;
  for (const { path, text } of outputs) {
    const url = new URL(path, root);
    let current = '';
    try {
      current = readFileSync(url, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (current === text) continue;
    if (process.argv.includes('--check')) {
      console.error(`${path} is stale: run npm run generate`);
      stale += 1;
    } else writeFileSync(url, text);
  }
  process.exitCode = stale > 0 ? 1 : 0;
}

main();
