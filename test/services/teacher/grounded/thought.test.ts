/** Thoughts and rewrites are true, useful, no copies, within their limit, and reproducible. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ThinkRequest, TriedRewrite } from '../../../../services/ports/teacher.ts';
import { buildThinkRequest } from '../../../../services/ports/think-request.ts';
import { openGrounded } from '../../../../services/teacher/grounded/grounded.ts';
import { copiesCode, indexRuns } from '../../../../services/teacher/grounded/say/overlap.ts';
import {
  examplePlan,
  exampleStructure,
  exampleTexts,
  firstRewrite,
} from '../example-repository.ts';

const teacher = openGrounded();
const signal = new AbortController().signal;

function requestFor(path: string): ThinkRequest {
  const planned = examplePlan.files.find((file) => file.path === path);
  const steps = (planned?.dependsOn ?? []).map(
    (read) => ({ kind: 'read', path: read, fromLine: 0, toLine: 0, text: null }) as const,
  );
  return buildThinkRequest(
    exampleStructure,
    examplePlan,
    path,
    steps,
    (read) => exampleTexts[read] ?? '',
  );
}

const think = async (path: string) => (await teacher.think(requestFor(path), signal)).value;

test('describes a class file by users, needs, values, shapes and guards', async () => {
  const thought = await think('src/store.py');
  expect(thought).toContain('`service.py` needs `Store`.');
  expect(thought).toContain('`errors.py` gives me `MissingKey`');
  expect(thought).toContain('`LIMIT` is `64`.');
  expect(thought).toContain('`Store`, a class, keeps values under names and has the method `get`.');
  expect(thought).toContain(
    'raises `ValueError` saying “a key is needed” when `key` is missing; returns `fallback` when `value` is missing',
  );
});

test('what is imported is said once, with who needs it; what says nothing is left out', async () => {
  const code = [
    "const os = require('node:os');",
    "const { helper } = require('./helper.js');",
    "require('./first.js');",
    '',
    'function hostOf(url) {',
    '  return os.hostname() + helper(url);',
    '}',
    'module.exports = { hostOf };',
  ].join('\n');
  const lines = code.split('\n').length;
  const of = (name: string, line: number, end: number, kind: string) => ({
    ...{ name, kind, startLine: line, endLine: end, parent: null, doc: null },
    ...{
      signature: kind === 'function' ? `function ${name}(url)` : `const ${name}`,
      exported: true,
    },
  });
  const request: ThinkRequest = {
    ...requestFor('src/store.py'),
    ...{ path: 'lib/host.js', usedBy: [], reads: [], code },
    structure: {
      ...{ path: 'lib/host.js', language: 'javascript', parser: 'tree-sitter', errorRatio: 0 },
      ...{ lines, externals: ['os'], note: null },
      symbols: [of('os', 1, 1, 'constant'), of('hostOf', 5, 7, 'function')],
    },
  };
  const { value: thought } = await teacher.think(request, signal);
  expect(thought).toMatch(/`os` for `hostOf`/);
  expect(thought).not.toContain('require');
});

test('says who needs a name, not what it is, and what several functions do alike only once', async () => {
  const code = [
    'from errors import MissingKey, check, fold',
    '',
    '',
    ...['first', 'second', 'third'].flatMap((name) => [
      `def ${name}(value):`,
      '    server = Server(value)',
      '    held = server.open()',
      `    other = ${name === 'third' ? 'fold(check(held))' : 'check(held)'}`,
      `    kept = other.${name}()`,
      '    return kept',
      '',
      '',
    ]),
  ].join('\n');
  const request = requestFor('src/store.py');
  const symbols = ['first', 'second', 'third'].map((name, at) => ({
    ...{ kind: 'function', name, parent: null, signature: `def ${name}(value)`, doc: null },
    ...{ exported: true, startLine: 4 + 8 * at, endLine: 9 + 8 * at },
  }));
  const structure = { ...request.structure, symbols, lines: 28, externals: [] };
  const reads = request.reads.map((read) => ({ ...read, names: ['check', 'fold', 'MissingKey'] }));
  const value = await teacher.think({ ...request, code, structure, reads } as never, signal);
  expect(value.value).toContain('`check` (in `first`, `second` and `third`)');
  expect(value.value).toContain('`fold` for `third`');
  const tested = { ...request, path: 'tests/test_store.py', code, structure, reads };
  const told = await teacher.think(tested as never, signal);
  expect(told.value.match(/`held` comes from/g)).toHaveLength(1);
});

test('describes tests by cases, licences by kind and READMEs by sections', async () => {
  expect(await think('tests/test_store.py')).toContain(
    '“missing key gives the fallback” and “limit is kept”',
  );
  expect(await think('LICENSE')).toContain('the MIT licence');
  expect(await think('README.md')).toContain('“Keeper” and “Use”');
});

function planOf(licence: string) {
  return teacher.plan(
    {
      name: 'keeper',
      licence,
      readme: exampleTexts['README.md'] ?? '',
      files: exampleStructure.order.map((path) => requestFor(path).structure),
      edges: exampleStructure.edges,
      modules: [],
      manifests: [
        {
          path: 'pyproject.toml',
          text: '[project]\ndescription = "Keeps things."\ndependencies = ["click>=8"]\n[project.scripts]\nkeeper = "x:y"\n',
        },
      ],
    },
    signal,
  );
}

test('says no licence in the plan where a part has none', async () => {
  const said = async (licence: string) => (await planOf(licence)).value.requirements;
  expect(await said('MIT')).toContain('The licence is MIT');
  for (const licence of ['unknown', 'MIT AND unknown'])
    expect(await said(licence)).not.toContain('licence is');
});

test('names in the plan what the project is, offers and consists of', async () => {
  const { value } = await planOf('MIT');
  expect(value.requirements).toContain(
    '`keeper`: Keeps things. Keeper is a tiny store of values under names',
  );
  expect(value.requirements).toContain('`lookup`, which collects the values of all keys');
  expect(value.requirements).toContain('started as `keeper`');
  expect(value.requirements).toContain('It builds on `click`.');
  expect(value.architecture).toContain('`tests/`: one file, tests; it uses `src/`.');
  expect(value.purposes.find(({ path }) => path === 'src/store.py')?.purpose).toBe(
    '`Store` keeps values under names; also `LIMIT`.',
  );
});

test('rewrites add what the thought lacks and differ among the candidates of a round', async () => {
  const request = requestFor('src/store.py');
  const thought = await think('src/store.py');
  const asked = { ...request, ...firstRewrite, thought, round: 0, bytesMax: 4_000 };
  const rewrite = async (ordinal: number) =>
    (await teacher.rewrite({ ...asked, ordinal }, ordinal, signal)).value ?? '';
  const [flow, names] = [await rewrite(0), await rewrite(1)];
  expect(flow).toContain('`value` comes from `values.get`');
  expect(names).toContain('`Store` keeps `limit`, `values` and `lock` on the instance.');
  expect(new Set([thought, flow, names]).size).toBe(3);
  expect(flow.startsWith(thought)).toBe(true);
});

test('no rewrite repeats what was tried, and at last there is none', async () => {
  for (const path of exampleStructure.order) {
    const asked = { ...requestFor(path), ...firstRewrite, thought: await think(path) };
    const tried: TriedRewrite[] = [];
    let [round, last]: [number, string | null] = [0, ''];
    for (; last !== null; round += 1) {
      for (const ordinal of [0, 1]) {
        const question = { ...asked, round, ordinal, tried: [...tried.slice(0, 2 * round)] };
        last = (await teacher.rewrite({ ...question, bytesMax: 4_000 }, 0, signal)).value;
        if (last === null) break;
        expect([asked.thought, ...tried.map(({ text }) => text)]).not.toContain(last);
        tried.push({ outcome: 'not-better', bits: 1_000, text: last });
      }
    }
    // There are six strategies, and two rewrites a round.
    expect(round).toBeLessThanOrEqual(4);
  }
});

test('keeps every rewrite within bytesMax', async () => {
  for (const path of exampleStructure.order) {
    const request = requestFor(path);
    const thought = await think(path);
    for (const bytesMax of [10, 300, 700, 5_000]) {
      for (let round = 0; round < 4; round += 1) {
        const { value } = await teacher.rewrite(
          { ...request, ...firstRewrite, thought, round, bytesMax },
          round % 3,
          signal,
        );
        expect(Buffer.byteLength(value ?? '')).toBeLessThanOrEqual(bytesMax);
      }
    }
  }
});

const word = fc.constantFrom(
  'return',
  'value',
  'if',
  'None',
  'raise',
  'Error',
  '"text here"',
  'self.x',
  '=',
  '(',
  ')',
  ':',
  '\n',
  '\n    ',
  'for',
  'in',
  'items',
  '#',
  '"""',
);
const wildCode = fc.array(word, { maxLength: 120 }).map((words) => words.join(' '));

test('gives any code the same thought twice, neither empty nor a copy', async () => {
  await fc.assert(
    fc.asyncProperty(
      wildCode,
      fc.constantFrom('src/store.py', 'tests/test_store.py', 'README.md', 'LICENSE'),
      async (code, path) => {
        const request = { ...requestFor(path), code };
        const { value } = await teacher.think(request, signal);
        const runs = indexRuns(code);
        expect(value.trim()).not.toBe('');
        expect(copiesCode(value, runs)).toBe(false);
        expect((await teacher.think(request, signal)).value).toBe(value);
        const rewritten = await teacher.rewrite(
          { ...request, ...firstRewrite, thought: value, round: 1, bytesMax: 2_000 },
          1,
          signal,
        );
        expect(rewritten.value?.trim()).not.toBe('');
      },
    ),
    { numRuns: 60 },
  );
});

test('never begins a sentence with "It" after its subject was left out', async () => {
  const code =
    'def make(a, b):\n    if a is None:\n        raise ValueError("a")\n    return make takes a and b and c and d and e and f and g and h\n';
  const symbols = [
    {
      name: 'make',
      kind: 'function',
      signature: 'def make(a, b, c, d, e, f, g, h)',
      startLine: 1,
      endLine: 4,
      parent: null,
      doc: 'Take a and b and c and d.',
      exported: true,
    },
  ];
  const base = requestFor('src/service.py');
  const request = {
    ...base,
    code,
    reads: [],
    usedBy: [],
    structure: { ...base.structure, symbols, externals: [] },
  };
  const { value } = await teacher.think(request, signal);
  for (const paragraph of value.split('\n\n'))
    expect(paragraph).not.toMatch(/^It (?!defines|rests|checks|takes \w+ lines)/);
});

test('identifies itself as rules, not as a language model', async () => {
  expect(teacher.identity).toMatchObject({ name: 'grounded', model: null, languageModel: false });
  expect(await teacher.check()).toBeNull();
});
