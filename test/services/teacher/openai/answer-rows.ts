/** Odd answers that can be read, and those that must be asked for again. */
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Turn } from '../fake-openai-server.ts';
import {
  answers,
  body,
  failed,
  good,
  json,
  message,
  type Row,
  raw,
  repaired,
  thought,
  whole,
} from './turns.ts';

export const readable: readonly Row[] = [
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

export const usage = (sent: unknown): Turn =>
  body({ choices: [{ message: { content: thought } }], usage: sent });
/** Of a prompt of some thousand tokens: more than none, and fewer than ten thousand. */
export const estimated = [expect.closeTo(5_000, -4) as number, 4] as const;
export const counted: readonly Row[] = [
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
    'usage that no model can have',
    [usage({ prompt_tokens: 1e12, completion_tokens: 9_007_199_254_740_991 })],
    { ...good, tokens: estimated },
  ],
  [
    'usage of nothing for an answer',
    [usage({ prompt_tokens: 0, completion_tokens: 0 })],
    { ...good, tokens: estimated },
  ],
  [
    'no usage for an answer in the field of reasoning',
    [message({ content: null, reasoning: thought })],
    { ...good, tokens: estimated },
  ],
  [
    'usage with details alone',
    [usage({ completion_tokens_details: {} })],
    { ...good, tokens: estimated },
  ],
];

export const unusable: readonly Row[] = [
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
  // Read without bounds, each of these would hold up the process for a long time.
  [
    'a long list that looks as if it could be mended',
    [answers(`{"thought": [${'1 '.repeat(499_000)}]}`), answers(thought)],
    { ...repaired, value: 't' },
  ],
  [
    'braces that never close',
    [answers('{'.repeat(999_000)), answers(thought)],
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
  [
    'another form, twice: the reason is one line',
    [answers('{"x": 1}'), answers('{"x": 1}')],
    { ...repaired, code: 'TEACHER_ANSWER_INVALID', says: /^[^\n]*at thought[^\n]*$/ },
  ],
];
