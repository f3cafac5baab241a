/**
 * Coordination with a real Redis and without: shared budgets and rate, single flight. A Redis that
 * is flushed, killed or hanging costs at most time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../scripts/cluster/ports.ts';
import type { Teacher } from '../../../services/ports/teacher.ts';
import { noUsage } from '../../../services/ports/usage.ts';
import { manualClock, systemClock } from '../../../services/runtime/clock.ts';
import { redisKnobs } from '../../../services/runtime/coordination/config.ts';
import type {
  BudgetLimits,
  Coordination,
} from '../../../services/runtime/coordination/coordination.ts';
import { openLedger } from '../../../services/runtime/coordination/ledger.ts';
import {
  openLocalBudget,
  openLocalCoordination,
} from '../../../services/runtime/coordination/local.ts';
import { openRedisCoordination } from '../../../services/runtime/coordination/redis.ts';
import { memoTeacher } from '../../../services/runtime/memo/memo.ts';
import { openObjectMemo } from '../../../services/runtime/memo/memo-objects.ts';
import { openLocalObjects } from '../../../services/runtime/store/objects/local.ts';

const never = new AbortController().signal;
const unlimited: BudgetLimits = {
  callsMax: 1_000_000,
  microDollarsMax: 1e12,
  callsPerMinute: null,
};
const planRequest = { licence: '', readme: '', files: [], edges: [], modules: [], manifests: [] };
const plan = { requirements: 'r', architecture: 'a', purposes: [] };
const folder = mkdtempSync(join(tmpdir(), 'backstory-coordination-'));
let port = 0;
let server: ChildProcess;
const opened: Coordination[] = [];
let datasets = 0;

beforeAll(async () => {
  port = await freePort();
  await startRedis();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

afterAll(async () => {
  await stopRedis('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function startRedis(): Promise<void> {
  const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  server = spawn('redis-server', [...where, '--appendonly', 'no', '--save', ''], {
    stdio: 'ignore',
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const attempt = () => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', () => setTimeout(attempt, 50));
    };
    server.once('spawn', attempt);
  });
}

function stopRedis(signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    server.kill(signal);
  });
}

function newDataset(): string {
  datasets += 1;
  return `data-${datasets}`;
}

async function openShared(
  dataset: string,
  processId: string,
  changes: boolean[] = [],
): Promise<Coordination> {
  const store = openLocalObjects(join(folder, dataset));
  const coordination = await openRedisCoordination({
    settings: redisKnobs.parse({
      url: `redis://127.0.0.1:${port}`,
      timeoutMs: 300,
      flightMs: 1_000,
    }),
    password: undefined,
    dataset,
    processId,
    ledger: openLedger(store, processId),
    onChange: (available) => changes.push(available),
  });
  opened.push(coordination);
  return coordination;
}

async function flush(): Promise<void> {
  const redis = new Redis(port, '127.0.0.1');
  await redis.flushall();
  redis.disconnect();
}

/** Number of calls admitted before the limit is reached. */
async function useUp(coordination: Coordination, limits: BudgetLimits): Promise<number> {
  for (let calls = 0; ; calls += 1) {
    const { kind } = await coordination.budget.admit(limits, 0, never);
    if (kind !== 'go') return calls;
  }
}

