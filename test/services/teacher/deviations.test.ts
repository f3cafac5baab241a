/**
 * The ways in which real endpoints deviate, played by a server on a socket, one row each with what
 * is right: the answer, or the code of the failure, and how often was asked and waited.
 */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { ThinkRequest } from '../../../services/ports/teacher.ts';
import { buildThinkRequest } from '../../../services/ports/think-request.ts';
import { manualClock } from '../../../services/runtime/clock.ts';
import { teacherKnobs } from '../../../services/teacher/config.ts';
import { openLive } from '../../../services/teacher/openai/live.ts';
import { examplePlan, exampleStructure, exampleTexts } from './example-repository.ts';
import {
  type FakeOpenAi,
  type FakeOpenAiOptions,
  type LoggedRequest,
  startFakeOpenAi,
  type Turn,
} from './fake-openai-server.ts';

const signal = new AbortController().signal;
const request: ThinkRequest = buildThinkRequest(
  exampleStructure,
  examplePlan,
  'src/service.py',
  [],
  (path) => exampleTexts[path] ?? '',
);
let server: FakeOpenAi | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

type Knobs = Readonly<Record<string, unknown>>;

async function open(options: FakeOpenAiOptions, knobs: Knobs = {}) {
  server = await startFakeOpenAi(options);
  const clock = manualClock();
  const where = { kind: 'openai', baseUrl: server.baseUrl, model: 'fake-model' };
  const settings = teacherKnobs.parse({ ...where, ...knobs });
  const teacher = await openLive(settings, { apiKey: 'k' }, clock, () => 0);
  return { teacher, clock, server };
}

const thought = '{"thought": "t"}';
const answers = (text: string): Turn => ({ kind: 'text', text });
const body = (sent: unknown): Turn => ({ kind: 'body', body: sent });
const message = (fields: object, more: object = {}): Turn =>
  body({ choices: [{ message: fields, finish_reason: 'stop', ...more }] });
const failed = (status: number, error: object, headers: Record<string, string> = {}): Turn => ({
  kind: 'raw',
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ error }),
});
const raw = (sent: string | Buffer, headers: Record<string, string>, status = 200): Turn => ({
  kind: 'raw',
  status,
  headers,
  body: sent,
});
const json = { 'content-type': 'application/json' };
const whole = JSON.stringify({ choices: [{ message: { content: thought } }] });
/** Refuses the request while it has a field. */
const without = (field: string, refusal: string): Turn =>
  ({
    kind: 'by',
    turn: (sent: LoggedRequest['body']) =>
      sent[field] === undefined ? answers(thought) : failed(400, { message: refusal }),
  }) as const;

type Right = {
  /** The thought, where there is one. */
  readonly value?: string;
  readonly code?: string;
  readonly says?: RegExp;
  /** Calls made. */
  readonly calls: number;
  readonly waitedMs?: number;
  readonly tokens?: readonly [prompt: number, completion: number];
};
type Row = readonly [what: string, schedule: readonly Turn[], right: Right, knobs?: Knobs];

const good = { value: 't', calls: 1 };
const repaired = { calls: 2 };

