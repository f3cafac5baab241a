/** What a disk refuses, or has damaged, has a code and advice; only what is left is our bug. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStreams } from '../../../services/cli/context.ts';
import { exitCodeOf, reportFailure } from '../../../services/cli/failures.ts';
import { writeFiles } from '../../samples/write-files.ts';
import { runLine } from './terminal.ts';

const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-failures-'));
afterAll(() => rmSync(workingFolder, { recursive: true, force: true }));

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

function told(error: unknown): { code: string; exitCode: number } {
  const lines: string[] = [];
  const stream = { isTTY: false, write: (text: string) => lines.push(text) };
  const context = openStreams(stream as never, stream as never, {});
  const exitCode = reportFailure(error, context, true);
  expect(exitCodeOf(error)).toBe(exitCode);
  return { code: JSON.parse(lines.join('')).error.code, exitCode };
}

function readOnlyDatabase(): DatabaseSync {
  const path = join(workingFolder, 'closed.db');
  new DatabaseSync(path).exec('CREATE TABLE t (id INTEGER)');
  return new DatabaseSync(path, { readOnly: true });
}

/** As on a disk that is mounted to be read only, which a test cannot mount. */
const readOnlyDisk = Object.assign(new Error('EROFS: read-only file system'), {
  ...{ code: 'EROFS', syscall: 'open', path: join(workingFolder, 'shards/.temporary-1') },
});

describe('an error that nobody expected', () => {
  test.each<[string, () => unknown, string]>([
    ['a new folder', () => failureOf(() => mkdirSync('/proc/a')), 'WRITABLE'],
    ['a file', () => failureOf(() => writeFileSync('/proc/sys/kernel/ostype', 'x')), 'WRITABLE'],
    ['a read-only disk', () => readOnlyDisk, 'WRITABLE'],
    ['a table', () => failureOf(() => readOnlyDatabase().exec('DROP TABLE t')), 'WRITABLE'],
  ])('%s that is refused is no bug', (_name, fail, code) => {
    expect(told(fail())).toEqual({ code: `OUTPUT_UN${code}`, exitCode: 2 });
  });

  test('any other one is', () => {
    expect(told(new TypeError('x is not a function'))).toEqual({ code: 'INTERNAL', exitCode: 70 });
    const missing = failureOf(() => new DatabaseSync(join(workingFolder, 'no/such.db')));
    expect(told(missing)).toEqual({ code: 'INTERNAL', exitCode: 70 });
  });
});

describe('a run whose database is damaged', () => {
  beforeAll(async () => {
    writeFiles(join(workingFolder, 'one'), { 'a.py': 'def a():\n    return 1\n' });
    const argv = ['run', join(workingFolder, 'one'), '--out', 'whole', '--search', 'off'];
    expect((await runLine(argv, { workingFolder })).exitCode).toBe(0);
  });

  test.each([
    ['log/log.db', 'other bytes'],
    ['log/log.db', 'cut off'],
    ['memo/memo.db', 'other bytes'],
  ])('%s: %s', async (name, how) => {
    const out = join(workingFolder, 'damaged');
    rmSync(out, { recursive: true, force: true });
    cpSync(join(workingFolder, 'whole'), out, { recursive: true });
    const path = join(out, name);
    if (how === 'cut off') truncateSync(path, 12_000);
    else writeFileSync(path, Buffer.alloc(8192, 'no database '));
    const argv = ['run', join(workingFolder, 'one'), '--out', out, '--search', 'off'];
    const { exitCode, err } = await runLine(argv, { workingFolder });
    expect(err).toContain(`error DATABASE_DAMAGED: ${path} is damaged`);
    expect(exitCode).toBe(2);
  });
});

/** Node's recursive mkdir would never return below /proc. */
const one = join(workingFolder, 'one');
const knobs = ['teacher.baseUrl=http://127.0.0.1:9/v1', 'teacher.model=m'];
const model = ['--teacher', 'openai', ...knobs.flatMap((knob) => ['--set', knob])];
test.each<[string, readonly string[], string]>([
  ['export', ['whole', '--format', 'jsonl', '--to', '/proc/a'], '--to'],
  ['export', ['whole', '--format', 'jsonl', '--to', '/proc/a/b'], '--to'],
  ['ui', ['whole', '--bundle', '/proc/a/b'], '--bundle'],
  ['run', [one, '--out', '/proc/a/b'], '--out'],
  ['batch', ['gather', one, '--out', '/proc/a/b', ...model], '--out'],
  ['report', ['whole', '--html', '/proc/a/b'], '--html'],
  ['attribution', ['whole', '--out', '/proc/a/b'], '--out'],
])('%s %j: says that nothing can be written there, and what to do', async (name, argv, advice) => {
  const { exitCode, err } = await runLine([name, ...argv], { workingFolder });
  expect(err).toMatch(new RegExp(`error OUTPUT_UNWRITABLE: .*/proc/a.*${advice}$`, 'm'));
  expect(exitCode).toBe(2);
});
