/**
 * Real processes that die or run out of disk: the same command resumes, and the output equals that
 * of an undisturbed run, byte for byte. `npm run soak -- kill` does the same fifty times.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteBus } from '../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { seededRandom } from '../simulation/random.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { writeByteTokenizer } from '../simulation/run-graph.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';
import { runBackstory } from '../soak/start-backstory.ts';

/** Mounting a small file system needs root; without it the test is reported as skipped. */
const isRoot = process.getuid?.() === 0;

describe('interrupted runs', () => {
  let folder: string;
  let run: (output: string, killAfterMs?: number) => ReturnType<typeof runBackstory>;
  let expected: Map<string, string>;
  let wallMs: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-interrupted-'));
    const sources = writeRepositories(join(folder, 'sources'));
    const tokenizer = writeByteTokenizer(folder);
    const sets = [`sink.tokenizer=${tokenizer}`, 'sink.contextLength=2048', 'search.iterations=1'];
    const options = sets.flatMap((set) => ['--set', set]);
    run = (output, killAfterMs) =>
      runBackstory(['run', ...sources, '--out', output, '--quiet', ...options], killAfterMs);
    const finished = await run(join(folder, 'undisturbed'));
    expect(finished).toMatchObject({ code: 0, output: '' });
    wallMs = finished.wallMs;
    expected = outputHashes(join(folder, 'undisturbed'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('I5, I6: makes the same bytes when killed with SIGKILL at random moments and resumed', async () => {
    const random = seededRandom(7);
    const output = join(folder, 'killed');
    let kills = 0;
    for (; kills < 5; ) {
      const life = await run(output, 200 + random.next() * wallMs * 0.8);
      if (life.code === 0) break;
      expect(life.code).toBeNull();
      kills += 1;
    }
    expect(kills).toBeGreaterThan(0);
    expect(await run(output)).toMatchObject({ code: 0, output: '' });
    expect(differences(expected, outputHashes(output))).toEqual([]);
    expect((await runBackstory(['verify', output])).code).toBe(0);
  });

  it('refuses an output in which another process works, and leaves that process alone', async () => {
    const output = join(folder, 'shared');
    const holder = openSqliteBus(join(output, 'log'));
    const refused = await run(output);
    await holder.close();
    expect(refused.code).toBe(2);
    expect(refused.output).toMatch(/^error OUTPUT_LOCKED: /);
    expect(await run(output)).toMatchObject({ code: 0, output: '' });
    expect(differences(expected, outputHashes(output))).toEqual([]);
  });

  it.skipIf(!isRoot)(
    'ends with DISK_FULL, loses nothing, and resumes when there is room',
    async () => {
      const mount = join(folder, 'small');
      execFileSync('mkdir', [mount]);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', mount]);
      try {
        const output = join(mount, 'output');
        const full = await run(output);
        expect(full.code).toBe(2);
        expect(full.output).toMatch(/^error DISK_FULL: no space left while writing /);
        expect(statfsSync(mount).bavail).toBeLessThan(20);
        execFileSync('sh', [
          '-c',
          'cat /dev/zero > "$1" 2> /dev/null || true',
          '',
          `${mount}/rest`,
        ]);
        const objects = await openLocalObjects(output);
        expect(await objects.check()).toMatch(/^no space left while writing .*output; free some/);
        execFileSync('mount', ['-o', 'remount,size=100m', mount]);
        expect(await run(output)).toMatchObject({ code: 0, output: '' });
        expect(differences(expected, outputHashes(output))).toEqual([]);
      } finally {
        execFileSync('umount', [mount]);
      }
    },
  );
});
