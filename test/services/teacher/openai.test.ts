/** The OpenAI adapter against a real server: answers, retries, repair, limits and refusals. */
import { expect, onTestFinished, test } from 'vitest';
import type { ThinkRequest } from '../../../services/ports/teacher.ts';
import { buildThinkRequest } from '../../../services/ports/think-request.ts';
import { manualClock } from '../../../services/runtime/clock.ts';
import { type TeacherKnobs, teacherKnobs } from '../../../services/teacher/config.ts';
import { openTeacher } from '../../../services/teacher/open.ts';
import { examplePlan, exampleStructure, exampleTexts, firstRewrite } from './example-repository.ts';
import { type FakeOpenAiOptions, startFakeOpenAi } from './fake-openai-server.ts';
import { openOnFake } from './open-on-fake.ts';

const signal = new AbortController().signal;
const open = (options: FakeOpenAiOptions = {}, knobs: Partial<TeacherKnobs> = {}) =>
  openOnFake(options, knobs, { apiKey: 'key-1' });

const request: ThinkRequest = buildThinkRequest(
  exampleStructure,
  examplePlan,
  'src/service.py',
  [],
  (path) => exampleTexts[path] ?? '',
);
test('makes one call per thought and returns text, usage and price', async () => {
  const { teacher, server } = await open(
    {},
    { dollarsPerMillionPromptTokens: 2, dollarsPerMillionCompletionTokens: 10 },
  );
  const { value, usage } = await teacher.think(request, signal);
  expect(value).toBe('For src/service.py the definitions are lookup; they come in that order.');
  expect(usage.calls).toBe(1);
  expect(usage.microDollars).toBe(usage.promptTokens * 2 + usage.completionTokens * 10);
  expect(server.requests[0]).toMatchObject({
    authorization: 'Bearer key-1',
    body: { model: 'fake-model', max_tokens: 1500 },
  });
  expect(teacher.identity).toMatchObject({
    name: 'openai',
    model: 'fake-model',
    languageModel: true,
  });
});

test('rewrites differ by sample and round, because the prompts do', async () => {
  const { teacher, server } = await open();
  const rewrite = {
    ...request,
    ...firstRewrite,
    thought: 'First thought.',
    round: 0,
    bytesMax: 2000,
  };
  const answers = [
    await teacher.rewrite(rewrite, 0, signal),
    await teacher.rewrite(rewrite, 1, signal),
    await teacher.rewrite({ ...rewrite, round: 1 }, 0, signal),
  ];
  expect(new Set(answers.map((answer) => answer.value)).size).toBe(3);
  expect(server.requests).toHaveLength(3);
});

const passing = [
  ['too many requests', { kind: 'status', status: 429, retryAfter: 7 }],
  ['server error', { kind: 'status', status: 503 }],
  ['lost connection', { kind: 'hang-up' }],
] as const;

test.each(passing)('%s is tried again after a wait', async (_name, turn) => {
  const { teacher, clock, server } = await open({ schedule: [turn, turn] });
  const { usage } = await teacher.think(request, signal);
  expect(usage.calls).toBe(1);
  expect(server.requests).toHaveLength(3);
  // Half of 500 ms, then half of 1,000 ms, and each time what Retry-After asks for.
  expect(clock.nowMs()).toBe(750 + ('retryAfter' in turn ? 14_000 : 0));
});

test('throws TEACHER_UNAVAILABLE after the last retry', async () => {
  const { teacher, server } = await open(
    { schedule: Array(9).fill({ kind: 'status', status: 500 }) },
    { retriesMax: 3 },
  );
  await expect(teacher.think(request, signal)).rejects.toMatchObject({
    code: 'TEACHER_UNAVAILABLE',
  });
  expect(server.requests).toHaveLength(4);
});

test('a silent server runs into the time limit', async () => {
  const { teacher } = await open(
    { schedule: [{ kind: 'silence' }] },
    { timeoutMs: 50, retriesMax: 0 },
  );
  await expect(teacher.think(request, signal)).rejects.toMatchObject({
    code: 'TEACHER_UNAVAILABLE',
  });
});

test('an abort ends a call under way with the reason of the signal', async () => {
  const { teacher } = await open({ schedule: [{ kind: 'silence' }] });
  const controller = new AbortController();
  const call = teacher.think(request, controller.signal);
  controller.abort(new Error('stop'));
  await expect(call).rejects.toThrow('stop');
});

const unusable = [
  ['prose', 'I would rather talk about something else.'],
  ['broken JSON', '{"thought": "half'],
  ['wrong field', '{"thoughts": "x"}'],
  ['empty thought', '{"thought": "  "}'],
  ['NUL', '{"thought": "a\\u0000b"}'],
  ['lone surrogate', '{"thought": "a\\ud800b"}'],
];