describe('the shared budget', () => {
  test('is shared by all processes: together they make exactly as many calls as allowed', async () => {
    const dataset = newDataset();
    const processes = await Promise.all(['a', 'b', 'c'].map((id) => openShared(dataset, id)));
    const limits = { ...unlimited, callsMax: 100 };
    const made = await Promise.all(
      processes.flatMap((one) => [useUp(one, limits), useUp(one, limits)]),
    );
    expect(made.reduce((sum, calls) => sum + calls, 0)).toBe(100);
  });

  test('sets aside what a call may cost, counts what it cost, and reports it', async () => {
    const dataset = newDataset();
    const [a, b] = [await openShared(dataset, 'a'), await openShared(dataset, 'b')];
    const limits = { ...unlimited, microDollarsMax: 500 };
    const first = await a.budget.admit(limits, 400, never);
    const wait = { kind: 'wait', for: 'money' };
    expect(await b.budget.admit(limits, 200, never)).toMatchObject(wait);
    expect(await b.budget.admit(limits, 501, never)).toMatchObject({ kind: 'over', used: 0 });
    if (first.kind === 'go') first.settle(300);
    // The next report of the process tells the others.
    expect(await a.budget.admit(limits, 200, never)).toMatchObject({ kind: 'go' });
    expect(await b.budget.admit(limits, 100, never)).toMatchObject(wait);
    const over = { kind: 'over', limit: 'money', used: 300 };
    expect(await b.budget.admit(limits, 201, never)).toEqual(over);
  });

  test('counts a call before it is made: a killed process is never counted too low', async () => {
    const dataset = newDataset();
    const limits = { ...unlimited, callsMax: 30, microDollarsMax: 1_000 };
    const killed = await openShared(dataset, 'killed');
    for (let call = 0; call < 10; call += 1) await killed.budget.admit(limits, 50, never);
    // Nothing of it is closed or settled.
    await flush();
    const next = await openShared(dataset, 'next');
    expect(await next.budget.admit(limits, 501, never)).toMatchObject({ kind: 'over', used: 500 });
    expect(await useUp(next, limits)).toBe(20);
  });

  test('survives a flush: spending of living and ended processes is counted again (I5)', async () => {
    const dataset = newDataset();
    const limits = { ...unlimited, callsMax: 30 };
    const ended = await openShared(dataset, 'ended');
    for (let call = 0; call < 10; call += 1) await ended.budget.admit(limits, 0, never);
    await ended.close();
    const living = await openShared(dataset, 'living');
    for (let call = 0; call < 10; call += 1) await living.budget.admit(limits, 0, never);
    await flush();
    expect(await useUp(living, limits)).toBe(10);
    await flush();
    expect(await useUp(await openShared(dataset, 'new'), { ...limits, callsMax: 10 })).toBe(0);
  });

  test('waits while Redis is down and continues when it is back', async () => {
    const dataset = newDataset();
    const changes: boolean[] = [];
    const one = await openShared(dataset, 'a', changes);
    await one.budget.admit(unlimited, 0, never);
    await stopRedis('SIGKILL');
    let admitted = false;
    const waiting = one.budget.admit(unlimited, 0, never).then((admission) => {
      admitted = true;
      return admission;
    });
    await systemClock.sleep(700);
    expect(admitted).toBe(false);
    expect(await one.check()).toMatch(/does not answer/);
    await startRedis();
    expect(await waiting).toMatchObject({ kind: 'go' });
    expect(changes).toEqual([true, false, true]);
  });

  test('waits while Redis hangs, until it is aborted', async () => {
    const one = await openShared(newDataset(), 'a');
    await one.budget.admit(unlimited, 0, never);
    server.kill('SIGSTOP');
    const abort = new AbortController();
    const waiting = one.budget.admit(unlimited, 0, abort.signal);
    await systemClock.sleep(500);
    abort.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    server.kill('SIGCONT');
    expect(await one.budget.admit(unlimited, 0, never)).toMatchObject({ kind: 'go' });
  });

  test('keeps all processes together within the rate', async () => {
    const dataset = newDataset();
    const processes = await Promise.all(['a', 'b'].map((id) => openShared(dataset, id)));
    // 600 a minute are 10 a second: after a burst of two seconds' worth, one each 100 ms.
    const limits = { ...unlimited, callsPerMinute: 600 };
    const made = await Promise.all(processes.map((one) => useUp(one, limits)));
    const burst = made.reduce((sum, calls) => sum + calls, 0);
    expect(burst).toBeGreaterThanOrEqual(20);
    expect(burst).toBeLessThan(200);
  });
});

describe('the budget of one process', () => {
  test('keeps to the limits of calls, money and rate', async () => {
    const clock = manualClock();
    const budget = openLocalBudget(clock);
    const limits = { callsMax: 50, microDollarsMax: 100, callsPerMinute: 60 };
    // Two seconds' burst at one a second, and the call that is due now.
    for (let call = 0; call < 3; call += 1) {
      expect(await budget.admit(limits, 0, never)).toMatchObject({ kind: 'go' });
    }
    const early = { kind: 'wait', for: 'rate', ms: 1_000 };
    expect(await budget.admit(limits, 0, never)).toMatchObject(early);
    clock.advance(1_000);
    const admitted = await budget.admit(limits, 60, never);
    const held = { kind: 'wait', for: 'money' };
    expect(await budget.admit(limits, 60, never)).toMatchObject(held);
    if (admitted.kind === 'go') admitted.settle(100);
    expect(await budget.admit(limits, 0, never)).toEqual({
      kind: 'over',
      limit: 'money',
      used: 100,
    });
    const few = { ...limits, callsMax: 4 };
    expect(await budget.admit(few, 0, never)).toEqual({ kind: 'over', limit: 'calls', used: 4 });
  });
});

