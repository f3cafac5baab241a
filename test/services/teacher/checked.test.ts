/** A refused answer goes back with its reason, a bounded number of times, and costs only itself. */
import { expect, test } from 'vitest';
import { type Draft, noDraft, type Teacher } from '../../../services/ports/teacher.ts';
import { buildThinkRequest } from '../../../services/ports/think-request.ts';
import { noUsage } from '../../../services/ports/usage.ts';
import { checkedTeacher } from '../../../services/teacher/checked.ts';
import { openGrounded } from '../../../services/teacher/grounded/grounded.ts';
import { examplePlan, exampleStructure, exampleTexts, firstRewrite } from './example-repository.ts';

const signal = new AbortController().signal;
const request = buildThinkRequest(
  exampleStructure,
  examplePlan,
  'src/errors.py',
  [],
  (path) => exampleTexts[path] ?? '',
);
const honest = 'One error is enough: a key that has no value raises `MissingKey`.';
const wrong = 'The given code defines an error.';
const paid = { ...noUsage, calls: 1, promptTokens: 10 };

/** Answers in order; keeps the problems that it was told. */
function saying(...thoughts: string[]): { teacher: Teacher; told: (string | null)[] } {
  const told: (string | null)[] = [];
  const teacher: Teacher = {
    ...openGrounded(),
    think: async ({ mending }) => {
      told.push(mending?.problem ?? null);
      return { value: thoughts[told.length - 1] ?? wrong, usage: paid };
    },
    rewrite: async () => ({ value: thoughts[0] ?? wrong, usage: paid }),
  };
  return { teacher, told };
}

const settings = { checks: 'on', mendingsMax: 2 } as const;

test('a refused thought goes back with its reason, and the next one stands', async () => {
  const { teacher, told } = saying(wrong, honest);
  const { value, usage } = await checkedTeacher(teacher, settings).think(request, signal);
  expect(value).toBe(honest);
  expect(told).toEqual([null, expect.stringContaining('“The given code”')]);
  expect(usage).toEqual({ ...paid, calls: 2, promptTokens: 20, refused: { tense: 1 } });
});

test('a teacher that does not mend is given up with the reason and all that it cost', async () => {
  const { teacher, told } = saying();
  const answer = checkedTeacher(teacher, settings).think(request, signal);
  await expect(answer).rejects.toMatchObject({
    code: 'TEACHER_UNGROUNDED',
    message: expect.stringContaining('src/errors.py fails tense'),
    usage: { calls: 3, promptTokens: 30, refused: { tense: 3 } },
  });
  expect(told).toHaveLength(3);
});

test('a rewrite is refused without being asked for again', async () => {
  const { teacher } = saying(wrong);
  const rewrite = { ...request, ...firstRewrite, thought: honest, round: 0, bytesMax: 1_000 };
  const answer = checkedTeacher(teacher, settings).rewrite(rewrite, 0, signal);
  await expect(answer).rejects.toMatchObject({
    code: 'TEACHER_UNGROUNDED',
    usage: { calls: 1, refused: { tense: 1 } },
  });
});

test('wrong prose and wrong purposes are left out one by one', async () => {
  const files = exampleStructure.files;
  const project = {
    ...{ name: 'keeper', licence: 'MIT', readme: '' },
    files,
    edges: [],
    modules: ['core', 'around'].map((name) => ({ name, files: [] })),
    manifests: [],
  };
  const asked: (string | undefined)[] = [];
  const teacher: Teacher = {
    ...openGrounded(),
    plan: async ({ mending }) => {
      asked.push(mending?.problem);
      return {
        value: {
          requirements: 'Users run pip install -r requirements-enable.',
          architecture: 'Errors come first, then the store, then the service.',
          purposes: [
            { path: 'src/store.py', purpose: 'Keeps values under names.' },
            { path: 'src/errors.py', purpose: 'Helps src/missing.py.' },
          ],
          modules: [
            { module: 0, purpose: 'Keeps values under names for all that is around it.' },
            { module: 1, purpose: 'The given code was written before this plan.' },
          ],
        },
        usage: paid,
      };
    },
  };
  const { value, usage } = await checkedTeacher(teacher, settings).plan(project, signal);
  expect(asked).toEqual([undefined, ...Array(2).fill(expect.stringMatching(/^requirements: /))]);
  expect(value).toEqual({
    requirements: '',
    architecture: 'Errors come first, then the store, then the service.',
    purposes: [{ path: 'src/store.py', purpose: 'Keeps values under names.' }],
    modules: [{ module: 0, purpose: 'Keeps values under names for all that is around it.' }],
    failures: [
      {
        of: [{ module: 1 }],
        reason: expect.stringContaining('the purpose of the module around: tense'),
      },
      {
        of: [{ path: 'src/errors.py' }],
        reason: expect.stringContaining('the purpose of src/errors.py'),
      },
    ],
    refused: { requirements: expect.stringContaining('requirements-enable') },
  });
  expect(usage.refused).toEqual({ names: 4, tense: 1 });
});

