/** Every topic has examples: valid ones survive a round trip, invalid ones are refused. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { recordType } from '../../schemas/avro.ts';
import { topicNames } from '../../schemas/topology.ts';

interface Examples {
  readonly valid: readonly { readonly name: string; readonly record: unknown }[];
  /** A change to the first valid example that makes it invalid. */
  readonly invalid: readonly {
    readonly why: string;
    readonly set?: Readonly<Record<string, unknown>>;
    readonly remove?: string;
  }[];
}

const folder = new URL('../../schemas/examples/', import.meta.url);
const allTopics = [...topicNames, 'dead-letter'] as const;

/** JSON has no bytes, so examples write a Buffer as Node serializes it. */
function revive(_key: string, value: unknown): unknown {
  const buffer = value as { type?: string; data?: number[] } | null;
  return buffer?.type === 'Buffer' ? Buffer.from(buffer.data ?? []) : value;
}

function readExamples(topic: string): Examples {
  return JSON.parse(readFileSync(new URL(`${topic}.json`, folder), 'utf8'), revive) as Examples;
}

function changed(record: unknown, change: Examples['invalid'][number]): unknown {
  const copy = structuredClone(record) as Record<string, unknown>;
  const edits: [string, unknown][] = Object.entries(change.set ?? {});
  if (change.remove !== undefined) edits.push([change.remove, undefined]);
  for (const [path, value] of edits) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const target = keys.reduce((inner, key) => inner[key] as Record<string, unknown>, copy);
    expect(Object.hasOwn(target, last), `${path} is in the example`).toBe(true);
    if (value === undefined) delete target[last];
    else target[last] = value;
  }
  return copy;
}

test('every topic has a file of examples, and every such file a topic', () => {
  const files = readdirSync(folder).sort();
  expect(files).toEqual(allTopics.map((topic) => `${topic}.json`).sort());
});

describe.each(allTopics)('%s', (topic) => {
  const { valid, invalid } = readExamples(topic);
  const type = recordType(topic);

  test.each(valid.map(({ name, record }) => [name, record]))('accepts %s', (_name, record) => {
    const problems: string[] = [];
    type.isValid(record, {
      noUndeclaredFields: true,
      errorHook: (path, value) => problems.push(`${path.join('.')} = ${JSON.stringify(value)}`),
    });
    expect(problems).toEqual([]);
    const decoded = JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(record)))) as unknown;
    expect(decoded).toEqual(JSON.parse(JSON.stringify(record)));
  });

  test('has at least two invalid examples', () => {
    expect(invalid.length).toBeGreaterThanOrEqual(2);
  });

  test.each(invalid.map((change) => [change.why, change] as const))(
    'refuses: %s',
    (_why, change) => {
      const record = changed(valid[0]?.record, change);
      expect(type.isValid(record)).toBe(false);
      expect(() => type.toBuffer(record)).toThrow();
    },
  );
});
