/** schemas/generated/types.ts: a TypeScript type for every record in schemas/topics. */
import { type AvroSchema, topicSchema } from '../../schemas/avro.ts';
import { topicNames } from '../../schemas/topology.ts';

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

export function generateTypes(): string {
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
