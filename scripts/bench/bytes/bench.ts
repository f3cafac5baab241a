/**
 * The `bytes` scorer on one core: seconds of processor time for the search's requests over files
 * of this repository, beside the plain model that its kernel must equal (`baseline`). Both have to
 * give the same bits, or the benchmark fails. Then whole runs with search, with either model.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { ScoreRequest } from '../../../services/ports/scorer.ts';
import { ByteModel } from '../../../services/scorer/bytes/model.ts';
import { createByteScorer } from '../../../services/scorer/bytes/score.ts';
import { PlainByteModel } from '../../../test/services/scorer/bytes/plain-model.ts';
import type { Report } from '../../bench.ts';
import { timeRuns } from './whole-runs.ts';

const folder = new URL('../../../services/', import.meta.url);
const filesMax = 40;
/** As in a search with its usual knobs. */
const [contextBytes, targetBytes] = [16_384, 32_768];
/** Of the others the processor was taken for other work. */
const tries = 3;

export async function run(report: Report): Promise<void> {
  timeRequests(report);
  await timeRuns(report);
}

function timeRequests(report: Report): void {
  const requests = searchRequests();
  const bytes = requests.reduce((sum, { context, thoughts, target }) => {
    return sum + context.length + thoughts.join('').length + thoughts.length * target.length;
  }, 0);
  const models = { plain: () => new PlainByteModel(), kernel: () => new ByteModel() };
  const seconds = { plain: Number.POSITIVE_INFINITY, kernel: Number.POSITIVE_INFINITY };
  const bits = { plain: '', kernel: '' };
  for (let round = 0; round < tries; round += 1) {
    for (const name of ['plain', 'kernel'] as const) {
      const scorer = createByteScorer(contextBytes, models[name]());
      const before = process.cpuUsage();
      bits[name] = JSON.stringify(requests.map((request) => scorer.score(request)));
      const { user, system } = process.cpuUsage(before);
      seconds[name] = Math.min(seconds[name], (user + system) / 1e6);
    }
  }
  if (bits.plain !== bits.kernel)
    throw new Error('the kernel gives other bits than the plain model');
  const figure = (metric: string, unit: string, of: (name: 'plain' | 'kernel') => number) =>
    report({ metric, unit, value: of('kernel'), baseline: of('plain') });
  figure('requests of a search', 's', (name) => seconds[name]);
  figure('text read', 'MB/s', (name) => bytes / 1e6 / seconds[name]);
}

/** A context, no thought and three thoughts, a file: as many bytes of each as the search sends. */
function searchRequests(): ScoreRequest[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort();
  const step = Math.max(1, Math.floor(paths.length / filesMax));
  const chosen = paths.filter((_path, index) => index % step === 0).slice(0, filesMax);
  const texts = chosen.map((path) => readFileSync(new URL(path, folder), 'utf8'));
  return texts.map((text, index) => {
    const others = [1, 2, 3, 4].map((distance) => texts[(index + distance) % texts.length] ?? '');
    const write = `@@@ write "${chosen[index]}"\n`;
    const think = (thought: string) => `@@@ think\n${thought}\n${write}`;
    return {
      context: others.join('').slice(-contextBytes),
      thoughts: [write, ...others.slice(0, 3).map((other) => think(other.slice(0, 600)))],
      target: text.slice(0, targetBytes),
    };
  });
}
