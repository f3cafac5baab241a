/**
 * `npm run soak -- sinks [--times 200] [--seed 1]`: two and four sink processes write one output
 * from one log, are killed with SIGKILL and paused with SIGSTOP at random, and must together make
 * what one sink makes: every piece once, the manifest dense, verification passed, and after one
 * more start no file that no entry names. In a live stream partitions move between them; in a
 * bounded run each reads everything and they race.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runGroup } from './sink-group.ts';

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      times: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
    },
  });
  const settings = [2, 4].flatMap((writers) =>
    [false, true].map((bounded) => ({ writers, bounded })),
  );
  const faults = Math.ceil(Number(values.times) / settings.length);
  let broken = 0;
  for (const setting of settings) {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-sinks-'));
    try {
      const seed = Number(values.seed);
      const report = await runGroup({ folder, faults, seed, samples: 200, ...setting });
      const { outputs, kills, pauses, leftovers, problems } = report;
      const verdict = problems.length === 0 ? 'nothing lost, nothing twice' : 'BROKEN';
      console.log(
        `${setting.writers} sinks, ${setting.bounded ? 'bounded' : 'live'}: ${kills} kills and ` +
          `${pauses} pauses over ${outputs} outputs, ${leftovers} files to remove: ${verdict}`,
      );
      for (const problem of problems) console.log(`  ${problem}`);
      broken += problems.length;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return broken === 0;
}
