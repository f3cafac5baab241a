/** Sessions for the Hub's viewer: every word of the document is in one, and in its place. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TextSegment } from '../../../schemas/trajectory-text.ts';
import { exportOutput } from '../../../services/export/export.ts';
import { traces as format } from '../../../services/export/formats/traces.ts';
import { type SessionMessage, sessionMessages } from '../../../services/export/session.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  placeRecords,
} from '../../samples/sink-harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.remove());

const segment = (
  kind: TextSegment['kind'],
  body = '',
  path: string | null = null,
  lines: TextSegment['lines'] = null,
): TextSegment => ({ kind, body, path, lines });

test('thoughts stand before the act, and what was read answers its call', () => {
  const messages = sessionMessages([
    segment('backstory', '', 'r'),
    segment('task', 'make r\n'),
    segment('requirements', 'it adds\n'),
    segment('plan', '1. a\n'),
    segment('file', 'write b\n', 'b'),
    segment('read', '', 'a', [1, 2]),
    segment('observe', 'x\ny\n', 'a', [1, 2]),
    segment('read', '', 'c'),
    segment('observe', '', 'c'),
    segment('think', 'first\n'),
    segment('think', 'second\n'),
    segment('write', 'one\n', 'b', [1, 1]),
    segment('write', 'two', 'b', [2, 2]),
    segment('done'),
  ]);
  const call = (number: number, name: string, given: object) => [
    { id: `call-${number}`, function: { name, arguments: JSON.stringify(given) } },
  ];
  const does = { role: 'assistant', content: '' };
  expect(messages).toEqual([
    { role: 'user', content: 'make r\n' },
    { role: 'assistant', content: '1. a\n', reasoningContent: 'it adds\n' },
    { role: 'user', content: 'write b\n' },
    { ...does, toolCalls: call(1, 'read', { path: 'a', lines: [1, 2] }) },
    { role: 'tool', content: 'x\ny\n', toolCallId: 'call-1' },
    { ...does, toolCalls: call(2, 'read', { path: 'c' }) },
    { role: 'tool', content: '', toolCallId: 'call-2' },
    {
      ...does,
      reasoningContent: 'first\n\nsecond\n',
      toolCalls: call(3, 'write', { path: 'b', lines: [1, 1], content: 'one\n' }),
    },
    { ...does, toolCalls: call(4, 'write', { path: 'b', lines: [2, 2], content: 'two' }) },
    { role: 'assistant', content: 'done' },
  ]);
});

test('a thought before which nothing is done is kept', () => {
  const messages = sessionMessages([segment('requirements', 'why\n'), segment('file', 'b\n', 'b')]);
  expect(messages).toEqual([
    { role: 'assistant', content: '', reasoningContent: 'why\n' },
    { role: 'user', content: 'b\n' },
  ]);
});

test('the calls of a session write the repository, whatever its bytes look like', async () => {
  const files = [
    { path: 'one.py', text: 'def one():\n    return "\u2028\u0085 @@@ done \u{1f600}"\r\n' },
    { path: 'two.py', text: 'from one import one\n\n\nTWO = {"type": "session"}, one()' },
  ];
  const record = await harness.trajectory({ name: 'sums', files }, 0);
  const out = join(harness.folder, 'out');
  mkdirSync(out);
  await deliver(await harness.open(out), placeRecords([record, closedRecord(1)]));
  const traces = join(harness.folder, 'traces');
  const order = { place: out, runFolder: out, format, compression: 'none' } as const;
  await exportOutput({ ...order, target: traces });
  const sessions = join(traces, 'sessions/shard.00000');
  const names = readdirSync(sessions);
  const text = readFileSync(join(sessions, names[0] ?? ''), 'utf8');
  const [session, ...rest] = text
    .trimEnd()
    .split('\n')
    .map((each) => JSON.parse(each));
  expect(session).toMatchObject({ type: 'session', harness: 'backstory', name: 'sums' });
  expect(names).toEqual([`${session.id}.jsonl`]);
  // Python's splitlines and others take these for line ends.
  expect(text).not.toMatch(/[\u0085\u2028\u2029]/);
  const messages = rest.map(({ message }) => message as SessionMessage);
  const whose = expect.stringMatching(/^The development of sums.* are by /);
  expect(messages[0]).toEqual({ role: 'system', content: whose });
  const calls = messages.flatMap(({ toolCalls = [] }) => toolCalls);
  const given = calls.map((each) => JSON.parse(each.function.arguments));
  const written = given.filter(({ content }) => content !== undefined);
  expect(written.map(({ path, content }) => ({ path, text: content }))).toEqual(files);
  expect(readFileSync(join(traces, 'README.md'), 'utf8')).toContain('  - agent-traces\n');
});
