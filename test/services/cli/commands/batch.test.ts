/**
 * Answers from batches, with a server that loses answers, fails lines and lets them expire: each
 * request is billed once, and a run from the memo alone completes.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockLogFolder } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { sha256 } from '../../../../services/runtime/ids.ts';
import { openMemo } from '../../../../services/runtime/memo/memo.ts';
import {
  type BatchFaults,
  type BatchServer,
  startBatchServer,
} from '../../../samples/servers/batch-server.ts';
import { writeRepositories } from '../../../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../../../simulation/run-graph.ts';
import { runLine } from '../terminal.ts';

let folder: string;
let sources: string[];
let server: BatchServer;
let knobs: string[];

const dice = (id: string) => Number.parseInt(sha256(id).slice(0, 6), 16) % 100;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-batch-'));
  sources = writeRepositories(join(folder, 'sources'));
  server = await startBatchServer({
    lostUploads: [0],
    lostCreations: [0, 2],
    line: (id, times) => {
      const at = dice(id);
      if (at < 3) return 'refuse';
      if (at < 5) return 'error';
      if (times > 0) return 'answer';
      if (at < 20) return 'error';
      if (at < 30) return 'expire';
      return at < 35 ? 'broken' : 'answer';
    },
  });
  knobs = [
    ...['teacher.model=m', `teacher.baseUrl=${server.baseUrl}`, 'teacher.purposesPerCall=3'],
    ...['teacher.dollarsPerMillionPromptTokens=2', `sink.tokenizer=${writeByteTokenizer(folder)}`],
    ...smallOutput,
  ].flatMap((knob) => ['--set', knob]);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const line = (...argv: string[]) =>
  runLine([...argv, '--out', 'out', '--teacher', 'openai', '--json', ...knobs], {
    workingFolder: folder,
  });

test('gathers, sends and collects until the memo has every answer, and pays for each once', async () => {
  let passes = 0;
  for (; passes < 15; passes += 1) {
    const gathered = await line('batch', 'gather', ...sources);
    if (gathered.exitCode === 0) break;
    expect(JSON.parse(gathered.out).pending, gathered.err).toBeGreaterThan(0);
    // A lost answer fails the command, and the same command goes on where it stopped.
    for (let tries = 0; tries < 4; tries += 1) {
      if ((await line('batch', 'send')).exitCode === 0) break;
    }
    const early = await line('batch', 'collect');
    expect(JSON.parse(early.out).running.length).toBeGreaterThan(0);
    server.finish();
    const collected = await line('batch', 'collect');
    expect(JSON.parse(collected.out).running, collected.err).toEqual([]);
  }
  expect(passes).toBeLessThan(15);
  const inputs = server.batches.map(({ input_file_id }) => input_file_id);
  expect(new Set(inputs).size).toBe(inputs.length);
  expect([...server.billed.values()].every((times) => times <= 1)).toBe(true);
  const run = await line('run', ...sources, '--set', 'runtime.memo=only');
  expect(run.exitCode, run.err).toBe(0);
  const summary = JSON.parse(run.out);
  expect(summary.repositories).toMatchObject({ found: 3, written: 3, dropped: [] });
  expect(summary.usage.calls).toBe([...server.billed.values()].reduce((a, b) => a + b, 0));
  // At half the price, each call rounded up.
  const { microDollars, promptTokens, calls } = summary.usage;
  expect(microDollars).toBeGreaterThanOrEqual(promptTokens);
  expect(microDollars).toBeLessThanOrEqual(promptTokens + calls);
  // Nothing is left to do.
  const idle = await line('batch', 'send');
  expect(JSON.parse(idle.out)).toEqual({ jobs: 0, requests: 0, overBudget: 0 });
});

test('sends no more than the budget reaches for', async () => {
  const limited = ['--set', 'teacher.dollarsMax=0.000001'];
  await runLine(
    ['batch', 'gather', ...sources, '--out', 'poor', '--teacher', 'openai', '--json', ...knobs],
    { workingFolder: folder },
  );
  const sent = await runLine(
    ['batch', 'send', '--out', 'poor', '--teacher', 'openai', '--json', ...knobs, ...limited],
    { workingFolder: folder },
  );
  expect(JSON.parse(sent.out)).toMatchObject({ jobs: 0, requests: 0, overBudget: 3 });
  expect(sent.exitCode).not.toBe(0);
});

/** Batches of one small repository, in an output of its own. */
async function openBatches(out: string, faults: BatchFaults) {
  const own = await startBatchServer(faults);
  const argv = [
    ...['--out', out, '--teacher', 'openai', '--json', ...knobs],
    ...['--set', `teacher.baseUrl=${own.baseUrl}`],
  ];
  const small = sources.slice(0, 1);
  const step = (...words: string[]) => runLine([...words, ...argv], { workingFolder: folder });
  return {
    server: own,
    step,
    gather: () => step('batch', 'gather', ...small),
  };
}

