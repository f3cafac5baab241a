/**
 * `npm run soak -- scorer [--kills 50] [--seed 1] [--life 6000] [SOURCE…]`: runs whose search asks
 * the scorer service with a small trained model; SIGKILL strikes the service at random while
 * requests are under way, and it is started again at once. Each run must choose the thoughts of an
 * undisturbed one. A life takes at most so many milliseconds, which must be more than one request
 * takes on this machine. Sources are folders, by default parts of this checkout.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { tinyModel } from '../../scripts/tiny-model/tiny-model.ts';
import { openOutput } from '../../services/dataset/open-output.ts';
import { forEachSample } from '../../services/dataset/samples.ts';
import { measureOutput } from '../../services/quality/report.ts';
import type { SearchQuality } from '../../services/quality/search.ts';
import { sha256 } from '../../services/runtime/ids.ts';
import { pinnedName } from '../../services/scorer/backstory/pinned-model.ts';
import { pythonWithTorch } from '../samples/installed/python-environment.ts';
import { type SeededRandom, seededRandom } from '../simulation/random.ts';
import { runGraph, writeByteTokenizer } from '../simulation/run-graph.ts';
import { type Front, openFront } from './scorer/front.ts';
import { openScorerLives } from './scorer/lives.ts';

const usualSources = ['services/stages/search', 'services/scorer/bytes'];

export async function run(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      life: { type: 'string', default: '6000' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'backstory-scorer-soak-'));
  const front = await openFront();
  try {
    const service = await supervise(front, Number(values.life));
    const sources = positionals.length > 0 ? positionals : usualSources;
    const graph = { folder, sources, url: front.url, model: service.model };
    try {
      return await soak(graph, service, Number(values.kills), seededRandom(Number(values.seed)));
    } finally {
      await service.close();
    }
  } finally {
    await front.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soak(
  graph: Graph,
  service: Supervised,
  killsWanted: number,
  random: SeededRandom,
): Promise<boolean> {
  const expected = await search(graph, 'undisturbed');
  console.log(`undisturbed: ${describe(expected)}`);
  if ((expected.quality.outcomes.accepted ?? 0) === 0) throw new Error('nothing was chosen');
  let [kills, broken] = [0, 0];
  for (let round = 1; kills < killsWanted; round += 1) {
    const done = new AbortController();
    const killing = service.killAtRandom(random, killsWanted - kills, done.signal);
    const found = await search(graph, `killed-${round}`).finally(() => done.abort());
    const struck = await killing;
    kills += struck;
    const isSame = found.thoughts === expected.thoughts && found.outcomes === expected.outcomes;
    const verdict = isSame ? 'the same thoughts and outcomes' : 'DIFFERENT';
    console.log(
      `run ${round}: ${struck} kills with requests under way; ${describe(found)}; ${verdict}`,
    );
    broken += isSame && found.lost === 0 ? 0 : 1;
  }
  console.log(
    `${kills} kills: ${broken === 0 ? 'nothing else was chosen, nothing lost' : 'BROKEN'}`,
  );
  return broken === 0;
}

interface Graph {
  readonly folder: string;
  readonly sources: readonly string[];
  readonly url: string;
  readonly model: string;
}

interface Searched {
  /** Hash of all texts in order. */
  readonly thoughts: string;
  readonly outcomes: string;
  readonly quality: SearchQuality;
  readonly lost: number;
  readonly seconds: number;
}

async function search({ folder, sources, url, model }: Graph, name: string): Promise<Searched> {
  const outputFolder = join(folder, name);
  const started = performance.now();
  const summary = await runGraph({
    outputFolder,
    sources,
    tokenizer: writeByteTokenizer(folder),
    sets: [
      ...['scorer.kind=backstory', `scorer.url=${url}`, `scorer.model=${model}`],
      // The least difference decides, so that whatever a kill changes is seen in what is chosen.
      ...['search.iterations=3', 'search.gainBitsMin=0', 'search.gainShareMin=0'],
      // A start takes seconds, and the next kill may come soon after it.
      ...['runtime.retriesMax=100', 'runtime.retryBaseMs=100'],
    ],
  });
  const { found, written } = summary.repositories;
  const { report } = await measureOutput({ place: outputFolder, runFolder: outputFolder });
  if (report.search === null) throw new Error('nothing was searched');
  const texts: string[] = [];
  await forEachSample(await openOutput(outputFolder), ({ overview, segments }) => {
    texts.push(overview.name, ...segments.map(({ body }) => body));
  });
  rmSync(outputFolder, { recursive: true, force: true });
  return {
    thoughts: sha256(JSON.stringify(texts)),
    outcomes: JSON.stringify(report.search.outcomes),
    quality: report.search,
    lost: found - written,
    seconds: (performance.now() - started) / 1000,
  };
}

function describe({ quality, outcomes, seconds }: Searched): string {
  return `${quality.files} files in ${seconds.toFixed(0)} s, ${outcomes}`;
}

interface Supervised {
  /** For scorer.model. */
  readonly model: string;
  /** Until the signal aborts, or so many kills have struck; then the service is up. */
  killAtRandom(random: SeededRandom, killsMax: number, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

async function supervise(front: Front, lifeMsMax: number): Promise<Supervised> {
  const python = await pythonWithTorch();
  const parameters = ['--model', await tinyModel('trial', python), '--port', '0', '--threads', '1'];
  const lives = openScorerLives(python, parameters);
  front.leadTo(await lives.start());
  const health = healthSchema.parse(await (await fetch(`${front.url}/health`)).json());
  return {
    model: pinnedName(health.model, health.configuration),
    killAtRandom: async (random, killsMax, signal) => {
      let kills = 0;
      while (kills < killsMax && !signal.aborted) {
        await sleep(random.next() * lifeMsMax);
        while (front.underWay() === 0 && !signal.aborted) await sleep(5);
        if (signal.aborted) break;
        front.leadTo(null);
        await lives.kill();
        kills += 1;
        front.leadTo(await lives.start());
      }
      return kills;
    },
    close: lives.close,
  };
}

const healthSchema = z.object({ model: z.string(), configuration: z.string() });
