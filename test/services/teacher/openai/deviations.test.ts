/**
 * The ways in which real endpoints deviate, played by a server on a socket, one row each with what
 * is right: the answer, or the code of the failure, and how often was asked and waited.
 */
import { describe, expect, test } from 'vitest';
import type { ThinkRequest } from '../../../../services/ports/teacher.ts';
import { buildThinkRequest } from '../../../../services/ports/think-request.ts';
import { manualClock } from '../../../../services/runtime/clock.ts';
import { teacherKnobs } from '../../../../services/teacher/config.ts';
import { openLive } from '../../../../services/teacher/openai/live.ts';
import {
  examplePlan,
  exampleStructure,
  exampleTexts,
  firstRewrite,
} from '../example-repository.ts';
import type { FakeOpenAiOptions } from '../fake-openai-server.ts';
import { openOnFake } from '../open-on-fake.ts';
import { counted, readable, unusable } from './answer-rows.ts';
import { ends, forms } from './ending-rows.ts';
import { passes, waits } from './passing-rows.ts';
import { answers, body, failed, type Knobs, type Row, thought, without } from './turns.ts';

const signal = new AbortController().signal;
const request: ThinkRequest = buildThinkRequest(
  exampleStructure,
  examplePlan,
  'src/service.py',
  [],
  (path) => exampleTexts[path] ?? '',
);

const open = (options: FakeOpenAiOptions, knobs: Knobs = {}) =>
  openOnFake(options, knobs, { apiKey: 'k', random: () => 0 });

const groups: readonly (readonly [string, readonly Row[]])[] = [
  ['reads', readable],
  ['counts', counted],
  ['asks again where an answer is', unusable],
  ['tries again after', passes],
  ['waits as it is told in', waits],
  ['ends with a code at', ends],
  ['does without', forms],
];

describe.each(groups)('%s', (_group, rows) => {
  const named = rows.map(([what, schedule, right, knobs = {}]) => ({
    what,
    schedule,
    right,
    knobs,
  }));
  test.each(named)('$what', async ({ schedule, right, knobs }) => {
    const { teacher, clock, server } = await open({ schedule }, knobs);
    const result = await teacher.think(request, signal).then(
      ({ value, usage }) => ({ value, usage }),
      (error: { code?: string; message: string }) => ({ code: error.code, message: error.message }),
    );
    const { value, code, says = /(?:)/, calls, waitedMs, tokens } = right;
    if (code === undefined) expect(result).toMatchObject({ value });
    else expect(result).toMatchObject({ code, message: expect.stringMatching(says) });
    expect(server.requests).toHaveLength(calls);
    if (waitedMs !== undefined) expect(clock.nowMs()).toBe(waitedMs);
    if (tokens !== undefined) {
      const [promptTokens, completionTokens] = tokens;
      expect(result).toMatchObject({ usage: { promptTokens, completionTokens } });
    }
  });
});

test('what a server understands is learned once', async () => {
  const turn = without('temperature', 'temperature is not supported');
  const { teacher, server } = await open({ fault: () => turn });
  await teacher.think(request, signal);
  await teacher.rewrite(
    { ...request, ...firstRewrite, thought: 'a', round: 0, bytesMax: 99 },
    0,
    signal,
  );
  expect(server.requests.map(({ body }) => 'temperature' in body)).toEqual([true, false, false]);
});

test('sampling is sent as the knobs have it, and not where they are null', async () => {
  const first = await open({});
  await first.teacher.think(request, signal);
  expect(first.server.requests[0]?.body).toMatchObject({
    ...{ temperature: 1, top_p: 0.95, top_k: 20, presence_penalty: 1.5 },
    chat_template_kwargs: { enable_thinking: false },
  });
  await first.server.close();
  const none = { temperature: null, topP: null, topK: null, presencePenalty: null };
  const { teacher, server } = await open({}, { ...none, thinking: 'template' });
  await teacher.think(request, signal);
  const fields = Object.keys(server.requests[0]?.body ?? {}).sort();
  expect(fields).toEqual(['max_tokens', 'messages', 'model', 'response_format']);
});

test.each(['extra fields not permitted', 'Extra parameters are not permitted'])(
  'a server that names no field keeps the form that it understands: %s',
  async (message) => {
    const { teacher, server } = await open({
      fault: () => ({
        kind: 'by',
        turn: (sent) =>
          'top_k' in sent || 'chat_template_kwargs' in sent
            ? failed(422, { message })
            : answers(thought),
      }),
    });
    await teacher.think(request, signal);
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.body).toMatchObject({
      ...{ temperature: 1, presence_penalty: 1.5 },
      response_format: { type: 'json_schema' },
    });
  },
);