const readable: readonly Row[] = [
  ['bare JSON', [answers(thought)], good],
  ['JSON after a think block', [answers(`<think>hm {"thought": "no"}</think>${thought}`)], good],
  [
    'an end of thinking without its beginning',
    [answers(`hm {"thought": "no"}</think>\n${thought}`)],
    good,
  ],
  [
    'the mark of thinking within the answer',
    [answers('{"thought": "a </think> b"}')],
    { value: 'a </think> b', calls: 1 },
  ],
  [
    'the mark within the answer, in a fence',
    [answers('```json\n{"thought": "a </think> b"}\n```')],
    { value: 'a </think> b', calls: 1 },
  ],
  ['an array around it', [answers(`[${thought}]`)], good],
  ['a byte order mark', [answers(`\ufeff${thought}`)], good],
  ['further keys', [answers('{"thought": "t", "confidence": 1}')], good],
  ['prose with braces before and after', [answers(`For {x} and {y: 1}: ${thought} as {z}.`)], good],
  ['two objects, of which the last counts', [answers(`{"thought": "draft"}\n${thought}`)], good],
  ['a comma too many', [answers('{"thought": "t",}')], good],
  ['comments', [answers('{"thought": "t" /* short */}')], good],
  ['line ends within a string', [answers('{"thought": "a\nb"}')], { value: 'a\nb', calls: 1 }],
  [
    'content in parts',
    [
      message({
        content: [
          { type: 'text', text: '{"thought"' },
          { type: 'text', text: ': "t"}' },
        ],
      }),
    ],
    good,
  ],
  [
    'content in parts with thinking',
    [
      message({
        content: [
          { type: 'thinking', thinking: [] },
          { type: 'text', text: thought },
        ],
      }),
    ],
    good,
  ],
  ['content as an object', [message({ content: { type: 'text', text: thought } })], good],
  ['content as a list of texts', [message({ content: [thought] })], good],
  ['the answer in the field of reasoning', [message({ content: null, reasoning: thought })], good],
  [
    'the answer in reasoning_content',
    [message({ content: '', reasoning_content: `so: ${thought}` })],
    good,
  ],
  ['an empty refusal', [message({ content: thought, refusal: '' })], good],
  [
    'an empty error beside the answer',
    [body({ error: {}, choices: [{ message: { content: thought } }] })],
    good,
  ],
  [
    'no reason for the end',
    [body({ choices: [{ message: { content: thought }, finish_reason: null }] })],
    good,
  ],
  [
    'several choices',
    [body({ choices: [{ message: { content: thought } }, { message: { content: 'x' } }] })],
    good,
  ],
  ['plain text as type of a body', [raw(whole, { 'content-type': 'text/plain' })], good],
  ['no type of a body', [raw(whole, {})], good],
  [
    'a byte order mark before the body',
    [raw(`\ufeff${whole}`, { 'content-type': 'text/plain' })],
    good,
  ],
  ['a packed body', [raw(gzipSync(whole), { ...json, 'content-encoding': 'gzip' })], good],
  [
    'a stream that nobody asked for',
    [
      raw(
        `data: {"choices":[{"delta":{"content":"{\\"thought\\""}}]}\n\ndata: {"choices":[{"delta":{"content":": \\"t\\"}"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
        { 'content-type': 'text/event-stream' },
      ),
    ],
    good,
  ],
];

const usage = (sent: unknown): Turn =>
  body({ choices: [{ message: { content: thought } }], usage: sent });
const estimated = [expect.any(Number) as number, 4] as const;
const counted: readonly Row[] = [
  [
    'usage as texts',
    [usage({ prompt_tokens: '100', completion_tokens: '7' })],
    { ...good, tokens: [100, 7] },
  ],
  ['usage null', [usage(null)], { ...good, tokens: estimated }],
  [
    'usage with nulls',
    [usage({ prompt_tokens: null, completion_tokens: null })],
    { ...good, tokens: estimated },
  ],
  [
    'usage in fractions',
    [usage({ prompt_tokens: 1.5, completion_tokens: 7 })],
    { ...good, tokens: [expect.any(Number) as number, 7] },
  ],
  [
    'usage below nothing',
    [usage({ prompt_tokens: -5, completion_tokens: -7 })],
    { ...good, tokens: estimated },
  ],
  [
    'usage with details alone',
    [usage({ completion_tokens_details: {} })],
    { ...good, tokens: estimated },
  ],
];

const unusable: readonly Row[] = [
  [
    'a draft in a think block that does not end',
    [answers('<think>{"thought": "draft"} and'), answers(thought)],
    { ...repaired, value: 't' },
  ],
  [
    'a draft in cut reasoning',
    [
      message({ content: null, reasoning: '{"thought": "draft"}' }, { finish_reason: 'length' }),
      answers(thought),
    ],
    { ...repaired, value: 't' },
  ],
  [
    'nothing but reasoning',
    [message({ content: null, reasoning: 'so' }), message({ content: null, reasoning: 'so' })],
    { ...repaired, code: 'TEACHER_ANSWER_INVALID' },
  ],
  [
    'a cut answer, whose limit is named',
    [
      { kind: 'text', text: '{"thought": "be', finishReason: 'length' },
      { kind: 'text', text: '{"thought": "be', finishReason: 'length' },
    ],
    {
      ...repaired,
      code: 'TEACHER_ANSWER_INVALID',
      says: /cut off at 1500 tokens \(teacher\.thinkTokensMax\)/,
    },
  ],
  [
    'a form that the server did not get out of the model',
    [
      failed(400, {
        message: 'x',
        code: 'json_validate_failed',
        failed_generation: '{"thot": "x"}',
      }),
      answers(thought),
    ],
    { ...repaired, value: 't' },
  ],
  [
    'broken bytes',
    [raw(Buffer.from(whole.replace('"t', '"t\xe9'), 'latin1'), json), answers(thought)],
    { calls: 2, value: 't' },
  ],
  [
    'escape sequences',
    [answers('{"thought": "a \\u001b[31m b"}'), answers(thought)],
    { ...repaired, value: 't' },
  ],
  [
    'turned text',
    [answers('{"thought": "a \\u202e b"}'), answers(thought)],
    { ...repaired, value: 't' },
  ],
];

const passes: readonly Row[] = [
  ['an empty body', [raw('', json), answers(thought)], { calls: 2, value: 't' }],
  ['null', [raw('null', json), answers(thought)], { calls: 2, value: 't' }],
  [
    'half a body',
    [{ kind: 'raw', body: whole.slice(0, 20), cut: true }, answers(thought)],
    { calls: 2, value: 't' },
  ],
  ['broken JSON', [raw('{"choices": [', json), answers(thought)], { calls: 2, value: 't' }],
  [
    'a body that is not packed as it says',
    [raw('no gzip', { ...json, 'content-encoding': 'gzip' }), answers(thought)],
    { calls: 2, value: 't' },
  ],
  [
    'a page with status 200',
    [raw('<html>busy</html>', { 'content-type': 'text/html' }), answers(thought)],
    { calls: 2, value: 't' },
  ],
  [
    'a stream that breaks off',
    [
      raw('data: {"choices":[{"delta":{"content":"{"}}]}\n\n', {
        'content-type': 'text/event-stream',
      }),
      answers(thought),
    ],
    { calls: 2, value: 't' },
  ],
  [
    'a stream that ends with an error',
    [
      raw('data: {"error":{"message":"overloaded"}}\n\n', { 'content-type': 'text/event-stream' }),
      answers(thought),
    ],
    { calls: 2, value: 't' },
  ],
  [
    'an error with status 200',
    [body({ error: { message: 'overloaded', code: 502 } }), answers(thought)],
    { calls: 2, value: 't' },
  ],
  [
    'an error as a text',
    [body({ error: 'overloaded' }), answers(thought)],
    { calls: 2, value: 't' },
  ],
  [
    'an error within a choice',
    [
      body({ choices: [{ error: { message: 'x', code: 502 }, finish_reason: 'error' }] }),
      answers(thought),
    ],
    { calls: 2, value: 't' },
  ],
  [
    'an end with an error',
    [message({ content: '{"thought": "half' }, { finish_reason: 'error' }), answers(thought)],
    { calls: 2, value: 't' },
  ],
  ...[408, 409, 424, 425, 429, 500, 502, 503, 504, 529].map(
    (status): Row => [
      `status ${status}`,
      [failed(status, { message: 'x' }), answers(thought)],
      { calls: 2, value: 't' },
    ],
  ),
  [
    'a page with status 502',
    [
      raw('<html><h1>Bad gateway</h1></html>', { 'content-type': 'text/html' }, 502),
      answers(thought),
    ],
    { calls: 2, value: 't' },
  ],
];

const inMs = (ms: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + ms).toUTCString();
const busy = (headers: Record<string, string>, words = 'x'): readonly Turn[] => [
  failed(429, { message: words }, headers),
  answers(thought),
];
const waits: readonly Row[] = [
  ['seconds', busy({ 'retry-after': '7' }), { ...repaired, value: 't', waitedMs: 7_000 }],
  [
    'a fraction of a second',
    busy({ 'retry-after': '0.5' }),
    { ...repaired, value: 't', waitedMs: 500 },
  ],
  [
    'milliseconds',
    busy({ 'retry-after-ms': '3500' }),
    { ...repaired, value: 't', waitedMs: 3_500 },
  ],
  [
    'a date, by the clock of the server',
    busy({ 'retry-after': inMs(9_000), date: inMs(0) }),
    { ...repaired, value: 't', waitedMs: 9_000 },
  ],
  [
    'a date that is past',
    busy({ 'retry-after': inMs(-9_000), date: inMs(0) }),
    { ...repaired, value: 't', waitedMs: 0 },
  ],
  [
    'the reset of what ran out',
    busy({
      'x-ratelimit-remaining-requests': '5',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '1m3s',
    }),
    { ...repaired, value: 't', waitedMs: 63_000 },
  ],
  [
    'words',
    busy({}, 'Rate limit reached. Please try again in 1.5s.'),
    { ...repaired, value: 't', waitedMs: 1_500 },
  ],
  [
    'longer words',
    busy({}, 'retry after 20 seconds'),
    { ...repaired, value: 't', waitedMs: 20_000 },
  ],
  [
    'a field of the body',
    [failed(429, { message: 'x', details: [{ retryDelay: '34s' }] }), answers(thought)],
    { ...repaired, value: 't', waitedMs: 34_000 },
  ],
  [
    'no words that can be read',
    busy({ 'retry-after': 'soon' }),
    { ...repaired, value: 't', waitedMs: 0 },
  ],
  [
    'hours: the run stops, and nothing is lost',
    busy({ 'retry-after': '7200' }),
    { calls: 1, code: 'TEACHER_DOWN', says: /come back after \d{4}-/ },
  ],
];

const ends: readonly Row[] = [
  [
    '401',
    [failed(401, { message: 'no' })],
    { calls: 1, code: 'CONFIG_INVALID', says: /BACKSTORY_TEACHER_API_KEY/ },
  ],
  ['403 at first', [failed(403, { message: 'no' })], { calls: 1, code: 'CONFIG_INVALID' }],
  ['404', [failed(404, { message: 'no such model' })], { calls: 1, code: 'CONFIG_INVALID' }],
  [
    'a redirect',
    [{ kind: 'raw', status: 307, headers: { location: 'http://elsewhere.example/' }, body: '' }],
    { calls: 1, code: 'CONFIG_INVALID', says: /elsewhere\.example/ },
  ],
  ['402', [failed(402, { message: 'pay' })], { calls: 1, code: 'TEACHER_BUDGET' }],
  [
    'no quota, by code',
    [failed(429, { message: 'x', code: 'insufficient_quota' })],
    { calls: 1, code: 'TEACHER_BUDGET' },
  ],
  [
    'no quota, by type',
    [failed(429, { message: 'x', type: 'insufficient_quota' })],
    { calls: 1, code: 'TEACHER_BUDGET' },
  ],
  [
    'no quota, in an array',
    [raw(JSON.stringify([{ error: { message: 'x', code: 'insufficient_quota' } }]), json, 429)],
    { calls: 1, code: 'TEACHER_BUDGET' },
  ],
  [
    'no quota, with status 200',
    [body({ error: { message: 'x', code: 'insufficient_quota' } })],
    { calls: 1, code: 'TEACHER_BUDGET' },
  ],
  [
    'no credit, in words, as 400',
    [failed(400, { message: 'Your credit balance is too low to access the API.' })],
    { calls: 1, code: 'TEACHER_BUDGET' },
  ],
  [
    'a quota per minute is no end',
    busy({ 'retry-after': '2' }, 'You exceeded your current quota.'),
    { ...repaired, value: 't', waitedMs: 2_000 },
  ],
  [
    '413',
    [failed(413, { message: 'x' })],
    { calls: 1, code: 'TEACHER_REFUSED', says: /teacher\.promptBytesMax/ },
  ],
  [
    'a prompt too long for the context',
    [
      failed(400, {
        message:
          "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens. Please reduce the length of the messages.",
      }),
    ],
    {
      calls: 1,
      code: 'TEACHER_REFUSED',
      says: /teacher\.promptBytesMax or teacher\.thinkTokensMax/,
    },
  ],
  [
    'a limit too high for the model',
    [
      failed(400, {
        message:
          'max_tokens is too large: 6000. This model supports at most 4096 completion tokens.',
      }),
    ],
    { calls: 1, code: 'CONFIG_INVALID', says: /lower teacher\.thinkTokensMax/ },
  ],
  [
    'the same in other words',
    [failed(422, { message: '`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000' })],
    { calls: 1, code: 'CONFIG_INVALID', says: /teacher\.thinkTokensMax/ },
  ],
  [
    'a filter',
    [failed(400, { message: 'blocked', code: 'content_filter' })],
    { calls: 1, code: 'TEACHER_REFUSED' },
  ],
  [
    'a filtered answer',
    [body({ choices: [{ finish_reason: 'content_filter' }] })],
    { calls: 1, code: 'TEACHER_REFUSED' },
  ],
  [
    'a refusal in words',
    [message({ content: null, refusal: 'no' })],
    { calls: 1, code: 'TEACHER_REFUSED' },
  ],
  ['451', [failed(451, { message: 'x' })], { calls: 1, code: 'TEACHER_REFUSED' }],
  [
    'a server that goes on failing',
    Array(3).fill(failed(500, { message: 'x' })),
    { calls: 3, code: 'TEACHER_UNAVAILABLE' },
    { retriesMax: 2 },
  ],
  [
    'more bytes than any answer has',
    [raw(`"${'x'.repeat(17 * 1024 * 1024)}"`, json)],
    { calls: 1, code: 'TEACHER_UNAVAILABLE', says: /more than \d+ bytes/ },
    { retriesMax: 0 },
  ],
];

const forms: readonly Row[] = [
  [
    'max_tokens',
    [
      without(
        'max_tokens',
        "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
      ),
      answers(thought),
    ],
    { calls: 2, value: 't' },
  ],
  [
    'a temperature',
    [without('temperature', 'temperature: only the default (1) is supported'), answers(thought)],
    { calls: 2, value: 't' },
  ],
  [
    'a switch of the template',
    [
      without(
        'chat_template_kwargs',
        'Unrecognized request argument supplied: chat_template_kwargs',
      ),
      answers(thought),
    ],
    { calls: 2, value: 't' },
    { thinking: 'off' },
  ],
  [
    'a schema, as 404',
    [failed(404, { message: 'No endpoints found that support response_format' }), answers(thought)],
    { calls: 2, value: 't' },
  ],
  [
    'a schema, as 500',
    [
      failed(500, { message: 'guided decoding is not built in: response_format' }),
      answers(thought),
    ],
    { calls: 2, value: 't' },
  ],
  [
    'a schema, as 501',
    [failed(501, { message: 'not implemented' }), answers(thought)],
    { calls: 2, value: 't' },
  ],
  [
    'something without a name',
    [
      failed(400, { message: 'bad request' }),
      failed(400, { message: 'bad request' }),
      failed(400, { message: 'bad request' }),
      answers(thought),
    ],
    { calls: 4, value: 't' },
  ],
  [
    'everything',
    Array(6).fill(failed(400, { message: 'bad request' })),
    { calls: 4, code: 'TEACHER_REFUSED' },
  ],
];

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
  await teacher.rewrite({ ...request, thought: 'a', round: 0, bytesMax: 99 }, 0, signal);
  expect(server.requests.map(({ body }) => 'temperature' in body)).toEqual([true, false, false]);
});

test('no temperature is sent where it is null', async () => {
  const { teacher, server } = await open({}, { temperature: null });
  await teacher.think(request, signal);
  expect(server.requests[0]?.body).not.toHaveProperty('temperature');
});

test('after an answer a 403 refuses one request alone, unless it is about the key', async () => {
  const schedule = [
    answers(thought),
    failed(403, { message: 'blocked by the firewall' }),
    failed(403, { message: 'x', code: 'invalid_api_key' }),
  ];
  const { teacher } = await open({ schedule });
  await teacher.think(request, signal);
  const rewrite = { ...request, thought: 'a', round: 0, bytesMax: 99 };
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
    const rewrite = { ...request, thought: 'a', round: sample, bytesMax: 99 };
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