test('a purpose that stays wrong, or is not answered again, is left out with its reason', async () => {
  const project = {
    ...{ name: 'keeper', licence: 'MIT', readme: '', edges: [], manifests: [] },
    files: exampleStructure.files.filter(({ path }) =>
      /\/(?:errors|store|service)\.py$/.test(path),
    ),
    modules: [{ name: 'core', files: [] }],
  };
  const asked: string[][] = [];
  const parts: string[] = [];
  const bad = 'Helps src/missing.py.';
  const teacher: Teacher = {
    ...openGrounded(),
    plan: async () => ({
      value: {
        requirements: 'Users find what they stored.',
        architecture: 'Errors come first.',
        purposes: ['src/errors.py', 'src/store.py', 'src/service.py'].map((path) => {
          return { path, purpose: bad };
        }),
        modules: [{ module: 0, purpose: bad }],
      },
      usage: paid,
    }),
    mendPurposes: async ({ refused }, _signal, draft = noDraft) => {
      asked.push(refused.map(({ of }) => ('path' in of ? of.path : `module ${of.module}`)));
      parts.push(draft.keyOf('purposes 0'));
      const purposes = [
        { path: 'src/errors.py', purpose: 'Names what can go wrong.' },
        { path: 'src/store.py', purpose: bad },
      ];
      return {
        value: { purposes: purposes.slice(asked.length - 1), modules: [], failures: [] },
        usage: paid,
      };
    },
  };
  const { value, usage } = await checkedTeacher(teacher, settings).plan(project, signal);
  expect(asked).toEqual([
    ['module 0', 'src/errors.py', 'src/service.py', 'src/store.py'],
    ['module 0', 'src/service.py', 'src/store.py'],
  ]);
  expect(parts).toEqual(['purposes 0, mended 1', 'purposes 0, mended 2']);
  expect(value.purposes).toEqual([{ path: 'src/errors.py', purpose: 'Names what can go wrong.' }]);
  expect(value.failures?.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('the purpose of the module core: names'),
    expect.stringContaining('the purpose of src/service.py: names'),
    expect.stringContaining('the purpose of src/store.py: names'),
  ]);
  expect(usage).toMatchObject({ calls: 3, refused: { names: 6 } });
});

test('a try does not find the parts of the one before, but finds the purposes', async () => {
  const kept = new Map<string, unknown>();
  const draft: Draft = {
    keyOf: (part) => part,
    read: async (part) => kept.get(part) ?? null,
    write: async (part, value) => void kept.set(part, value),
  };
  let tries = 0;
  const teacher: Teacher = {
    ...openGrounded(),
    think: async (_request, _signal, own = noDraft) => {
      const value =
        ((await own.read('thought')) as string | null) ?? [wrong, honest][tries++] ?? '';
      await own.write('thought', value);
      await own.write('purposes 0', value);
      return { value, usage: paid };
    },
  };
  const checked = checkedTeacher(teacher, settings);
  expect((await checked.think(request, signal, draft)).value).toBe(honest);
  // Killed here and asked again, it pays for nothing.
  expect((await checked.think(request, signal, draft)).value).toBe(honest);
  expect(tries).toBe(2);
  expect([...kept.keys()]).toEqual(['thought', 'purposes 0', 'thought, mended 1']);
});

test('what the checks let pass is part of who answers', () => {
  const grounded = openGrounded();
  const versions = [
    grounded,
    checkedTeacher(grounded, settings),
    checkedTeacher(grounded, { ...settings, mendingsMax: 0 }),
  ].map(({ identity }) => identity.version);
  expect(new Set(versions).size).toBe(3);
  expect(checkedTeacher(grounded, { checks: 'off', mendingsMax: 2 })).toBe(grounded);
});

test('of all parts, only those with a wrong thought are asked for again', async () => {
  const asked: (string | undefined)[] = [];
  const teacher: Teacher = {
    ...openGrounded(),
    thinkParts: async () => ({ value: [honest, wrong], usage: paid }),
    think: async ({ code, mending }) => {
      asked.push(code, mending?.answer);
      return { value: honest, usage: paid };
    },
  };
  const code = 'class MissingKey:\n    pass\n\n\nlast = MissingKey()\n';
  const parts = [
    { fromLine: 1, toLine: 4 },
    { fromLine: 5, toLine: 5 },
  ];
  const checked = checkedTeacher(teacher, settings);
  const answer = await checked.thinkParts?.({ ...request, code, parts }, signal);
  expect(answer?.value).toEqual([honest, honest]);
  expect(asked).toEqual(['last = MissingKey()\n', wrong]);
  expect(answer?.usage).toMatchObject({ calls: 2, refused: { tense: 1 } });
});