test('what is collected is remembered at once, before anything is gathered again', async () => {
  const { server: own, gather, step } = await openBatches('at-once', {});
  try {
    await gather();
    await step('batch', 'send');
    own.finish();
    expect((await step('batch', 'collect')).exitCode).toBe(0);
    expect(own.billed.size).toBeGreaterThan(0);
    const memo = openMemo(join(folder, 'at-once', 'memo'));
    for (const id of own.billed.keys()) {
      expect(JSON.parse((await memo.get(id)) ?? 'null')).toMatchObject({ usage: { calls: 1 } });
    }
    await memo.close();
  } finally {
    await own.close();
  }
});

test('results of many bytes are read', async () => {
  const { server: own, gather, step } = await openBatches('large', { padding: 20 * 1024 * 1024 });
  try {
    await gather();
    await step('batch', 'send');
    own.finish();
    const collected = await step('batch', 'collect');
    expect(collected.exitCode, collected.err).toBe(0);
    expect(JSON.parse(collected.out).answered).toBe(own.billed.size);
  } finally {
    await own.close();
  }
});

test('a batch that the endpoint has forgotten is named, and its requests go again when it is given up', async () => {
  const { server: own, gather, step } = await openBatches('gone', {});
  try {
    const requests = JSON.parse((await gather()).out).pending;
    await step('batch', 'send');
    // What the endpoint still has is not given up, nor sent twice.
    const living = await step('batch', 'collect', '--give-up', 'batch-0');
    expect(living.exitCode).toBe(1);
    expect(JSON.parse(living.out)).toMatchObject({
      running: [{ batch: 'batch-0' }],
      problems: ['the endpoint still has batch-0: it is not given up'],
    });
    own.forget('batch-0');
    const collected = await step('batch', 'collect');
    expect(collected.exitCode).toBe(1);
    expect(JSON.parse(collected.out)).toMatchObject({ gone: ['batch-0'], answered: 0 });
    // Nothing is sent twice until a person says so.
    expect(JSON.parse((await step('batch', 'send')).out)).toMatchObject({ requests: 0 });
    const wrong = await step('batch', 'collect', '--give-up', 'batch-7');
    expect(wrong.out).toMatch(/no batch batch-7 waits to be collected; open: batch-0/);
    const given = await step('batch', 'collect', '--give-up', 'batch-0');
    const told = JSON.parse(given.out);
    expect(told).toMatchObject({ gone: [], missing: requests });
    // It may have billed all that was held back for it.
    expect(told.cost).toBeGreaterThan(0);
    expect(JSON.parse((await step('batch', 'send')).out)).toMatchObject({ requests });
  } finally {
    await own.close();
  }
});

test('a batch that loses what it has billed is not paid for without end', async () => {
  const { server: own, gather, step } = await openBatches('losing', { line: () => 'lose' });
  try {
    const requests = JSON.parse((await gather()).out).pending;
    for (let tries = 0; tries < 4; tries += 1) {
      await step('batch', 'send');
      own.finish();
      const collected = JSON.parse((await step('batch', 'collect')).out);
      if (tries > 2) continue;
      expect(collected).toMatchObject({ answered: 0, failed: requests });
      expect(collected.problems).toEqual([expect.stringMatching(/^2 lines of batch-\d cannot be/)]);
    }
    expect([...own.billed.values()]).toEqual(Array(requests).fill(3));
  } finally {
    await own.close();
  }
});

test('while another process works in the output, nothing is sent', async () => {
  const { server: own, gather, step } = await openBatches('locked', {});
  try {
    await gather();
    expect(existsSync(join(folder, 'locked', '.gitignore'))).toBe(true);
    const lock = lockLogFolder(join(folder, 'locked', 'log'));
    for (const command of ['send', 'collect']) {
      const { exitCode, out } = await step('batch', command);
      expect(exitCode).toBe(2);
      expect(out).toContain('OUTPUT_LOCKED');
    }
    lock.close();
    expect(own.batches).toEqual([]);
    expect((await step('batch', 'send')).exitCode).toBe(0);
  } finally {
    await own.close();
  }
});

test('where nothing was gathered, nothing seems to be done', async () => {
  for (const command of ['send', 'collect']) {
    const argv = ['batch', command, '--out', 'mistyped', '--teacher', 'openai', ...knobs];
    const { exitCode, err } = await runLine(argv, { workingFolder: folder });
    expect(exitCode).toBe(2);
    expect(err).toMatch(/nothing was gathered in .*mistyped: backstory batch gather/);
  }
  expect(existsSync(join(folder, 'mistyped'))).toBe(false);
});
