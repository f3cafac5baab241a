/** What opt-outs erase is in no file of the output but the memo, and nothing else goes. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseOptedOut, requireErasable } from '../../../../services/dataset/growing/erase.ts';
import { verifyOutput } from '../../../../services/dataset/verify/verify.ts';
import { openSqliteBus } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { openLocalObjects } from '../../../../services/runtime/store/objects/local.ts';
import { writeFiles } from '../../../samples/write-files.ts';
import { runLine } from '../../cli/terminal.ts';

const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-erase-'));
const sources = ['first', 'second', 'third'].map((name) => join(workingFolder, name));
const line = (...argv: string[]) => runLine(argv, { workingFolder });
const common = 'def everywhere(x):\n    """Return x."""\n    return x\n';
const fileOf = (name: string) => `def ${name}_only(x):\n    """Add ${name}."""\n    return x\n`;
/** Long enough that bodies of records are blobs of their own. */
const long = (name: string) =>
  Array.from({ length: 500 }, (_, at) => `def ${name}_long_${at}(x):\n    return ${at}\n`).join('');

let optedOut: string;

beforeAll(async () => {
  for (const name of ['first', 'second', 'third']) {
    const files = { 'own.py': fileOf(name), 'common.py': common, 'long.py': long(name) };
    writeFiles(join(workingFolder, name), files);
  }
  writeFiles(workingFolder, { 'list.txt': 'second\n' });
  const run = await line('run', ...sources, '--out', 'out', '--search', 'off');
  expect(run.exitCode, run.err).toBe(0);
  expect((await line('opt-out', 'apply', 'list.txt', 'out')).exitCode).toBe(0);
  optedOut = join(workingFolder, 'out');
}, 120_000);
afterAll(() => rmSync(workingFolder, { recursive: true, force: true }));

function copy(): string {
  const out = mkdtempSync(join(workingFolder, 'copy-'));
  cpSync(optedOut, out, { recursive: true });
  return out;
}

/** The files below a folder that hold a word. */
function holding(out: string, word: string): string[] {
  const names = readdirSync(out, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(out, name)).isFile());
  return files.filter((name) => readFileSync(join(out, name)).includes(word)).sort();
}

function blobsOf(out: string): string[] {
  const names = readdirSync(join(out, 'blobs'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.includes('/')).sort();
}

describe('an opt-out that erases', () => {
  test('leaves no byte of the files outside the memo, and all of the others', async () => {
    const out = copy();
    expect(holding(out, 'second_only').some((name) => name.startsWith('blobs/'))).toBe(true);
    expect(holding(out, 'second_only')).toContain('log/log.db');
    const report = await eraseOptedOut(out);
    expect(report.repositories.map(({ name }) => name)).toEqual(['second']);
    expect(report.records).toBeGreaterThan(5);
    expect(report.blobs).toBeGreaterThan(3);
    for (const word of ['second_only', 'second_long_77']) {
      expect(holding(out, word).filter((name) => !name.startsWith('memo/'))).toEqual([]);
    }
    expect(holding(out, 'third_long_77')).toEqual(
      holding(optedOut, 'third_long_77').filter((name) => !name.startsWith('cache/')),
    );
  }, 60_000);

  test('is told by verify, and why and the same run go on', async () => {
    const out = copy();
    await eraseOptedOut(out);
    const { absent, samples } = await verifyOutput(out);
    expect(samples).toBe(2);
    expect(absent).toEqual([expect.stringMatching(/records and \d+ blobs of second, .*erased$/)]);
    const why = await line('why', out, 'second');
    expect(why.out).toMatch(/opted out/);
    const before = blobsOf(out);
    const again = await line('run', ...sources, '--out', out, '--search', 'off');
    expect(again.exitCode, again.err).toBe(0);
    expect(blobsOf(out)).toEqual(before);
  }, 60_000);

  test('is finished by whoever repeats it after a kill', async () => {
    const whole = copy();
    await eraseOptedOut(whole);
    // The list is there, and nothing is gone yet; then the log is, and the blobs are not.
    for (const done of [['erased.json'], ['erased.json', 'log']]) {
      const out = copy();
      for (const name of done) {
        rmSync(join(out, name), { recursive: true, force: true });
        cpSync(join(whole, name), join(out, name), { recursive: true });
      }
      if (done.includes('log')) {
        expect((await verifyOutput(out)).absent[0]).toMatch(/still there: repeat it/);
      }
      await eraseOptedOut(out);
      expect(blobsOf(out)).toEqual(blobsOf(whole));
      expect(readFileSync(join(out, 'erased.json'))).toEqual(
        readFileSync(join(whole, 'erased.json')),
      );
      expect(holding(out, 'second_only').filter((name) => !name.startsWith('memo/'))).toEqual([]);
    }
    expect(await eraseOptedOut(whole)).toMatchObject({ records: 0, blobs: 0, bytes: 0 });
  }, 60_000);

  test('ends the run: added sources go into another output, and nothing is lost', async () => {
    const list = join(workingFolder, 'sources.txt');
    const files = { 'sources.txt': 'first\nsecond\n', 'nobody.txt': 'nobody\n' };
    writeFiles(workingFolder, { ...files, 'more/a.py': common });
    const run = () => line('run', `@${list}`, '--out', 'listed', '--search', 'off');
    expect((await run()).exitCode).toBe(0);
    const none = await line('opt-out', 'apply', 'nobody.txt', 'listed', '--erase');
    expect(none.out).toMatch(/nothing was erased\n$/);
    expect((await line('opt-out', 'apply', 'list.txt', 'listed', '--erase')).exitCode).toBe(0);
    expect((await run()).exitCode).toBe(0);
    writeFiles(workingFolder, { 'sources.txt': 'first\nsecond\nmore\n' });
    const grown = await run();
    expect(grown.err).toMatch(/OUTPUT_MISMATCH: sources \(1\) were added .* another --out/);
    expect((await verifyOutput(join(workingFolder, 'listed'))).samples).toBe(1);
  }, 60_000);

  test('is refused where it cannot be done, and says what can', async () => {
    const out = copy();
    const store = openLocalObjects(out);
    const running = openSqliteBus(join(out, 'log'));
    await expect(eraseOptedOut(out)).rejects.toMatchObject({ code: 'OUTPUT_LOCKED' });
    await running.close();
    await expect(requireErasable(store, null)).rejects.toThrow(/kafka-topics\.sh --delete/);
    rmSync(join(out, 'log'), { recursive: true });
    await expect(eraseOptedOut(out)).rejects.toThrow(/log\.db is gone/);
    rmSync(join(out, 'run.json'));
    const refused = await line('opt-out', 'apply', 'list.txt', out, '--erase');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.err).toMatch(/on Kafka/);
  }, 60_000);

  test('says by the command what it erased, and what remains', async () => {
    const told = await line('opt-out', 'apply', 'list.txt', copy(), '--erase');
    expect(told.exitCode, told.err).toBe(0);
    expect(told.out).toMatch(/erased of second: \d+ records of the log, \d+ blobs of /);
    expect(told.out).toMatch(/not erased: .*memo\//);
  }, 60_000);
});
