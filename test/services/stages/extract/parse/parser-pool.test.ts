/** The pool: a crash or a hang costs one file, and the number of processes changes nothing. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { extractKnobs } from '../../../../../services/stages/extract/config.ts';
import {
  type PackedOutcome,
  unpackDefinitions,
} from '../../../../../services/stages/extract/facts/packed-facts.ts';
import type { ParseJob } from '../../../../../services/stages/extract/parse/parse-file.ts';
import {
  openParserPool,
  type ParserPool,
  type PoolOptions,
} from '../../../../../services/stages/extract/parse/parser-pool.ts';

const faulty = new URL('../faulty-child.ts', import.meta.url);
const never = new AbortController().signal;
const opened: ParserPool[] = [];

function open(change: Partial<PoolOptions> = {}, entry?: URL): ParserPool {
  const options = extractKnobs.parse({ processes: 1, hangMsMax: 20_000, ...change });
  const pool = openParserPool(options, entry);
  opened.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.close()));
});

const python = (path: string, text: string): ParseJob => ({ path, language: 'python', text });
const good = (index: number) => python(`g${index}.py`, `def f${index}(): pass\n`);

const firstName = ({ definitions }: PackedOutcome) => unpackDefinitions(definitions)[0]?.name;

async function summary(pool: ParserPool, jobs: readonly ParseJob[]) {
  const outcomes = await pool.parse(jobs, never);
  return outcomes.map((outcome) => outcome.shortfall ?? firstName(outcome));
}

describe('parser pool', () => {
  it.each(['abort', 'kill'])('a file at which its process ends by %s is given up', async (how) => {
    const jobs = [good(1), python('bad.py', `# ${how}\n`), good(2), good(3)];
    expect(await summary(open({}, faulty), jobs)).toEqual(['f1', 'parser-crashed', 'f2', 'f3']);
  });

  it('a file that hangs is given up; the others are parsed', async () => {
    const jobs = [good(1), python('bad.py', '# hang\n'), good(2)];
    const [first, hung, second] = await open({ hangMsMax: 1500 }, faulty).parse(jobs, never);
    expect(hung).toMatchObject({
      parser: 'none',
      errorRatio: 1,
      shortfall: 'parser-hung',
    });
    expect([first, second].map((outcome) => outcome && firstName(outcome))).toEqual(['f1', 'f2']);
  });

  it('a file is tried once more in a fresh process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-pool-'));
    const once = python('once.py', `# abort-once ${join(folder, 'died')}\ndef late(): pass\n`);
    expect(await summary(open({}, faulty), [good(1), once, good(2)])).toEqual(['f1', 'late', 'f2']);
    rmSync(folder, { recursive: true });
  });

  it('a process that cannot start is an error, not an outcome of the files', async () => {
    const pool = open({}, new URL('./no-such-child.ts', import.meta.url));
    await expect(pool.parse([good(1)], never)).rejects.toMatchObject({ code: 'PARSER_CRASHED' });
  });

  it('gives the same outcomes on any number of processes, however often they are replaced', async () => {
    const jobs = Array.from({ length: 60 }, (_, index) =>
      python(`p${index}.py`, `def f${index}(): pass\n`.repeat(400)),
    );
    const expected = await open().parse(jobs, never);
    expect(expected.map(firstName)).toEqual(jobs.map((_, index) => `f${index}`));
    expect(await open({ processes: 3 }).parse(jobs, never)).toEqual(expected);
    expect(await open({ processes: 2, childFilesMax: 7 }).parse(jobs, never)).toEqual(expected);
  });

  it('takes work again and again, while processes are replaced', async () => {
    const pool = open({ childFilesMax: 1 });
    const rounds = await Promise.all([
      summary(pool, [good(1)]).then(() => summary(pool, [good(2), good(3)])),
      summary(pool, [good(4)]),
    ]);
    expect(rounds).toEqual([['f2', 'f3'], ['f4']]);
    expect(await summary(pool, [good(5)])).toEqual(['f5']);
  });

  it.each([
    ['replaces a process above its memory', 64, 3],
    ['keeps a process below its memory', 4096, 1],
  ])('%s', async (_, childResidentMegabytesMax, processes) => {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-pool-'));
    const signed = join(folder, 'signed');
    const pool = open({ childResidentMegabytesMax }, faulty);
    for (const name of ['a', 'b', 'c']) {
      const job = python(`${name}.py`, `# sign ${signed}\ndef ${name}(): pass\n`);
      expect(await summary(pool, [job])).toEqual([name]);
    }
    const lines = readFileSync(signed, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(new Set(lines).size).toBe(processes);
    rmSync(folder, { recursive: true });
  });

  it('gives a large file a process of its own, where its tree would be too much', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-pool-'));
    const signed = join(folder, 'signed');
    const pool = open({ childResidentMegabytesMax: 400 }, faulty);
    const small = python('small.py', `# sign ${signed}\n`);
    const large = python('large.py', `# sign ${signed}\n#${'-'.repeat(6_000_000)}\n`);
    for (const job of [small, small, large]) await pool.parse([job], never);
    const [first, second, third] = readFileSync(signed, 'utf8').trim().split('\n');
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    rmSync(folder, { recursive: true });
  });

  it('lets a process go that has read much and has no more work', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-pool-'));
    const signed = join(folder, 'signed');
    const pool = open({}, faulty);
    const sign = python('sign.py', `# sign ${signed}\n`);
    const large = python('large.py', `#${'-'.repeat(9 * 1024 * 1024)}\n`);
    await pool.parse([sign, large], never);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await setTimeout(600);
      await pool.parse([sign], never);
      if (new Set(readFileSync(signed, 'utf8').trim().split('\n')).size > 1) break;
    }
    const processes = readFileSync(signed, 'utf8').trim().split('\n');
    expect(new Set(processes).size).toBe(2);
    rmSync(folder, { recursive: true });
  });

  it('stops at a slow file and at too many definitions', async () => {
    const nested = python('nested.py', `x = ${'['.repeat(200_000)}\n`);
    const many = python('many.py', 'def a(): pass\ndef b(): pass\n');
    const pool = open({ parseTimeMsMax: 1, symbolsPerFileMax: 1 });
    const [slow, limited] = await pool.parse([nested, many], never);
    expect(slow).toMatchObject({ parser: 'none', shortfall: 'parse-time' });
    expect(limited && unpackDefinitions(limited.definitions)).toHaveLength(1);
    expect(limited?.shortfall).toBe('symbols-limited');
  });

  it('a file costs what its parser works, not what the machine makes it wait', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-pool-'));
    const signed = join(folder, 'signed');
    const long = python('long.py', `# sign ${signed}\n${'x = [1, (2, 3)]\n'.repeat(60_000)}`);
    const parseTimeMsMax = 3000;
    const parsing = summary(open({ parseTimeMsMax }, faulty), [long]);
    while (!existsSync(signed)) await setTimeout(10);
    // It is parsing now, and gets no processor for longer than it may take.
    const processId = Number(readFileSync(signed, 'utf8'));
    await setTimeout(30);
    process.kill(processId, 'SIGSTOP');
    await setTimeout(parseTimeMsMax + 500);
    process.kill(processId, 'SIGCONT');
    expect(await parsing).toEqual(['x']);
    rmSync(folder, { recursive: true });
  });

  it('an abort rejects what is waiting, and the pool goes on', async () => {
    const pool = open();
    const stop = new AbortController();
    const stopped = pool.parse([good(1)], stop.signal);
    stop.abort(new Error('stopping'));
    await expect(stopped).rejects.toThrow('stopping');
    expect(await summary(pool, [good(2)])).toEqual(['f2']);
  });

  it('closing rejects what is waiting and takes no more', async () => {
    const pool = open();
    const waiting = pool.parse([good(1)], never);
    await Promise.all([expect(waiting).rejects.toThrow('closed'), pool.close()]);
    await expect(pool.parse([good(1)], never)).rejects.toThrow('closed');
  });
});
