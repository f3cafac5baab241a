/**
 * `npm run soak -- kill [--times 50] [--seed 1] SOURCE…`: two undisturbed runs must give the same
 * bytes; then runs are killed with SIGKILL at random moments, each time resumed, until the given
 * number of kills has landed. Every finished output must equal the undisturbed one and verify.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../simulation/random.ts';
import { differences, outputHashes } from './compare-outputs.ts';
import { type Run, runBackstory } from './start-backstory.ts';

export async function run(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      times: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
    },
  });
  const sources = positionals.length > 0 ? positionals : ['.'];
  const folder = mkdtempSync(join(tmpdir(), 'backstory-soak-'));
  try {
    return await soak(folder, sources, Number(values.times), Number(values.seed));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soak(
  folder: string,
  sources: readonly string[],
  times: number,
  seed: number,
): Promise<boolean> {
  const random = seededRandom(seed);
  const first = await complete(join(folder, 'first'), sources);
  const expected = outputHashes(join(folder, 'first'));
  await complete(join(folder, 'second'), sources);
  const unequal = differences(expected, outputHashes(join(folder, 'second')));
  console.log(`two undisturbed runs of ${Math.round(first.wallMs)} ms: ${verdict(unequal)}`);
  let broken = unequal.length;
  let kills = 0;
  for (let round = 0; kills < times; round += 1) {
    const output = join(folder, `killed-${round}`);
    let killsHere = 0;
    for (;;) {
      // Within the length of a whole run: kills land before, during and after every stage's work.
      const killAfterMs = kills < times ? 200 + random.next() * 0.7 * first.wallMs : undefined;
      const life = await runBackstory(['run', ...sources, '--out', output, '--quiet'], killAfterMs);
      if (life.code === 0) break;
      if (life.code !== null) throw new Error(`exit ${life.code}: ${life.output}`);
      kills += 1;
      killsHere += 1;
    }
    const verified = await runBackstory(['verify', output]);
    const different = differences(expected, outputHashes(output));
    console.log(
      `output ${round}: ${killsHere} kills, ${verdict(different)}, verify exit ${verified.code}`,
    );
    broken += different.length + (verified.code === 0 ? 0 : 1);
    rmSync(output, { recursive: true, force: true });
  }
  console.log(
    `${kills} kills (seed ${seed}): ${broken === 0 ? 'nothing lost, nothing twice' : 'BROKEN'}`,
  );
  return broken === 0;
}

async function complete(output: string, sources: readonly string[]): Promise<Run> {
  const finished = await runBackstory(['run', ...sources, '--out', output, '--quiet']);
  if (finished.code !== 0) throw new Error(`exit ${finished.code}: ${finished.output}`);
  return finished;
}

function verdict(different: readonly string[]): string {
  return different.length === 0 ? 'identical bytes' : `DIFFERENT: ${different.join(', ')}`;
}
