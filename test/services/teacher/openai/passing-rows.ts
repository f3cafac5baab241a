/** Failures that pass, and how long servers ask to be left alone. */
import type { Turn } from '../fake-openai-server.ts';
import {
  answers,
  body,
  failed,
  json,
  message,
  type Row,
  raw,
  repaired,
  thought,
  whole,
} from './turns.ts';

export const passes: readonly Row[] = [
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

export const inMs = (ms: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + ms).toUTCString();
export const busy = (headers: Record<string, string>, words = 'x'): readonly Turn[] => [
  failed(429, { message: words }, headers),
  answers(thought),
];
export const waits: readonly Row[] = [
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
    { calls: 1, code: 'TEACHER_DOWN', says: /come back after \d{4}-/, waitedMs: 0 },
  ],
  [
    'a wait that no date can tell',
    busy({ 'retry-after': '9'.repeat(30) }),
    { calls: 1, code: 'TEACHER_DOWN', says: /come back after 9999-12-31/, waitedMs: 0 },
  ],
];
