/** The memo around a teacher: modes, single flight, one key per sample, survival of a restart. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RewriteRequest, Teacher, ThinkRequest } from '../../../../services/ports/teacher.ts';
import { openLocalCoordination } from '../../../../services/runtime/coordination/local.ts';
import {
  type Memo,
  type MemoMode,
  memoTeacher,
  openMemo,
} from '../../../../services/runtime/memo/memo.ts';
import { openObjectMemo } from '../../../../services/runtime/memo/memo-objects.ts';
import { openLocalObjects } from '../../../../services/runtime/store/objects/local.ts';

const usage = {
  calls: 1,
  promptTokens: 5,
  completionTokens: 7,
  microDollars: 9,
  refused: {},
  finish: {},
};
const request: ThinkRequest = {
  name: 'n',
  requirements: '',
  path: 'a.py',
  purpose: '',
  structure: {
    path: 'a.py',
    language: 'python',
    parser: 'none',
    errorRatio: 0,
    lines: 1,
    symbols: [],
    externals: [],
    note: null,
  },
  architecture: '',
  module: null,
  written: [],
  reads: [],
  usedBy: [],
  code: 'x = 1\n',
};
const rewrite: RewriteRequest = {
  ...request,
  ...{ thought: 't', round: 0, ordinal: 0, bits: 9, tried: [], bytesMax: 100 },
};
const { signal } = new AbortController();

/** A teacher whose every answer is new, so that a repeated answer must come from the memo. */
function countingTeacher(): Teacher & { calls: number } {
  const teacher = {
    identity: { name: 'counting', version: '1', model: null, languageModel: false },
    calls: 0,
    plan: async () => {
      throw new Error('not asked in these tests');
    },
    think: async () => answer(),
    rewrite: async () => answer(),
    check: async () => null,
  };
  const answer = async () => {
    teacher.calls += 1;
    const value = `answer ${teacher.calls}`;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { value, usage };
  };
  return teacher;
}

const memos: [where: string, open: (folder: string) => Memo][] = [
  ['in one file', openMemo],
  ['as objects', (folder) => openObjectMemo(openLocalObjects(folder))],
];

describe.each(memos)('memo %s', (_where, open) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstory-memo-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function withMemo<T>(mode: MemoMode, teacher: Teacher, act: (t: Teacher) => Promise<T>) {
    const memo = open(folder);
    const coordination = openLocalCoordination();
    try {
      return await act(memoTeacher(teacher, { memo, mode, count: () => {}, coordination }));
    } finally {
      await memo.close();
    }
  }

  it('answers from disk after a restart, with the usage of the first call', async () => {
    const teacher = countingTeacher();
    const first = await withMemo('use', teacher, (t) => t.think(request, signal));
    const second = await withMemo('use', teacher, (t) => t.think({ ...request }, signal));
    expect(second).toEqual(first);
    expect(teacher.calls).toBe(1);
  });

  it('keeps samples and requests apart', async () => {
    const teacher = countingTeacher();
    const values = await withMemo('use', teacher, async (t) => [
      (await t.rewrite(rewrite, 0, signal)).value,
      (await t.rewrite(rewrite, 1, signal)).value,
      (await t.rewrite({ ...rewrite, round: 1 }, 0, signal)).value,
      (await t.rewrite(rewrite, 1, signal)).value,
    ]);
    expect(values).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 2']);
  });

  it('asks once for equal requests in flight', async () => {
    const teacher = countingTeacher();
    await withMemo('use', teacher, (t) =>
      Promise.all([t.think(request, signal), t.think(request, signal), t.think(request, signal)]),
    );
    expect(teacher.calls).toBe(1);
  });

  it('refresh: one of two processes that ask at once pays, and both get its answer', async () => {
    const teacher = countingTeacher();
    await withMemo('use', teacher, (t) => t.think(request, signal));
    const memo = open(folder);
    // Each process has its own calls in flight; they share the memo and the claims.
    const coordination = openLocalCoordination();
    const processes = [1, 2].map(() =>
      memoTeacher(teacher, { memo, mode: 'refresh', count: () => {}, coordination }),
    );
    const answers = await Promise.all(processes.map((t) => t.think(request, signal)));
    expect(answers.map((answer) => answer.value)).toEqual(['answer 2', 'answer 2']);
    await memo.close();
  });

  it('refresh asks anew and overwrites; only never asks and names the miss', async () => {
    const teacher = countingTeacher();
    await withMemo('use', teacher, (t) => t.think(request, signal));
    await withMemo('refresh', teacher, (t) => t.think(request, signal));
    const only = await withMemo('only', teacher, (t) => t.think(request, signal));
    expect(only.value).toBe('answer 2');
    await expect(
      withMemo('only', teacher, (t) => t.think({ ...request, path: 'b.py' }, signal)),
    ).rejects.toMatchObject({
      code: 'MEMO_MISS',
      subject: 'think of n, file b.py',
      message: expect.stringContaining(folder),
    });
    expect(teacher.calls).toBe(2);
  });
});

it('gives an answer that an earlier version kept every count that records have now', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-memo-'));
  const memo = openMemo(folder);
  const coordination = openLocalCoordination();
  const answerOf = (teacher: unknown) =>
    memoTeacher(teacher as Teacher, { memo, mode: 'use', count: () => {}, coordination }).think(
      request,
      signal,
    );
  try {
    const { finish: _none, ...older } = usage;
    const before = { ...countingTeacher(), think: async () => ({ value: 'kept', usage: older }) };
    await answerOf(before);
    expect(await answerOf(countingTeacher())).toEqual({ value: 'kept', usage });
  } finally {
    await memo.close();
    await rm(folder, { recursive: true, force: true });
  }
});
