/** The simulate stage with the real blob store: reads before the thought, the write last (I3). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileTaskBody, FileTraceBody } from '../../../../schemas/generated/types.ts';
import type { Teacher } from '../../../../services/ports/teacher.ts';
import { noUsage } from '../../../../services/ports/usage.ts';
import { type SimulateKnobs, simulateKnobs } from '../../../../services/stages/simulate/config.ts';
import { simulate } from '../../../../services/stages/simulate/stage.ts';
import { openGrounded } from '../../../../services/teacher/grounded/grounded.ts';
import { exampleContent, examplePlan, exampleStructure } from '../../teacher/example-repository.ts';
import { openStageBench, recordOf, type StageBench } from '../../teacher/stage-tools.ts';

let bench: StageBench<SimulateKnobs>;

beforeEach(async () => {
  bench = await openStageBench(simulateKnobs.parse({}), openGrounded());
  await bench.tools.blobs.put(exampleContent);
});
afterEach(() => bench.close());

async function taskFor(path: string): Promise<FileTaskBody> {
  const structure = await bench.tools.bodies.save('repo-structure', exampleStructure);
  const plan = await bench.tools.bodies.save('repo-plan', { ...examplePlan, structure });
  return { path, ordinal: exampleStructure.order.indexOf(path), of: 6, structure, plan };
}

async function trace(path: string, teacher?: Teacher): Promise<FileTraceBody> {
  const tools = teacher === undefined ? bench.tools : { ...bench.tools, teacher };
  const [outcome] = await simulate.handle(recordOf('file-task', await taskFor(path)), tools);
  if (outcome?.kind !== 'emit' || outcome.topic !== 'file-trace')
    throw new Error('a trace is wanted');
  return outcome.body;
}

function teacherThinking(value: string): Teacher {
  const usage = {
    calls: 1,
    promptTokens: 1,
    completionTokens: 1,
    microDollars: 1,
    refused: {},
    finish: {},
  };
  return { ...openGrounded(), think: async () => ({ value, usage }) };
}

test('emits reads of earlier files, then the thought, then the write', async () => {
  const body = await trace('src/service.py');
  expect(body.steps.map((step) => [step.kind, step.path])).toEqual([
    ['read', 'src/errors.py'],
    ['read', 'src/store.py'],
    ['think', null],
    ['write', 'src/service.py'],
  ]);
  expect(body.steps[2]?.text).toContain('collects the values of all keys');
  expect(body).toMatchObject({ status: 'done', reason: null, ordinal: 3, of: 6 });
  expect(bench.counts.get('thoughts_written')).toBe(1);
});

test('I3: a dependency that the plan writes later is not read', async () => {
  const plan = await bench.tools.bodies.save('repo-plan', {
    ...examplePlan,
    files: examplePlan.files.map((file) =>
      file.path === 'src/errors.py'
        ? { ...file, dependsOn: ['src/store.py', 'src/errors.py'] }
        : file,
    ),
  });
  const task = { ...(await taskFor('src/errors.py')), plan };
  const [outcome] = await simulate.handle(recordOf('file-task', task), bench.tools);
  const steps =
    outcome?.kind === 'emit' && outcome.topic === 'file-trace' ? outcome.body.steps : [];
  expect(steps.map((step) => step.kind)).toEqual(['think', 'write']);
});

test('a thought that is too long is cut at a sentence', async () => {
  const body = await trace('src/errors.py', teacherThinking('It is kept as it is. '.repeat(1_000)));
  const text = body.steps[0]?.text ?? '';
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bench.tools.config.thoughtBytesMax);
  expect(text.endsWith('It is kept as it is.')).toBe(true);
});

test.each([
  ['empty', ' \n\n'],
  ['NUL', 'a\0b'],
])('a file whose thought is %s is written without it', async (_why, text) => {
  const body = await trace('src/errors.py', teacherThinking(text));
  expect(body).toMatchObject({
    status: 'skipped',
    steps: [{ kind: 'write', path: 'src/errors.py' }],
  });
  expect(body.reason).toMatch(/^TEACHER_ANSWER_INVALID: the thought about src\/errors\.py/);
});

test('a file that earns no thought is written without one, and no call is paid for it', async () => {
  const think = async () => Promise.reject(new Error('nobody is asked'));
  const body = await trace('LICENSE', { ...openGrounded(), think });
  expect(body).toMatchObject({
    status: 'plain',
    reason: 'a licence',
    steps: [{ kind: 'write', path: 'LICENSE' }],
    teacher: { name: 'none' },
    usage: noUsage,
  });
  expect(Object.fromEntries(bench.counts)).toEqual({ plain_files: 1 });
});

test('a knob gives every file a thought', async () => {
  const config = simulateKnobs.parse({ plainFiles: [] });
  const task = recordOf('file-task', await taskFor('LICENSE'));
  const [outcome] = await simulate.handle(task, { ...bench.tools, config });
  expect(outcome).toMatchObject({
    body: { status: 'done', steps: [{ kind: 'think' }, { kind: 'write' }] },
  });
});

test('a task for a file that is not planned is an invalid record', async () => {
  await expect(trace('nowhere.py')).rejects.toMatchObject({
    code: 'RECORD_INVALID',
    subject: 'nowhere.py',
  });
});

test('a task that is given up for a passing reason fails, any other is written without a thought', async () => {
  const task = await taskFor('LICENSE');
  const failed = 'failed' in simulate.end ? simulate.end.failed : null;
  const given = (reason: string, passing: boolean) =>
    failed?.(recordOf('file-task', task), { reason, passing, usage: noUsage });
  expect(given('STAGE_POISONED: a bug', false)).toMatchObject({
    body: { status: 'skipped', steps: [{ kind: 'write', path: 'LICENSE' }] },
  });
  expect(given('TEACHER_UNAVAILABLE', true)).toMatchObject({
    topic: 'file-trace',
    ordinal: 0,
    body: {
      path: 'LICENSE',
      ordinal: 0,
      of: 6,
      status: 'failed',
      reason: 'TEACHER_UNAVAILABLE',
      steps: [],
      usage: { calls: 0 },
    },
  });
});

test('a long file is written in parts, each after its own thought', async () => {
  const config = simulateKnobs.parse({ partBytesMax: 100 });
  const task = recordOf('file-task', await taskFor('src/store.py'));
  const [outcome] = await simulate.handle(task, { ...bench.tools, config });
  const steps =
    outcome?.kind === 'emit' && outcome.topic === 'file-trace' ? outcome.body.steps : [];
  expect(steps.map(({ kind }) => kind[0]).join('')).toMatch(/^r*(?:tw){2,}$/);
  const writes = steps.filter(({ kind }) => kind === 'write');
  expect(writes[0]?.fromLine).toBe(1);
  expect(bench.counts.get('files_divided')).toBe(1);
  expect(bench.counts.get('thoughts_written')).toBe(writes.length);
});

test('a long file is written at once where the teacher cannot think about its parts', async () => {
  const config = simulateKnobs.parse({ partBytesMax: 100 });
  const usage = { ...noUsage, calls: 1 };
  const thinkParts = async () => ({ value: ['Only one.'], usage });
  const task = recordOf('file-task', await taskFor('src/store.py'));
  const teacher = { ...openGrounded(), thinkParts };
  const [outcome] = await simulate.handle(task, { ...bench.tools, config, teacher });
  expect(outcome).toMatchObject({ body: { status: 'done', usage: { calls: 2 } } });
  const steps =
    outcome?.kind === 'emit' && outcome.topic === 'file-trace' ? outcome.body.steps : [];
  expect(steps.map(({ kind }) => kind[0]).join('')).toMatch(/^r*tw$/);
  expect(bench.counts.get('files_undivided')).toBe(1);
});
