/** The commands on a real run: a folder becomes shards that are verified, read and resumed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeFiles } from '../../../samples/write-files.ts';
import { type Captured, runLine } from '../terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-cli-'));
const workingFolder = folder;

const names =
  '"""Names to greet."""\n\nNAMES = ["Ada", "Grace"]\n\n\ndef known(name):\n    return name in NAMES\n';
const greet =
  'from names import known\n\n\ndef greet(name):\n    """Greets a known name."""\n    if not known(name):\n        raise ValueError(name)\n    return f"Hello {name}"\n';

let first: Captured;

beforeAll(async () => {
  // Sources are relative to the working folder of the process, as in a shell.
  process.chdir(folder);
  writeFiles(join(folder, 'greeter'), {
    'README.md': '# greeter\n\nGreets people by name.\n',
    'names.py': names,
    'greet.py': greet,
    'logo.png': '\u0000\u0001binary',
  });
  first = await runLine(['run', 'greeter', '--json'], { workingFolder });
});

afterAll(() => {
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true, force: true });
});

/** The content of every file of the data set, by name. */
function outputBytes(out: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const part of ['shards', 'manifest', 'provenance']) {
    for (const name of readdirSync(join(folder, out, part)).sort()) {
      files[`${part}/${name}`] = readFileSync(join(folder, out, part, name)).toString('base64');
    }
  }
  return files;
}

describe('run', () => {
  test('makes shards, and reports counts, teacher and scorer', () => {
    expect(first.exitCode).toBe(0);
    const summary = JSON.parse(first.out) as Record<string, unknown>;
    expect(summary).toMatchObject({
      repositories: { found: 1, written: 1, dropped: [] },
      skippedFiles: { binary: 1 },
      skippedPaths: { binary: ['greeter: logo.png'] },
      files: 3,
      teacher: { name: 'grounded', languageModel: false },
      scorer: { name: 'bytes' },
    });
  });

  test('does not repeat a finished run', async () => {
    const before = outputBytes('backstory-out');
    const again = await runLine(['run', 'greeter', '--resume', '--json'], { workingFolder });
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ resumed: true, tokens: expect.any(Number) });
    expect(outputBytes('backstory-out')).toEqual(before);
  });

  test('I6: gives the same bytes for the same input in another run', async () => {
    await runLine(['run', 'greeter', '--out', 'again', '--quiet'], { workingFolder });
    expect(outputBytes('again')).toEqual(outputBytes('backstory-out'));
  });

  test('goes on with a source that was added to the list of a finished run', async () => {
    writeFiles(join(folder, 'second'), {
      'README.md': '# second\n',
      'names.py': `${names}\nMORE = 1\n`,
    });
    const list = join(folder, 'list.txt');
    const run = (lines: string[], out: string) => {
      writeFileSync(list, lines.map((line) => `${line}\n`).join(''));
      return runLine(['run', '@list.txt', '--out', out, '--json'], { workingFolder });
    };
    expect((await run(['greeter'], 'grown')).exitCode).toBe(0);
    const grown = await run(['greeter', 'second'], 'grown');
    expect(JSON.parse(grown.out)).toMatchObject({ repositories: { found: 2, written: 2 } });
    expect((await runLine(['verify', 'grown'], { workingFolder })).exitCode).toBe(0);
    await run(['greeter', 'second'], 'at-once');
    // The manifest also tells of offsets in the log, where the end of the input came twice.
    const [{ 'manifest/00000000.json': _1, 'manifest/head.json': _2, ...data }, whole] = [
      outputBytes('grown'),
      outputBytes('at-once'),
    ];
    expect(whole).toMatchObject(data);
    writeFileSync(join(folder, 'second', 'README.md'), '# second, edited\n');
    const edited = await run(['greeter', 'second'], 'grown');
    expect(edited.exitCode).toBe(2);
    expect(edited.err + edited.out).toMatch(/second \(changed\)/);
  });

  test('takes one tree once, whatever its form and name, and counts what was found', async () => {
    const archive = join(folder, 'greeter-1.0.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', folder, 'greeter']);
    const argv = ['run', archive, 'greeter', '--out', 'forms', '--search', 'off', '--json'];
    const { out, exitCode } = await runLine(argv, { workingFolder });
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      repositories: {
        found: 2,
        written: 1,
        dropped: [{ name: 'greeter', reason: 'DUPLICATE_REPOSITORY' }],
      },
    });
    expect((await runLine(['verify', 'forms'], { workingFolder })).exitCode).toBe(0);
  });

  test('refuses another configuration on the same output', async () => {
    const argv = ['run', 'greeter', '--set', 'search.iterations=1'];
    const { exitCode, err } = await runLine(argv, { workingFolder });
    expect(exitCode).toBe(2);
    expect(err).toContain('error OUTPUT_MISMATCH');
  });

  test('the summary says what the teacher is, and why files were left out', async () => {
    const argv = ['run', 'greeter', '--out', 'off', '--search', 'off'];
    const { out, exitCode } = await runLine(argv, { workingFolder });
    expect(exitCode).toBe(0);
    expect(out).toContain('rules, not a language model');
    expect(out).toContain('none: the search was off');
    expect(out).toMatch(/1 {2}binary {2}greeter: logo\.png$/m);
  });

  test('exits with 1 and gives the reason if no trajectory was made', async () => {
    writeFiles(join(folder, 'pictures'), { 'a.png': '\u0000\u0001' });
    const argv = ['run', 'pictures', '--out', 'nothing'];
    const { out, exitCode } = await runLine(argv, { workingFolder });
    expect(exitCode).toBe(1);
    expect(out).toContain('NO_ADMISSIBLE_FILES');
  });

  test('an aborted run says how to resume, and resumes', async () => {
    const argv = ['run', 'greeter', '--out', 'stopped'];
    const stopped = await runLine(argv, { workingFolder, signal: AbortSignal.abort() });
    expect(stopped.exitCode).toBe(130);
    expect(stopped.err).toContain('run the same command to go on');
    expect((await runLine(argv, { workingFolder })).exitCode).toBe(0);
    expect(outputBytes('stopped')).toEqual(outputBytes('backstory-out'));
  });
});

