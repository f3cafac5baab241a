/** The plan stage with the real blob store and both teachers: one plan, one task per file. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FilePurpose, Teacher } from '../../../../services/ports/teacher.ts';
import { manualClock } from '../../../../services/runtime/clock.ts';
import { planKnobs } from '../../../../services/stages/plan/config.ts';
import { plan } from '../../../../services/stages/plan/stage.ts';
import { teacherKnobs } from '../../../../services/teacher/config.ts';
import { openTeacher } from '../../../../services/teacher/open.ts';
import { exampleContent, exampleStructure } from '../../teacher/example-repository.ts';
import { respond, startFakeOpenAi } from '../../teacher/fake-openai-server.ts';
import { failed } from '../../teacher/openai/turns.ts';
import { openStageBench, recordOf, type StageBench } from '../../teacher/stage-tools.ts';

let bench: StageBench<ReturnType<typeof planKnobs.parse>>;
let grounded: Teacher;

beforeEach(async () => {
  grounded = await openTeacher(teacherKnobs.parse({}), {}, manualClock());
  bench = await openStageBench(planKnobs.parse({}), grounded);
  await bench.tools.blobs.put(exampleContent);
});
afterEach(() => bench.close());

test('emits the plan and a task per file that refer to the saved bodies', async () => {
  const outcomes = await plan.handle(recordOf(plan.reads, exampleStructure), bench.tools);
  const [first, ...tasks] = outcomes.map((outcome) => (outcome.kind === 'emit' ? outcome : null));
  if (first?.topic !== 'repo-plan') throw new Error('the plan comes first');
  expect(first.body.requirements).toContain('Keeper is a tiny store of values under names');
  expect(first.body.files.map((file) => file.path)).toEqual(exampleStructure.order);
  expect(first.body.teacher.languageModel).toBe(false);
  expect(tasks.map((task) => [task?.topic, task?.ordinal])).toEqual(
    exampleStructure.order.map((_, ordinal) => ['file-task', ordinal]),
  );
  for (const task of tasks) {
    if (task?.topic !== 'file-task') throw new Error('only tasks follow');
    expect(task.body.of).toBe(6);
    expect(await bench.tools.bodies.load('repo-plan', task.body.plan)).toEqual(first.body);
    expect(await bench.tools.bodies.load('repo-structure', task.body.structure)).toEqual(
      exampleStructure,
    );
  }
});

test('the same structure gives the same outcomes', async () => {
  const record = recordOf(plan.reads, exampleStructure);
  expect(await plan.handle(record, bench.tools)).toEqual(await plan.handle(record, bench.tools));
});

test('drops a repository without files', async () => {
  const empty = {
    ...exampleStructure,
    files: [],
    edges: [],
    order: [],
    repository: { ...exampleStructure.repository, files: [] },
  };
  expect(await plan.handle(recordOf(plan.reads, empty), bench.tools)).toEqual([
    { kind: 'drop', reason: 'NO_ADMISSIBLE_FILES', detail: 'no file is left to plan' },
  ]);
});

test.each([
  ['on', 4],
  ['off', 2],
] as const)('each purpose that is not given is listed, checks %s', async (checks, calls) => {
  const server = await startFakeOpenAi({
    respond: (messages) => {
      const answer = JSON.parse(respond(messages));
      const purposes = answer.purposes?.filter(({ path }: FilePurpose) => path !== 'src/store.py');
      return JSON.stringify({ ...answer, purposes });
    },
  });
  const endpoint = { kind: 'openai', baseUrl: server.baseUrl, model: 'fake-model', checks };
  const teacher = await openTeacher(teacherKnobs.parse(endpoint), {}, manualClock());
  const tools = { ...bench.tools, teacher };
  const [first] = await plan.handle(recordOf(plan.reads, exampleStructure), tools);
  if (first?.kind !== 'emit' || first.topic !== 'repo-plan') throw new Error('no plan');
  expect(first.body.usage.calls).toBe(calls);
  expect(first.body.lacks).toEqual([
    {
      what: 'purposes',
      path: 'src/store.py',
      reason: 'TEACHER_ANSWER_INVALID: the purpose of src/store.py: the answer left it out',
    },
  ]);
  const written = first.body.files.find(({ path }) => path === 'src/store.py');
  expect(written?.purpose).toMatch(/^Defines /);
  await server.close();
});

test('the reason of a refused answer stands in full once, though it has many purposes', async () => {
  let asked = 0;
  const server = await startFakeOpenAi({
    fault: () => {
      asked += 1;
      return asked === 2 ? failed(451, { message: 'not for you' }) : null;
    },
  });
  const endpoint = { kind: 'openai', baseUrl: server.baseUrl, model: 'fake-model', checks: 'off' };
  const teacher = await openTeacher(teacherKnobs.parse(endpoint), {}, manualClock());
  const record = recordOf(plan.reads, exampleStructure);
  const [first] = await plan.handle(record, { ...bench.tools, teacher });
  if (first?.kind !== 'emit' || first.topic !== 'repo-plan') throw new Error('no plan');
  const [whole, ...others] = first.body.lacks.map(({ reason }) => reason);
  expect(first.body.lacks.map(({ path }) => path)).toEqual(exampleStructure.order);
  expect(whole).toMatch(/^TEACHER_REFUSED: .*not for you/);
  const same = `TEACHER_REFUSED: the same as the purpose of ${exampleStructure.order[0]}`;
  expect(others).toEqual(exampleStructure.order.slice(1).map(() => same));
  await server.close();
});

test('works with a model behind an endpoint, and without its words where it gives none', async () => {
  const server = await startFakeOpenAi({
    schedule: Array(2).fill({ kind: 'text', text: 'no plan today' }),
  });
  const knobs = teacherKnobs.parse({
    kind: 'openai',
    baseUrl: server.baseUrl,
    model: 'fake-model',
  });
  const tools = { ...bench.tools, teacher: await openTeacher(knobs, {}, manualClock()) };
  const record = recordOf(plan.reads, exampleStructure);
  const [fallback, ...tasks] = await plan.handle(record, tools);
  expect(tasks).toHaveLength(6);
  expect(fallback).toMatchObject({
    topic: 'repo-plan',
    body: {
      requirements: '',
      architecture: '',
      // The plan, its repair, and the purposes, which it does give.
      usage: { calls: 3 },
      lacks: [{ what: 'plan', path: null }],
    },
  });
  const outcomes = await plan.handle(record, tools);
  expect(outcomes).toHaveLength(7);
  expect(outcomes[0]).toMatchObject({
    topic: 'repo-plan',
    body: { usage: { calls: 2 }, teacher: { model: 'fake-model' } },
  });
  await server.close();
});
