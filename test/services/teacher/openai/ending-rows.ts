/** Failures that end a request or the run, and requests that a server takes in another form. */
import { busy } from './passing-rows.ts';
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
  without,
} from './turns.ts';

export const ends: readonly Row[] = [
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

export const forms: readonly Row[] = [
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
    { calls: 5, code: 'TEACHER_REFUSED' },
  ],
];
