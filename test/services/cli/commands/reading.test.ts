/** What only reads an output changes nothing in it, and says what it misses there (I12). */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../../../services/runtime/ids.ts';
import { newTemporaryName } from '../../../../services/runtime/store/objects/local.ts';
import { type Captured, runLine } from '../terminal.ts';

const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-reading-'));
const at = (...path: string[]) => join(workingFolder, ...path);

const code = (name: string) =>
  `"""Counts ${name}."""\n\n\ndef ${name}(items, limit):\n    total = 0\n    for item in items:\n        total += item if item < limit else limit\n    return total\n`;

beforeAll(async () => {
  process.chdir(workingFolder);
  mkdirSync(at('counter'));
  writeFileSync(at('counter/apples.py'), code('apples'));
  writeFileSync(at('counter/pears.py'), `from apples import apples\n\n${code('pears')}`);
  writeFileSync(at('counter/logo.png'), '\u0000\u0001binary');
  const run = await runLine(['run', 'counter', '--out', 'data'], { workingFolder });
  expect(run.exitCode, run.err).toBe(0);
});

afterAll(() => {
  process.chdir(tmpdir());
  rmSync(workingFolder, { recursive: true, force: true });
});

/** Every name below a folder with size, hash and time of change. */
function stateOf(folder: string): Record<string, string> {
  const state: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name);
    const { size, mtimeMs } = statSync(path);
    const hash = statSync(path).isFile() ? sha256(readFileSync(path)) : 'folder';
    state[name] = `${size} ${mtimeMs} ${hash}`;
  }
  return state;
}

/** All rights to write are taken away, which counts wherever the tests do not run as root. */
function protect(folder: string, mode: number): void {
  for (const name of ['', ...(readdirSync(folder, { recursive: true }) as string[])]) {
    const path = join(folder, name);
    chmodSync(path, statSync(path).isDirectory() ? mode | 0o111 : mode);
  }
}

async function readAll(
  out: string,
): Promise<Record<'verify' | 'list' | 'one' | 'report' | 'export', Captured>> {
  const before = stateOf(at(out));
  protect(at(out), 0o444);
  try {
    const target = at(`${out}-export`);
    const all = {
      verify: await runLine(['verify', out], { workingFolder }),
      list: await runLine(['inspect', out], { workingFolder }),
      one: await runLine(['inspect', out, 'counter'], { workingFolder }),
      report: await runLine(['report', out], { workingFolder }),
      export: await runLine(['export', out, '--format', 'hf', '--to', target], { workingFolder }),
    };
    await runLine(['doctor', '--out', out], { workingFolder });
    for (const [name, { exitCode, err }] of Object.entries(all)) {
      expect(exitCode, `${name}: ${err}`).toBe(0);
    }
    expect(stateOf(at(out))).toEqual(before);
    return all;
  } finally {
    protect(at(out), 0o644);
  }
}

describe('reading an output', () => {
  test('changes nothing in a finished one', async () => {
    const read = await readAll('data');
    expect(read.verify.out).not.toContain('absent');
    expect(read.one.out).toContain('bits per byte');
    expect(read.export.err).toBe('');
    expect(readFileSync(at('data-export/README.md'), 'utf8')).toContain('binary 1');
  });

  test('changes nothing in one whose run was killed, and reads its log', async () => {
    cpSync(at('data'), at('killed'), { recursive: true });
    const open = new DatabaseSync(at('killed/log/log.db'));
    open.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE later (x)');
    cpSync(at('killed'), at('left'), { recursive: true });
    open.close();
    expect(statSync(at('left/log/log.db-wal')).size).toBeGreaterThan(0);
    const read = await readAll('left');
    expect(read.export.err).toBe('');
    expect(read.one.out).toContain('bits per byte');
  });

  test('works on an archive without log, memo and cache, and says what it misses', async () => {
    cpSync(at('data'), at('archive'), { recursive: true });
    for (const part of ['log', 'memo', 'cache', 'run.log']) {
      rmSync(at('archive', part), { recursive: true, force: true });
    }
    const read = await readAll('archive');
    expect(read.verify.out).toContain('absent: log/log.db');
    expect(read.one.err).toContain('note: what the search gained');
    expect(read.export.err).toContain('note: README.md does not list');
    rmSync(at('archive/blobs'), { recursive: true });
    expect((await readAll('archive')).verify.out).toContain('absent: blobs/');
  });

  test('names a blob that is missing beside others, by what names it', async () => {
    cpSync(at('data'), at('holes'), { recursive: true });
    const folders = readdirSync(at('holes/blobs'));
    expect(folders.length).toBeGreaterThan(3);
    const unneeded: string[] = [];
    for (const folder of folders) {
      const [name = ''] = readdirSync(at('holes/blobs', folder));
      const path = `blobs/${folder}/${name}`;
      const bytes = readFileSync(at('holes', path));
      rmSync(at('holes', path));
      const { exitCode, err } = await runLine(['verify', 'holes'], { workingFolder });
      if (exitCode === 0) unneeded.push(path);
      else expect(err).toContain(`${path}: it is missing, and`);
      writeFileSync(at('holes', path), bytes);
    }
    // The sink keeps the body of a sample whose pieces wait; afterwards nothing names it.
    expect(unneeded.length).toBeLessThanOrEqual(1);
  });
});