describe.each(['one process', 'several processes'])('single flight in %s', (kind) => {
  const openAll = async (dataset: string): Promise<Coordination[]> => {
    const ids = ['a', 'b', 'c', 'd'];
    if (kind !== 'one process') return Promise.all(ids.map((id) => openShared(dataset, id)));
    const one = openLocalCoordination();
    return ids.map(() => one);
  };

  test('runs the work once for all callers', async () => {
    const all = await openAll(newDataset());
    let answer: string | null = null;
    let works = 0;
    const fly = (one: Coordination) =>
      one.singleFlight(
        'key',
        async () => answer,
        async () => {
          works += 1;
          await systemClock.sleep(400);
          answer = 'answer';
          return answer;
        },
        never,
      );
    const answers = await Promise.all([...all, ...all].map(fly));
    expect(new Set(answers)).toEqual(new Set(['answer']));
    expect(works).toBe(1);
  });

  test('lets another caller work after a failure', async () => {
    const all = await openAll(newDataset());
    let answer: string | null = null;
    let works = 0;
    const fly = (one: Coordination) =>
      one.singleFlight(
        'key',
        async () => answer,
        async () => {
          works += 1;
          await systemClock.sleep(50);
          if (works === 1) throw new Error('first');
          answer = 'second';
          return answer;
        },
        never,
      );
    const results = await Promise.allSettled(all.map(fly));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(works).toBe(2);
  });
});

describe('losing shared state', () => {
  test('the claim of a killed process expires', async () => {
    const dataset = newDataset();
    const killed = await openShared(dataset, 'killed');
    const redis = new Redis(port, '127.0.0.1');
    await redis.set(`backstory:${dataset}:flight:key`, 'of the killed', 'PX', 600);
    redis.disconnect();
    const result = await killed.singleFlight(
      'key',
      async () => null,
      async () => 'mine',
      never,
    );
    expect(result).toBe('mine');
  });

  test('a process whose claim went to another one before it began does not work', async () => {
    const dataset = newDataset();
    const one = await openShared(dataset, 'one');
    const redis = new Redis(port, '127.0.0.1');
    let reads = 0;
    const result = await one.singleFlight(
      'key',
      async () => {
        reads += 1;
        if (reads > 1) return 'theirs';
        // It stood still here for so long that its claim has expired.
        await redis.set(`backstory:${dataset}:flight:key`, 'of another', 'PX', 60_000);
        return null;
      },
      () => Promise.reject(new Error('it may not work now')),
      never,
    );
    redis.disconnect();
    expect(result).toBe('theirs');
  });

  test('without Redis a process waits, since another one may have the claim', async () => {
    const one = await openShared(newDataset(), 'a');
    await stopRedis('SIGKILL');
    let works = 0;
    const work = one.singleFlight(
      'k',
      async () => null,
      async () => {
        works += 1;
        return works;
      },
      never,
    );
    await systemClock.sleep(700);
    expect(works).toBe(0);
    await startRedis();
    expect(await work).toBe(1);
  });

  test('two processes pay once for an answer, also when Redis has lost the claim', async () => {
    const dataset = newDataset();
    const memo = openObjectMemo(openLocalObjects(join(folder, dataset, 'memo')));
    let asked = 0;
    let answering: Promise<void> = systemClock.sleep(600, never);
    const teacher: Teacher = {
      identity: { name: 'slow', version: '1', model: null, languageModel: false },
      plan: async () => {
        asked += 1;
        await answering;
        return { value: plan, usage: { ...noUsage, calls: 1 } };
      },
      think: () => Promise.reject(new Error('not asked here')),
      rewrite: () => Promise.reject(new Error('not asked here')),
      check: async () => null,
    };
    const processes = await Promise.all(['a', 'b'].map((id) => openShared(dataset, id)));
    const teachers = processes.map((coordination) =>
      memoTeacher(teacher, { memo, mode: 'use', count: () => {}, coordination }),
    );
    const askAll = (name: string) =>
      Promise.all(teachers.map((each) => each.plan({ ...planRequest, name }, never)));
    const [first, second] = await askAll('one');
    expect(first).toEqual(second);
    expect(asked).toBe(1);
    // The claim comes back with its renewal before anybody else may have it.
    const { promise, resolve: answer } = Promise.withResolvers<void>();
    answering = promise;
    const third = teachers[0]?.plan({ ...planRequest, name: 'two' }, never);
    await expect.poll(() => asked).toBe(2);
    await flush();
    const fourth = teachers[1]?.plan({ ...planRequest, name: 'two' }, never);
    await stopRedis('SIGKILL');
    await systemClock.sleep(1_500);
    await startRedis();
    await systemClock.sleep(5_000);
    expect(asked).toBe(2);
    answer();
    expect(await third).toEqual(await fourth);
    expect(asked).toBe(2);
  });
});