describe('verify', () => {
  test('accepts the output of run', async () => {
    const { exitCode, out } = await runLine(['verify', 'backstory-out'], { workingFolder });
    expect(exitCode).toBe(0);
    expect(out).toContain('1 sample, 3 files');
  });

  test('exits with 1 on one changed bit, and names the file', async () => {
    const argv = ['run', 'greeter', '--out', 'broken', '--quiet'];
    await runLine(argv, { workingFolder });
    const [name = ''] = readdirSync(join(folder, 'broken', 'shards')).filter((each) =>
      each.endsWith('.mds'),
    );
    const path = join(folder, 'broken', 'shards', name);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const { exitCode, err } = await runLine(['verify', 'broken'], { workingFolder });
    expect(exitCode).toBe(1);
    expect(err).toContain(`VERIFY_FAILED: shards/${name}`);
  });
});

describe('inspect', () => {
  test('lists the samples', async () => {
    const { out } = await runLine(['inspect', 'backstory-out', '--json'], { workingFolder });
    const { samples } = JSON.parse(out) as { samples: Record<string, unknown>[] };
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({ name: 'greeter', files: 3, licence: expect.any(String) });
  });

  test('shows a file step by step, and marks trained text', async () => {
    const argv = ['inspect', 'backstory-out', 'gree', '--file', 'greet.py', '--full'];
    const { out } = await runLine(argv, { workingFolder });
    expect(out).toMatch(/^read names\.py.*, trained$/m);
    expect(out).toMatch(/^observe names\.py.*, not trained$/m);
    expect(out).toContain('  ┊ NAMES = ["Ada", "Grace"]');
    expect(out).toContain('  │ def greet(name):');
  });

  test('I1: shows segments with the exact bytes of the files', async () => {
    const argv = ['inspect', 'backstory-out', 'greeter', '--json'];
    const { out } = await runLine(argv, { workingFolder });
    const { segments } = JSON.parse(out) as {
      segments: { kind: string; path: string; body: string; trained: boolean }[];
    };
    const written = segments.filter(({ kind }) => kind === 'write');
    expect(Object.fromEntries(written.map(({ path, body }) => [path, body]))).toMatchObject({
      'names.py': names,
      'greet.py': greet,
    });
    expect(written.every(({ trained }) => trained)).toBe(true);
  });

  test.each([
    ['backstory-out', 'zzz'],
    ['backstory-out', 'greeter', '--file', 'gret.py'],
  ])('fails with USAGE for an unknown sample or file: %s %s', async (...argv) => {
    const { exitCode, err } = await runLine(['inspect', ...argv], { workingFolder });
    expect(exitCode).toBe(2);
    expect(err).toContain('error USAGE');
  });
});

describe('structure', () => {
  test('--json has files, edges, unresolved imports and the order', async () => {
    const { out } = await runLine(['structure', 'greeter', '--json'], { workingFolder });
    const structure = JSON.parse(out) as {
      order: string[];
      edges: { from: string; to: string }[];
      skipped: unknown[];
    };
    expect(structure.edges).toMatchObject([{ from: 'greet.py', to: 'names.py' }]);
    const { order } = structure;
    expect(order.indexOf('names.py')).toBeLessThan(order.indexOf('greet.py'));
    expect(structure.skipped).toEqual([{ path: 'logo.png', reason: 'binary' }]);
  });

  test('prints the same for people', async () => {
    const { out } = await runLine(['structure', 'greeter'], { workingFolder });
    expect(out).toContain('needs names.py');
  });
});