test('after an answer a 403 refuses one request alone, unless it is about the key', async () => {
  const schedule = [
    answers(thought),
    failed(403, { message: 'blocked by the firewall' }),
    failed(403, { message: 'x', code: 'invalid_api_key' }),
  ];
  const { teacher } = await open({ schedule });
  await teacher.think(request, signal);
  const rewrite = { ...request, ...firstRewrite, thought: 'a', round: 0, bytesMax: 99 };
  await expect(teacher.rewrite(rewrite, 0, signal)).rejects.toMatchObject({
    code: 'TEACHER_REFUSED',
  });
  await expect(teacher.rewrite(rewrite, 1, signal)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});

test('an endpoint that has listed its models refuses one request alone, also the first', async () => {
  const { teacher } = await open({ schedule: [failed(403, { message: 'blocked' })] });
  expect(await teacher.check()).toBeNull();
  await expect(teacher.think(request, signal)).rejects.toMatchObject({ code: 'TEACHER_REFUSED' });
});

test('the cost of a refused and of a filtered answer is told', async () => {
  const paid = { usage: { prompt_tokens: 10, completion_tokens: 5 } };
  const refusal = { choices: [{ message: { content: null, refusal: 'no' } }], ...paid };
  const { teacher } = await open(
    { schedule: [body(refusal)] },
    { dollarsPerMillionPromptTokens: 3 },
  );
  await expect(teacher.think(request, signal)).rejects.toMatchObject({
    usage: { calls: 1, promptTokens: 10, completionTokens: 5, microDollars: 30 },
  });
});

test('a server that refuses everything stops the run before it has cost every file', async () => {
  const { teacher } = await open({ fault: () => failed(451, { message: 'not for you' }) });
  const codes: unknown[] = [];
  for (let sample = 0; sample < 20; sample += 1) {
    const rewrite = { ...request, ...firstRewrite, thought: 'a', round: sample, bytesMax: 99 };
    await teacher.rewrite(rewrite, 0, signal).catch((error) => codes.push(error.code));
  }
  expect(codes.slice(0, 19)).toEqual(Array(19).fill('TEACHER_REFUSED'));
  expect(codes[19]).toBe('TEACHER_DOWN');
});

describe('the list of models', () => {
  const models = (status: number, sent: string) => ({ kind: 'raw' as const, status, body: sent });
  test.each([400, 404, 405, 501])('may be missing: status %i', async (status) => {
    const { teacher } = await open({ models: models(status, '{}') });
    expect(await teacher.check()).toBeNull();
    expect(teacher.remark?.()).toContain('lists no models');
  });

  test('may be long, and may have the model under another name', async () => {
    const data = [...Array(20_000).keys()].map((id) => ({ id: `other-${id}` }));
    const list = [...data, { id: 'vendor/fake-model:free' }];
    const { teacher, server } = await open({
      models: models(200, JSON.stringify({ data: list })),
      schedule: [failed(404, { message: 'no such model' })],
    });
    expect(await teacher.check()).toBeNull();
    expect(teacher.remark?.()).toMatch(
      /does not list the model fake-model.*vendor\/fake-model:free/,
    );
    await expect(teacher.think(request, signal)).rejects.toThrow(/vendor\/fake-model:free/);
    expect(server.requests).toHaveLength(1);
  });

  test.each([['{"data": null}'], ['[]'], ['{"data": [{"name": "x"}]}'], ['"x"']])(
    'may have an odd shape: %s',
    async (sent) => {
      const { teacher } = await open({ models: models(200, sent) });
      expect(await teacher.check()).toBeNull();
    },
  );

  test('with 401 is a problem', async () => {
    const { teacher } = await open({ models: models(401, '{"error": {"message": "bad key"}}') });
    expect(await teacher.check()).toContain('bad key');
  });
});

test('a failure of the connection is named', async () => {
  const settings = teacherKnobs.parse({
    ...{ kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1', model: 'm', retriesMax: 0 },
  });
  const teacher = await openLive(settings, {}, manualClock());
  await expect(teacher.think(request, signal)).rejects.toThrow(/ECONNREFUSED|bad port/);
  expect(await teacher.check()).toMatch(/ECONNREFUSED|bad port/);
});
