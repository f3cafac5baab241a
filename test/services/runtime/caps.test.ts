/** Caps per day and repository, and tokens per minute; a book that a killed process leaves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manualClock } from '../../../services/runtime/clock.ts';
import {
  openBookFile,
  openMemoryBook,
  wholeRun,
} from '../../../services/runtime/coordination/book.ts';
import { type CapLimits, openCaps } from '../../../services/runtime/coordination/caps.ts';
import { openLocalBudget } from '../../../services/runtime/coordination/local.ts';

const never = new AbortController().signal;
const unlimited: CapLimits = {
  callsMax: 1e6,
  microDollarsMax: 1e12,
  callsPerMinute: null,
  microDollarsPerDayMax: null,
  microDollarsPerRepositoryMax: null,
  tokensPerMinute: null,
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-caps-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(book = openMemoryBook(), startMs = 0) {
  const clock = manualClock();
  let timeMs = Date.parse('2026-01-01T23:00:00Z') + startMs;
  const caps = openCaps({
    ...{ budget: openLocalBudget(clock, book.of(wholeRun)), book, clock },
    timeMs: () => timeMs,
  });
  const pass = (ms: number) => {
    timeMs += ms;
  };
  return { caps, clock, book, pass };
}

const want = (microDollars: number, repository = 'a', tokens = 10) => ({
  microDollars,
  tokens,
  repository,
});

test('a repository that has spent its share leaves the others theirs', async () => {
  const { caps } = open();
  const limits = { ...unlimited, microDollarsPerRepositoryMax: 100 };
  const first = await caps.admit(limits, want(60), never);
  expect(await caps.admit(limits, want(60), never)).toMatchObject({ kind: 'wait', for: 'money' });
  expect(await caps.admit(limits, want(60, 'b'), never)).toMatchObject({ kind: 'go' });
  if (first.kind === 'go') first.settle({ microDollars: 55, tokens: 5 });
  const over = { kind: 'over', limit: 'repository', used: 55 };
  expect(await caps.admit(limits, want(46), never)).toEqual(over);
  expect(await caps.admit(limits, want(45), never)).toMatchObject({ kind: 'go' });
});

test('a day that is spent is over at midnight, UTC', async () => {
  const { caps, pass } = open();
  const limits = { ...unlimited, microDollarsPerDayMax: 100 };
  const first = await caps.admit(limits, want(100), never);
  if (first.kind === 'go') first.settle({ microDollars: 100, tokens: 5 });
  expect(await caps.admit(limits, want(1), never)).toMatchObject({ kind: 'over', limit: 'day' });
  pass(3_600_000);
  expect(await caps.admit(limits, want(100), never)).toMatchObject({ kind: 'go' });
});

test('tokens per minute count what was used once it is known', async () => {
  const { caps, clock } = open();
  const limits = { ...unlimited, tokensPerMinute: 6_000 };
  const first = await caps.admit(limits, want(0, 'a', 1_000), never);
  expect(first.kind).toBe('go');
  expect(await caps.admit(limits, want(0, 'a', 10), never)).toMatchObject({
    ...{ kind: 'wait', for: 'rate', ms: 8_000 },
  });
  if (first.kind === 'go') first.settle({ microDollars: 0, tokens: 400 });
  expect(await caps.admit(limits, want(0, 'a', 10), never)).toMatchObject({ ms: 2_000 });
  clock.advance(2_000);
  expect(await caps.admit(limits, want(0, 'a', 10), never)).toMatchObject({ kind: 'go' });
});

test('what the budget behind refuses is counted nowhere', async () => {
  const { caps, book } = open();
  const none = { ...unlimited, callsMax: 0 };
  expect(await caps.admit(none, want(5), never)).toMatchObject({ kind: 'over', limit: 'calls' });
  expect(book.of('repository a')).toEqual({ calls: 0, spent: 0, held: 0 });
});

test('the book outlives its process; what was under way counts in full', async () => {
  const first = open(openBookFile(folder));
  const ended = await first.caps.admit(unlimited, want(50), never);
  if (ended.kind === 'go') ended.settle({ microDollars: 7, tokens: 5 });
  await first.caps.admit(unlimited, want(90, 'b'), never);
  await first.book.close();
  const second = open(openBookFile(folder));
  expect(second.book.of(wholeRun)).toEqual({ calls: 2, spent: 97, held: 0 });
  expect(second.book.of('repository a')).toEqual({ calls: 1, spent: 7, held: 0 });
  expect(second.book.of('day 2026-01-01').spent).toBe(97);
  const limits = { ...unlimited, microDollarsMax: 100 };
  expect(await second.caps.admit(limits, want(4), never)).toMatchObject({ kind: 'over', used: 97 });
  expect(await second.caps.admit(limits, want(3), never)).toMatchObject({ kind: 'go' });
  await second.book.close();
});
