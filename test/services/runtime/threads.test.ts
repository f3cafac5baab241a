/** The pool of threads: which thread answers, which questions fail, and how the pool ends. */
import { afterEach, expect, test } from 'vitest';
import {
  openThreads,
  type Threads,
  type ThreadsOptions,
} from '../../../services/runtime/threads.ts';
import type { Echo, EchoQuestion } from '../../samples/echo-thread.ts';

const opened: Threads<EchoQuestion, Echo>[] = [];

function open(threadsMax: number, options: Partial<ThreadsOptions<EchoQuestion>> = {}) {
  const threads = openThreads<EchoQuestion, Echo>({
    module: new URL('../../samples/echo-thread.ts', import.meta.url),
    data: { greeting: 'hello' },
    threadsMax,
    name: 'echo',
    died: (cause) => new Error(`an echo died: ${cause.message}`),
    ...options,
  });
  opened.push(threads);
  return threads;
}

const echo = (text: string, ms?: number): EchoQuestion =>
  ms === undefined ? { kind: 'echo', text } : { kind: 'echo', text, ms };

afterEach(async () => {
  await Promise.all(opened.splice(0).map((threads) => threads.close()));
});

test('every question gets its own answer, more questions than threads', async () => {
  const threads = open(2);
  const texts = Array.from({ length: 20 }, (_, index) => `question ${index}`);
  const answers = await Promise.all(texts.map((text) => threads.ask(echo(text))));
  expect(answers.map(({ text, greeting }) => [text, greeting])).toEqual(
    texts.map((text) => [text, 'hello']),
  );
  expect(new Set(answers.map(({ thread }) => thread)).size).toBeLessThanOrEqual(2);
});

test('a thread that is free is used before another one starts', async () => {
  const threads = open(4);
  const first = await threads.ask(echo('a'));
  const second = await threads.ask(echo('b'));
  expect(second.thread).toBe(first.thread);
});

test('a question goes to the free thread that keeps its key', async () => {
  const keyOf = (question: EchoQuestion) => (question.kind === 'echo' ? question.text : '');
  const threads = open(2, { warm: { keyOf, kept: 1 } });
  const [a, b] = [await threads.ask(echo('a')), await threads.ask(echo('b'))];
  expect(b.thread).not.toBe(a.thread);
  for (const text of ['b', 'a', 'a', 'b']) {
    expect((await threads.ask(echo(text))).thread).toBe(text === 'a' ? a.thread : b.thread);
  }
  // Only the latest key is kept: `c` replaces the key that its thread had kept.
  const c = await threads.ask(echo('c'));
  expect([a.thread, b.thread]).toContain(c.thread);
});

test('a question waits for the thread that keeps its key, but not behind another', async () => {
  const keyOf = (question: EchoQuestion) => (question.kind === 'echo' ? question.text : '');
  const threads = open(2, { warm: { keyOf, kept: 2 } });
  const { thread } = await threads.ask(echo('a'));
  const asked = [echo('a', 100), echo('a'), echo('b')].map((question) => threads.ask(question));
  const [first, second, other] = await Promise.all(asked);
  expect([first?.thread, second?.thread]).toEqual([thread, thread]);
  expect(other?.thread).not.toBe(thread);
  const again = [echo('a', 100), echo('a'), echo('a', 400)];
  const [, waited, behind] = await Promise.all(again.map((question) => threads.ask(question)));
  expect([waited?.thread, behind?.thread]).toEqual([thread, other?.thread]);
});

test('a failure fails one question only, with its code and subject', async () => {
  const threads = open(1);
  const coded = threads.ask({ kind: 'fail', coded: true });
  const bug = threads.ask({ kind: 'fail', coded: false });
  const good = threads.ask(echo('still here'));
  await expect(coded).rejects.toMatchObject({
    code: 'TOKENIZER_UNSUPPORTED',
    message: 'not this one',
    subject: 'a file',
  });
  await expect(bug).rejects.toMatchObject({
    message: 'our bug',
    stack: expect.stringContaining('echo-thread'),
  });
  expect((await good).text).toBe('still here');
});

test.each([
  ['exit', 'an echo died: exit code 7'],
  ['error', 'an echo died: thrown beside an answer'],
] as const)('a thread that dies by %s fails every question, also later ones', async (by, why) => {
  const threads = open(2);
  const asked = [
    threads.ask({ kind: 'die', by }),
    threads.ask(echo('under way', 10_000)),
    threads.ask(echo('waiting')),
  ];
  for (const result of await Promise.allSettled(asked)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { message: why } });
  }
  await expect(threads.ask(echo('later'))).rejects.toThrow(why);
});

test('an aborted question rejects with the reason and leaves the others alone', async () => {
  const threads = open(1);
  const stop = new AbortController();
  const running = threads.ask(echo('running', 50), stop.signal);
  const waiting = threads.ask(echo('waiting'), stop.signal);
  const kept = threads.ask(echo('kept'));
  stop.abort(new Error('stopped by the test'));
  await expect(running).rejects.toThrow('stopped by the test');
  await expect(waiting).rejects.toThrow('stopped by the test');
  expect((await kept).text).toBe('kept');
  await expect(threads.ask(echo('late'), stop.signal)).rejects.toThrow('stopped by the test');
});

test('closing fails running and waiting questions, and refuses new ones', async () => {
  const threads = open(1);
  const asked = [threads.ask(echo('under way', 10_000)), threads.ask(echo('waiting'))];
  const settled = Promise.allSettled(asked);
  await threads.close();
  for (const result of await settled) {
    expect(result).toMatchObject({ reason: { message: 'the echo was closed' } });
  }
  await expect(threads.ask(echo('later'))).rejects.toThrow('the echo was closed');
});