test.each(unusable)('%s is repaired once, then refused', async (_name, text) => {
  const turn = { kind: 'text', text } as const;
  const repaired = await open({ schedule: [turn] });
  const { usage } = await repaired.teacher.think(request, signal);
  expect(usage.calls).toBe(2);
  expect(repaired.server.requests[1]?.body.messages).toHaveLength(4);
  await repaired.server.close();
  const hopeless = await open({ schedule: [turn, turn] });
  await expect(hopeless.teacher.think(request, signal)).rejects.toMatchObject({
    code: 'TEACHER_ANSWER_INVALID',
  });
});

test('reads JSON inside reasoning and fences', async () => {
  const text = '<think>{"thought": 1}</think>Here:\n```json\n{"thought": "Ünïcode { fine }"}\n```';
  const { teacher } = await open({ schedule: [{ kind: 'text', text }] });
  expect((await teacher.think(request, signal)).value).toBe('Ünïcode { fine }');
});

test('a server without structured output is asked in simpler forms, and that is remembered', async () => {
  const { teacher, server } = await open({ refusedFormats: ['json_schema', 'json_object'] });
  await teacher.think(request, signal);
  await teacher.think(request, signal);
  expect(server.requests.map((one) => one.body.response_format?.type)).toEqual([
    'json_schema',
    'json_object',
    undefined,
    undefined,
  ]);
});

const final = [
  [401, 'CONFIG_INVALID'],
  [404, 'CONFIG_INVALID'],
  [402, 'TEACHER_BUDGET'],
  [413, 'TEACHER_REFUSED'],
] as const;

test.each(final)('status %i is final: %s', async (status, code) => {
  const { teacher, server } = await open({ schedule: [{ kind: 'status', status }] });
  await expect(teacher.think(request, signal)).rejects.toMatchObject({ code });
  expect(server.requests).toHaveLength(1);
});

test('the budget counts calls and money, and stops before the next call', async () => {
  const calls = await open({}, { callsMax: 1 });
  await calls.teacher.think(request, signal);
  await expect(calls.teacher.think(request, signal)).rejects.toMatchObject({
    code: 'TEACHER_BUDGET',
    disposition: 'fatal',
  });
  expect(calls.server.requests).toHaveLength(1);
  await calls.server.close();
  const money = await open({}, { dollarsPerMillionPromptTokens: 1e6, dollarsMax: 1_500 });
  await money.teacher.think(request, signal);
  await expect(money.teacher.think(request, signal)).rejects.toMatchObject({
    code: 'TEACHER_BUDGET',
  });
  expect(money.server.requests).toHaveLength(1);
  await money.server.close();
  // Not even the first call fits: it is not made.
  const none = await open({}, { dollarsPerMillionCompletionTokens: 1e6, dollarsMax: 1 });
  await expect(none.teacher.think(request, signal)).rejects.toMatchObject({
    code: 'TEACHER_BUDGET',
  });
  expect(none.server.requests).toHaveLength(0);
});

test('usage is estimated when the server reports none', async () => {
  const { teacher } = await open({ withoutUsage: true });
  const { usage } = await teacher.think(request, signal);
  expect(usage.promptTokens).toBeGreaterThan(100);
  expect(usage.completionTokens).toBeGreaterThan(5);
});

test('prompts stay within their limit however large the file is', async () => {
  const { teacher, server } = await open({}, { promptBytesMax: 8_192 });
  const large = { ...request, code: 'x = "é"\n'.repeat(50_000), reads: [] };
  await teacher.think(large, signal);
  await teacher.rewrite(
    { ...large, ...firstRewrite, thought: 'y'.repeat(50_000), round: 0, bytesMax: 100 },
    0,
    signal,
  );
  for (const { body } of server.requests) {
    const user = body.messages?.find((message) => message.role === 'user')?.content ?? '';
    expect(Buffer.byteLength(user)).toBeLessThan(8_192);
    expect(user).toContain('more bytes not shown');
  }
});

test('check names the problem', async () => {
  const good = await open();
  expect(await good.teacher.check()).toBeNull();
  await good.server.close();
  const other = await open({ model: 'another' });
  expect(await other.teacher.check()).toBeNull();
  expect(other.teacher.remark?.()).toContain('does not list the model fake-model; it has another');
  await other.server.close();
  expect(await other.teacher.check()).toContain('does not answer');
});

test('openTeacher requires address and model for kind openai, and nothing for grounded', async () => {
  const wanted = openTeacher(teacherKnobs.parse({ kind: 'openai' }), {}, manualClock());
  await expect(wanted).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    subject: 'teacher.baseUrl and teacher.model',
  });
  const grounded = await openTeacher(teacherKnobs.parse({}), {}, manualClock());
  expect(grounded.identity).toEqual({
    name: 'grounded',
    version: '7-c7.2',
    model: null,
    languageModel: false,
  });
  const server = await startFakeOpenAi();
  onTestFinished(() => server.close());
  const knobs = teacherKnobs.parse({
    kind: 'openai',
    baseUrl: server.baseUrl,
    model: 'fake-model',
  });
  const opened = await openTeacher(knobs, { apiKey: 'k' }, manualClock());
  expect((await opened.think(request, signal)).usage.calls).toBe(1);
});
