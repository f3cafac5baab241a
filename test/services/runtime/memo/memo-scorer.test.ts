/** A score is asked for once, whatever stands beside it in the request. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Scorer } from '../../../../services/ports/scorer.ts';
import { type Memo, openMemo } from '../../../../services/runtime/memo/memo.ts';
import { memoScorer } from '../../../../services/runtime/memo/memo-scorer.ts';

let folder: string;
let memo: Memo;
const signal = new AbortController().signal;
const asked: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memo-scorer-'));
  memo = openMemo(folder);
});

afterAll(async () => {
  await memo.close();
  await rm(folder, { recursive: true, force: true });
});

function scorerOf(change: Partial<Scorer> = {}): Scorer {
  const score: Scorer['score'] = async ({ context, thoughts, target }) => {
    asked.push(...thoughts);
    return thoughts.map((thought) => context.length + 10 * thought.length + target.length / 7);
  };
  return {
    identity: { name: 'toy', version: '1', model: 'm', languageModel: true },
    configuration: 'c',
    score,
    scoreTokens: async (request, own) =>
      (await score(request, own)).map((bits) =>
        bits === null ? null : { bits, tokens: [{ end: 1, bits }] },
      ),
    check: async () => null,
    close: async () => {},
    ...change,
  };
}

const request = { context: 'x', thoughts: ['a', 'bb'], target: 'code' };

test('a thought is scored once, in any company, and only under what it was scored with', async () => {
  const scorer = memoScorer(scorerOf(), memo, 'use');
  const [a, bb] = await scorer.score(request, signal);
  const mixed = { ...request, thoughts: ['bb', 'ccc', 'a', 'dddd'] };
  const scores = await scorer.score(mixed, signal);
  expect(asked.splice(0)).toEqual(['a', 'bb', 'ccc', 'dddd']);
  expect(scores).toEqual([bb, scores[1], a, scores[3]]);
  expect(scores).toEqual(await scorerOf().score(mixed, signal));
  asked.splice(0);
  for (const other of [{ context: 'y' }, { target: 'other' }]) {
    await scorer.score({ ...request, ...other }, signal);
    expect(asked.splice(0)).toEqual(['a', 'bb']);
  }
  await memoScorer(scorerOf({ configuration: 'd' }), memo, 'use').score(request, signal);
  expect(asked.splice(0)).toEqual(['a', 'bb']);
});

test('what was scored before a failure is not scored again', async () => {
  const failing = scorerOf({ score: () => Promise.reject(new Error('killed')) });
  const more = { ...request, thoughts: ['a', 'eeeee', 'bb'] };
  await expect(memoScorer(failing, memo, 'use').score(more, signal)).rejects.toThrow('killed');
  await memoScorer(scorerOf(), memo, 'use').score(more, signal);
  expect(asked.splice(0)).toEqual(['eeeee']);
});

test('bits per token are remembered beside, and a memo alone gives both or says what is missing', async () => {
  const scorer = memoScorer(scorerOf(), memo, 'use');
  const first = await scorer.scoreTokens?.(request, signal);
  const only = memoScorer(scorerOf(), memo, 'only');
  asked.splice(0);
  expect(await only.scoreTokens?.(request, signal)).toEqual(first);
  expect(await only.score(request, signal)).toEqual(first?.map((scored) => scored?.bits));
  await expect(only.score({ ...request, thoughts: ['new'] }, signal)).rejects.toMatchObject({
    code: 'MEMO_MISS',
  });
  expect(asked).toEqual([]);
});

test('that a thought cannot be scored is remembered', async () => {
  const some = scorerOf({
    score: async ({ thoughts }) => {
      asked.push(...thoughts);
      return thoughts.map((thought) => (thought === 'long' ? null : 1));
    },
  });
  const other = { ...request, context: 'z', thoughts: ['long', 'short'] };
  asked.splice(0);
  expect(await memoScorer(some, memo, 'use').score(other, signal)).toEqual([null, 1]);
  expect(await memoScorer(some, memo, 'use').score(other, signal)).toEqual([null, 1]);
  expect(await memoScorer(scorerOf(), memo, 'only').score(other, signal)).toEqual([null, 1]);
  expect(asked).toEqual(['long', 'short']);
});