describe('a run on a finished output', () => {
  const again = (out: string) =>
    runLine(['run', 'counter', '--out', out, '--json'], { workingFolder });

  test('tells the truth when the log is gone', async () => {
    cpSync(at('data'), at('lost'), { recursive: true });
    rmSync(at('lost/log'), { recursive: true });
    const { exitCode, out } = await again('lost');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      logMissing: true,
      repositories: { found: 1, written: 1 },
      shards: 1,
    });
    const { out: text } = await runLine(['run', 'counter', '--out', 'lost'], { workingFolder });
    expect(text).toContain('Its log/ is gone');
    expect(text).toContain('1 written of 1 found');
  });

  test('does not go on without the log where the output is not finished', async () => {
    cpSync(at('data'), at('open'), { recursive: true });
    const path = at('open/manifest/00000000.json');
    const entry = readFileSync(path, 'utf8');
    writeFileSync(path, entry.replace('"closed":true', '"closed":false'));
    rmSync(at('open/log'), { recursive: true });
    const { exitCode, out } = await again('open');
    expect(exitCode).toBe(2);
    expect(out).toContain('LOG_TRUNCATED');
  });

  test('writes the head of the manifest that a killed run could not write', async () => {
    cpSync(at('data'), at('headless'), { recursive: true });
    rmSync(at('headless/manifest/head.json'));
    const verify = () => runLine(['verify', 'headless'], { workingFolder });
    expect((await verify()).err).toContain('manifest/head.json: it is missing');
    expect((await again('headless')).exitCode).toBe(0);
    expect((await verify()).exitCode).toBe(0);
  });

  test('removes what a killed writer left, and nothing where another one may write', async () => {
    const [folder = ''] = readdirSync(at('data/blobs'));
    const places = ['.', `blobs/${folder}`, 'manifest', 'shards', 'provenance', 'tokenizer'];
    const name = newTemporaryName();
    const left = (place: string) => at('data', place, name);
    for (const place of places) writeFileSync(left(place), 'half');
    writeFileSync(at('data/.temporary-notes'), 'of a person');
    // A trainer, say, that keeps its checkpoints below the output.
    mkdirSync(at('data/training'));
    writeFileSync(left('training'), 'half');
    const here = () => [...places, 'training'].filter((place) => existsSync(left(place)));
    for (const command of ['inspect', 'why', 'report']) {
      await runLine([command, 'data', 'counter'].slice(0, command === 'report' ? 2 : 3), {
        workingFolder,
      });
    }
    expect(here()).toEqual([...places, 'training']);
    await again('data');
    expect(here()).toEqual(['training']);
    expect(existsSync(at('data/.temporary-notes'))).toBe(true);
    rmSync(at('data/.temporary-notes'));
    rmSync(at('data/training'), { recursive: true });
  });

  test('refuses another configuration also where run.json was deleted', async () => {
    cpSync(at('data'), at('nameless'), { recursive: true });
    rmSync(at('nameless/run.json'));
    const argv = ['run', 'counter', '--out', 'nameless', '--set', 'search.iterations=1'];
    const other = await runLine(argv, { workingFolder });
    expect(other.err).toContain('OUTPUT_MISMATCH');
    expect((await again('nameless')).exitCode).toBe(0);
    expect((await runLine(['verify', 'nameless'], { workingFolder })).exitCode).toBe(0);
  });
});
