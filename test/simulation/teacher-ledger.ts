/**
 * Many questions to a server that fails at random and in storms, and the server's own ledger of
 * what it has delivered and billed. Rounds go on until each question has ended for good.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Usage } from '../../schemas/generated/types.ts';
import type { Teacher, ThinkRequest } from '../../services/ports/teacher.ts';
import { buildThinkRequest } from '../../services/ports/think-request.ts';
import { noUsage, sumUsage } from '../../services/ports/usage.ts';
import { systemClock } from '../../services/runtime/clock.ts';
import { openBookFile, wholeRun } from '../../services/runtime/coordination/book.ts';
import { openLocalCoordination } from '../../services/runtime/coordination/local.ts';
import { PipelineError } from '../../services/runtime/errors.ts';
import { sha256 } from '../../services/runtime/ids.ts';
import { memoTeacher, openMemo } from '../../services/runtime/memo/memo.ts';
import { openLive } from '../../services/teacher/openai/live.ts';
import { teacherSettings } from '../../services/teacher/settings.ts';
import {
  examplePlan,
  exampleStructure,
  exampleTexts,
} from '../services/teacher/example-repository.ts';
import { startFakeOpenAi, type Turn } from '../services/teacher/fake-openai-server.ts';
import { type SeededRandom, seededRandom } from './random.ts';

const usage = { prompt_tokens: 100, completion_tokens: 20 };
const paidFor = (message: object, finish = 'stop'): Turn => ({
  kind: 'body',
  body: { choices: [{ message, finish_reason: finish }], usage },
});
const good = paidFor({ content: '{"thought": "It begins with what it needs."}' });

/** Delivered and billed, whatever they are worth. */
const paidTurns: readonly Turn[] = [
  paidFor({ content: 'no JSON at all' }),
  paidFor({ content: '{"thought": "cut of' }, 'length'),
  paidFor({ content: '{"thoughts": ["of another form"]}' }),
  paidFor({ content: '{"thought": ""}' }),
  paidFor({ content: null, refusal: 'I may not' }),
  paidFor({ content: '<think>{"thought": "a draft"}' }),
  paidFor({ content: null, reasoning: 'so it goes' }),
];
const unpaidTurns: readonly Turn[] = [
  { kind: 'status', status: 429, retryAfter: 0 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'hang-up' },
  { kind: 'silence' },
  { kind: 'raw', body: '{"choices": [{"mess', cut: true },
];

/** One in five fails; now and then the server has too much to do for a while. */
function openFaults(random: SeededRandom) {
  let storm = 0;
  return (): Turn => {
    if (storm > 0) storm -= 1;
    else if (random.next() < 0.005) storm = 15;
    if (storm > 0) return unpaidTurns[0] as Turn;
    if (random.next() > 0.2) return good;
    const faults = random.next() < 0.5 ? paidTurns : unpaidTurns;
    return faults[random.below(faults.length)] as Turn;
  };
}

export interface Played {
  /** How each question ended. */
  readonly ends: ReadonlyMap<string, number>;
  readonly rounds: number;
  /** Messages whose answer the server has delivered more than once. */
  readonly paidTwice: number;
  readonly delivered: number;
  readonly requests: number;
  /** What all questions say that they cost. */
  readonly told: Usage;
  /** Micro-dollars by the server's ledger, and by the run's book. */
  readonly billed: number;
  readonly booked: number;
  /** Stops for the budget, each of which had billed no more than its limit. */
  readonly stops: number;
}

/** A prompt token costs one micro-dollar, an answer token five. */
const prices = { dollarsPerMillionPromptTokens: 1, dollarsPerMillionCompletionTokens: 5 };
const billOf = (calls: number) => calls * (usage.prompt_tokens + 5 * usage.completion_tokens);

/** The limit rises by this much after each stop, in dollars. */
const dollarsPerRound = 0.08;

export async function playLedger(questions: number, seed: number): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'backstory-ledger-'));
  const delivered = new Map<string, number>();
  const nextTurn = openFaults(seededRandom(seed));
  let requests = 0;
  const server = await startFakeOpenAi({
    fault: () => {
      requests += 1;
      return nextTurn();
    },
    onDelivered: (messages, turn) => {
      const key = sha256(JSON.stringify(messages));
      if (turn.kind === 'body') delivered.set(key, (delivered.get(key) ?? 0) + 1);
    },
  });
  const count = () => [...delivered.values()].reduce((sum, times) => sum + times, 0);
  const open = new Set(Array.from({ length: questions }, (_unused, index) => index));
  const ends = new Map<string, number>();
  let told = noUsage;
  let stops = 0;
  let rounds = 0;
  try {
    for (let dollars = dollarsPerRound; open.size > 0 && rounds < 200; rounds += 1) {
      const stopped = await playRound(server.baseUrl, folder, open, dollars, (end, cost) => {
        ends.set(end, (ends.get(end) ?? 0) + 1);
        told = sumUsage([told, cost]);
      });
      if (billOf(count()) > dollars * 1e6) throw new Error('billed more than the limit');
      stops += stopped ? 1 : 0;
      dollars += stopped ? dollarsPerRound : 0;
    }
    const book = openBookFile(folder);
    const booked = book.of(wholeRun).spent;
    await book.close();
    const paidTwice = [...delivered.values()].filter((times) => times > 1).length;
    return {
      ...{ ends, rounds, paidTwice, delivered: count(), requests },
      ...{ told, billed: billOf(count()), booked, stops },
    };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A process of a run: true if it stopped for the budget. */
async function playRound(
  baseUrl: string,
  folder: string,
  open: Set<number>,
  dollarsMax: number,
  ended: (end: string, cost: Usage) => void,
): Promise<boolean> {
  const settings = teacherSettings.parse({
    ...{ baseUrl, model: 'm', dollarsMax, retriesMax: 2, retryWaitMs: 1, timeoutMs: 10_000 },
    ...{ thinkTokensMax: 100, failuresMax: 1_000, ...prices },
  });
  const book = openBookFile(folder);
  const memo = openMemo(join(folder, 'memo'));
  const live = await openLive(settings, { book: () => book }, systemClock);
  const coordination = openLocalCoordination();
  const teacher = memoTeacher(live, { memo, mode: 'use', count: () => {}, coordination });
  let stopped = false;
  const queue = [...open];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined && !stopped; next = queue.shift()) {
      const code = await askOne(teacher, next, ended);
      if (code === 'TEACHER_BUDGET') stopped = true;
      else if (code !== 'TEACHER_UNAVAILABLE') open.delete(next);
    }
  };
  await Promise.all(Array.from({ length: 24 }, work));
  await memo.close();
  await book.close();
  return stopped;
}

async function askOne(
  teacher: Teacher,
  question: number,
  ended: (end: string, cost: Usage) => void,
): Promise<string> {
  try {
    const { usage: cost } = await teacher.think(questionOf(question), never);
    ended('answered', cost);
    return 'answered';
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    if (error.disposition === 'reject') ended(error.code, error.usage ?? noUsage);
    return error.code;
  }
}

const never = new AbortController().signal;
const request = buildThinkRequest(
  exampleStructure,
  examplePlan,
  'src/service.py',
  [],
  (path) => exampleTexts[path] ?? '',
);

function questionOf(number: number): ThinkRequest {
  return { ...request, purpose: `Question ${number}.` };
}
