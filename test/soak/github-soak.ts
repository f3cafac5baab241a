/**
 * `npm run soak -- github [--repositories 5000] [--kills 20] [--seed 1]`: discovers all
 * repositories of a scripted GitHub that fails at random, in a process that is killed with SIGKILL
 * at random. Each must be found exactly once, no request may be sent without quota, and the
 * server's ledger may hold at most 1.3 times the requests that are needed at least.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countKinds } from '../samples/servers/github/ledger.ts';
import { type FakeRepository, fakeRepositories } from '../samples/servers/github/repositories.ts';
import { type GitHubServer, startGitHub } from '../samples/servers/github/server.ts';
import { foundNames } from '../services/stages/discover/hosted/hosted-graph.ts';
import { type SeededRandom, seededRandom } from '../simulation/random.ts';

const tokens = ['token-one', 'token-two', 'token-three', 'token-four'];
const faults = { broken: 0.02, cut: 0.01, truncated: 0.02, incomplete: 0.02, limited: 0.0005 };
const limits = { core: 600, search: 10 };
const source = 'github-search:stars:>=0';
const program = fileURLToPath(new URL('github/discover-process.ts', import.meta.url));
/** Archives come from another server and cost no quota. */
const ofArchives = ['archive', 'cut archive', 'broken archive'];

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      repositories: { type: 'string', default: '5000' },
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  });
  const seed = Number(values.seed);
  const repositories = fakeRepositories(Number(values.repositories), seed);
  const folder = mkdtempSync(join(tmpdir(), 'backstory-github-'));
  const options = { repositories, tokens, limits, windowSeconds: 5, faults: { ...faults, seed } };
  const server = await startGitHub(options);
  try {
    const kills = await discover(folder, server, Number(values.kills), seededRandom(seed));
    return report(folder, server, repositories, kills);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts the process again until it ends by itself; returns how often it was killed. */
async function discover(
  folder: string,
  { url }: GitHubServer,
  killsMax: number,
  random: SeededRandom,
): Promise<number> {
  for (let kills = 0; ; ) {
    const parameters = [program, folder, url, tokens.join(), source];
    const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
    const ended = new Promise<number | null>((done) => child.on('exit', done));
    const timer = setTimeout(
      () => child.kill('SIGKILL'),
      kills < killsMax ? 1_500 + random.below(6_000) : 2 ** 31 - 1,
    );
    const code = await ended;
    clearTimeout(timer);
    if (code === 0) return kills;
    if (code !== null) throw new Error(`discover ended with ${code}`);
    kills += 1;
  }
}

function report(
  folder: string,
  { ledger }: GitHubServer,
  repositories: readonly FakeRepository[],
  kills: number,
): boolean {
  const found = foundNames(folder);
  const once = new Set(found);
  const lost = repositories.filter(({ name }) => !once.has(name)).length;
  const twice = found.length - once.size;
  const counts = countKinds(ledger);
  const archives = ofArchives.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0);
  const asked = ledger.entries.length - archives;
  const least = Math.ceil(repositories.length / 100) + 2 * repositories.length;
  const without = ledger.offences.filter((offence) => offence.includes('without quota'));
  // A process that was killed takes with it what it was told to wait; the next one is told again.
  const early = ledger.offences.length - without.length;
  console.log(JSON.stringify(counts));
  console.log(
    `${repositories.length} repositories, ${kills} kills: ${lost} lost, ${twice} twice; ` +
      `${asked} requests, ${(asked / least).toFixed(3)} of the least (${least}); ` +
      `${without.length} without quota, ${early} too early`,
  );
  const isFrugal = asked <= 1.3 * least && early <= kills * tokens.length;
  return lost === 0 && twice === 0 && without.length === 0 && isFrugal;
}
