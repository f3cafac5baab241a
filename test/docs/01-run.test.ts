/**
 * # 1. Run
 *
 * backstory takes source repositories and makes training data of them: for each repository one
 * long text that tells how the code could have come about, step by step, as tokens.
 *
 * These tutorials are tests: what they say is run by `npm test -- test/docs`, so it is true. Read
 * them from top to bottom; each `test` is a paragraph. Commands are run here by `backstory(…)`,
 * which does in this process what `npx backstory …` does in a shell.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderTrajectory, type TextSegment } from '../../schemas/trajectory-text.ts';
import { greeter } from '../samples/inputs/greeter.ts';
import { writeFiles } from '../samples/write-files.ts';
import { runLine } from '../services/cli/terminal.ts';

const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-docs-run-'));
const backstory = (...argv: string[]) => runLine(argv, { workingFolder });

/** We begin with a folder `greeter`, which holds three files. They are in `test/samples`. */
beforeAll(() => {
  writeFiles(join(workingFolder, 'greeter'), greeter);
  process.chdir(workingFolder);
});

afterAll(() => {
  process.chdir(tmpdir());
  rmSync(workingFolder, { recursive: true, force: true });
});

describe('A run', () => {
  /**
   * One command does everything on this machine, without a key, a GPU or a server. A source may be
   * a folder, an archive (.tar, .tar.gz, .tgz, .zip), or `@list.txt` with one source per line.
   */
  test('turns a folder into shards', async () => {
    const run = await backstory('run', 'greeter', '--out', 'data', '--json');
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({
      repositories: { found: 1, written: 1, dropped: [] },
      files: 3,
    });
  });

  /**
   * Nobody has to trust a shard. `verify` rebuilds every file from the tokens alone and compares
   * it with what came in, and it checks every mask and every hash.
   */
  test('can be checked from its tokens', async () => {
    const verify = await backstory('verify', 'data', '--json');
    expect(verify.exitCode).toBe(0);
    expect(JSON.parse(verify.out)).toMatchObject({ samples: 1, files: 3 });
  });

  /**
   * A run that was stopped, by Ctrl-C or by a power cut, goes on with the same command. One that
   * has finished has nothing left to do, so the command says so and writes nothing.
   */
  test('goes on where it was stopped, and is not done twice', async () => {
    const again = await backstory('run', 'greeter', '--out', 'data', '--json');
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ resumed: true, files: 3 });
  });

  /**
   * The bytes of an output are a function of sources, configuration and seed. So an output cannot
   * hold two configurations: another one asks for another folder. Knobs that change no byte, such
   * as `runtime.concurrency`, may differ. `npx backstory config --describe` names all knobs.
   */
  test('refuses to mix two configurations in one output', async () => {
    const other = await backstory('run', 'greeter', '--out', 'data', '--search', 'off', '--json');
    expect(other.exitCode).toBe(2);
    expect(JSON.parse(other.out)).toMatchObject({ error: { code: 'OUTPUT_MISMATCH' } });
  });
});

describe('The top README', () => {
  /**
   * The README shows a few lines of this very trajectory, with `…` where lines are left out. Here
   * they are looked up in what the program makes today, in order.
   */
  test('shows lines that the program makes', async () => {
    const inspect = await backstory('inspect', 'data', 'greeter', '--json');
    const { segments } = JSON.parse(inspect.out) as { segments: TextSegment[] };
    const document = renderTrajectory(segments)
      .map(({ text }) => text)
      .join('');
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const shown = /^```text\n(@@@[\s\S]*?)^```$/m.exec(readme)?.[1] ?? '';
    expect(shown.split('\n').length).toBeGreaterThan(8);
    let position = 0;
    for (const passage of shown.split(/^…\n/m)) {
      const found = document.indexOf(passage, position);
      expect(found, passage).toBeGreaterThanOrEqual(position);
      position = found + passage.length;
    }
  });
});

/**
 * Learnt: `run` makes shards, `verify` proves them, the same command resumes, and an output holds
 * one configuration. Next: what is in a shard (02-read-a-trajectory).
 */
