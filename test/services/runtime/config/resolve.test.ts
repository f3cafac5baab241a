/** The configuration: precedence, origins, the hash, and all problems in one message. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { graph, stageNames } from '../../../../schemas/topology.ts';
import { input, operational } from '../../../../services/runtime/config/knobs.ts';
import {
  type ConfigurationSources,
  environmentName,
  noSources,
  resolveConfiguration,
} from '../../../../services/runtime/config/resolve.ts';
import { PipelineError } from '../../../../services/runtime/errors.ts';

const sections = {
  search: z.object({
    enabled: z.boolean().default(true),
    iterations: z.int().min(0).max(10).default(3),
    concurrency: z.int().default(2).meta(operational),
  }),
  scorer: z.object({
    kind: z.enum(['bytes', 'http']).default('bytes'),
    url: z.string().default(''),
    only: z.array(z.string()).nullable().default(null).meta(input),
  }),
  runtime: z.object({ seed: z.int().default(0), patience: z.int().default(1).meta(operational) }),
};

function resolve(sources: Partial<ConfigurationSources>) {
  return resolveConfiguration(sections, { ...noSources, ...sources });
}

function problemsOf(sources: Partial<ConfigurationSources>): string {
  try {
    resolve(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(PipelineError);
    expect((error as PipelineError).code).toBe('CONFIG_INVALID');
    return (error as PipelineError).message;
  }
  throw new Error('the configuration was accepted');
}

describe('resolveConfiguration', () => {
  test('without sources every knob has its default', () => {
    const { values, origins } = resolve({});
    expect(values.search.iterations).toBe(3);
    expect(new Set(origins.values())).toEqual(new Set(['default']));
    expect(origins.size).toBe(8);
  });

  test('flags win over environment, environment over the file, the file over defaults', () => {
    const layers: Partial<ConfigurationSources>[] = [
      { yamlText: 'search:\n  iterations: 4\n' },
      { environment: { BACKSTORY_SEARCH_ITERATIONS: '5', HOME: 'ignored' } },
      { sets: ['search.iterations=6', 'search.iterations=7'] },
      { flags: { 'search.iterations': 8 } },
    ];
    const expected = [
      [4, 'backstory.yaml'],
      [5, 'environment'],
      [7, 'flag'],
      [8, 'flag'],
    ] as const;
    let sources: Partial<ConfigurationSources> = {};
    layers.forEach((layer, index) => {
      sources = { ...sources, ...layer };
      const { values, origins } = resolve(sources);
      expect([values.search.iterations, origins.get('search.iterations')]).toEqual(expected[index]);
    });
  });

  test.each([
    ['search.enabled=false', 'search', 'enabled', false],
    ['search.iterations=2', 'search', 'iterations', 2],
    ['scorer.url=42', 'scorer', 'url', '42'],
    ['scorer.url=http://x/?a=b', 'scorer', 'url', 'http://x/?a=b'],
    ['scorer.only=[a, b]', 'scorer', 'only', ['a', 'b']],
    ['scorer.only=null', 'scorer', 'only', null],
    ['scorer.url=', 'scorer', 'url', ''],
  ] as const)('reads %s as its knob wants it', (text, section, knob, value) => {
    const values = resolve({ sets: [text] }).values as Record<string, Record<string, unknown>>;
    expect(values[section]?.[knob]).toEqual(value);
  });

  test('reports every problem together, with its place and a suggestion', () => {
    const message = problemsOf({
      yamlText: 'serach:\n  iterations: 4\nsearch:\n  iterations: many\nscorer: 3\n',
      yamlPath: 'my.yaml',
      environment: { BACKSTORY_SEARCH_ITERATION: '1' },
      sets: ['search.enabled=perhaps', 'nonsense', 'runtime.sead=1'],
    });
    expect(message).toContain('7 problems');
    expect(message).toContain('serach.iterations (my.yaml): no such knob (did you mean search.it');
    expect(message).toContain('search.iterations (my.yaml): Invalid input');
    expect(message).toContain('scorer (my.yaml): must be a map');
    expect(message).toContain('(did you mean BACKSTORY_SEARCH_ITERATIONS?)');
    expect(message).toContain('search.enabled (--set search.enabled=perhaps)');
    expect(message).toContain('--set nonsense: must look like');
    expect(message).toContain('(did you mean runtime.seed?)');
  });

  test.each([
    ['not YAML', ':\n  - ]'],
    ['a list', '- a\n- b\n'],
    ['text', 'hello'],
  ])('refuses a file that is %s', (_what, yamlText) => {
    expect(problemsOf({ yamlText })).toContain('backstory.yaml');
  });

  test.each(['', '# only a comment\n', 'search:\n'])('accepts an empty file or section', (text) => {
    expect(resolve({ yamlText: text }).hash).toBe(resolve({}).hash);
  });

  test.each(['__proto__.x=1', 'constructor.name=x', 'search.__proto__=1', 'search.toString=1'])(
    'refuses the inherited name %s',
    (text) => {
      expect(problemsOf({ sets: [text] })).toContain('no such knob');
    },
  );

  test('the hash follows values, not origins, and ignores operational knobs', () => {
    const { hash } = resolve({});
    expect(resolve({ sets: ['search.iterations=3'] }).hash).toBe(hash);
    expect(resolve({ sets: ['runtime.patience=9', 'search.concurrency=7'] }).hash).toBe(hash);
    expect(resolve({ sets: ['search.iterations=2'] }).hash).not.toBe(hash);
    expect(resolve({ sets: ['runtime.seed=1'] }).hash).not.toBe(hash);
  });

  test("the hash holds the stages' versions, so that no bounded run mixes two of them", () => {
    const hashOf = (versions?: Record<string, number>) =>
      resolveConfiguration(sections, noSources, versions).hash;
    const today = Object.fromEntries(stageNames.map((name) => [name, graph[name].version]));
    expect(hashOf(today)).toBe(hashOf());
    expect(hashOf({ ...today, plan: graph.plan.version + 1 })).not.toBe(hashOf());
  });

  test('the location of the input is not configuration: it has a hash of its own', () => {
    const { hash, inputHash } = resolve({});
    const elsewhere = resolve({ sets: ['scorer.only=[a, b]'] });
    expect(elsewhere.hash).toBe(hash);
    expect(elsewhere.inputHash).not.toBe(inputHash);
    expect(resolve({ sets: ['search.iterations=2'] }).inputHash).toBe(inputHash);
  });

  test('accepts any integer in range from every source, and refuses any other', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20, max: 20 }), (value) => {
        const routes: Partial<ConfigurationSources>[] = [
          { yamlText: `search: { iterations: ${value} }` },
          { environment: { BACKSTORY_SEARCH_ITERATIONS: String(value) } },
          { sets: [`search.iterations=${value}`] },
          { flags: { 'search.iterations': value } },
        ];
        for (const route of routes) {
          if (value >= 0 && value <= 10) {
            expect(resolve(route).values.search.iterations).toBe(value);
          } else expect(problemsOf(route)).toContain('search.iterations');
        }
      }),
    );
  });
});

test('the environment names a knob in capitals with underscores', () => {
  expect(environmentName('search.iterations')).toBe('BACKSTORY_SEARCH_ITERATIONS');
  expect(environmentName('runtime.openRepositoriesMax')).toBe(
    'BACKSTORY_RUNTIME_OPEN_REPOSITORIES_MAX',
  );
});

test('a knob that follows another one takes its value, unless it has one of its own', () => {
  const led = {
    ...sections,
    flatten: z.object({
      length: z.int().nullable().default(null).meta({ follows: 'search.iterations' }),
    }),
  };
  const lengthOf = (...sets: string[]) =>
    resolveConfiguration(led, { ...noSources, sets }).values.flatten.length;
  expect(lengthOf()).toBe(3);
  expect(lengthOf('search.iterations=7')).toBe(7);
  expect(lengthOf('search.iterations=7', 'flatten.length=0')).toBe(0);
  expect(lengthOf('search.iterations=7', 'flatten.length=null')).toBe(7);
});
