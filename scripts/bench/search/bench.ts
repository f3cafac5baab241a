/**
 * `npm run bench -- search [--only NAME,…] [--scorer bytes|tiny|trial|smollm2] [--files N]
 * [--set KNOB=VALUE]…`: the search on ten small real repositories: bits of the code by round, and
 * how many rewrites are kept. The control gets each rewrite of another file: a search that kept
 * those as often would reward length or style. `tiny` and `smollm2` are language models behind a
 * scorer service that is started for the bench; on CPUs they want a sample, at most N short files
 * of each repository. Any other scorer is set as for `run`, by `--set scorer.kind=…`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Teacher } from '../../../services/ports/teacher.ts';
import { measureOutput } from '../../../services/quality/report.ts';
import type { SearchQuality } from '../../../services/quality/search.ts';
import { runConfigured } from '../../../test/simulation/run-graph.ts';
import type { Report } from '../../bench.ts';
import { chosenRepositories } from '../teaching/repositories.ts';
import { sampleOf } from './sample.ts';
import { benchScorer } from './scorer.ts';

export async function run(report: Report): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      only: { type: 'string' },
      scorer: { type: 'string', default: 'bytes' },
      files: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
    },
  });
  const files = values.files === undefined ? null : Number(values.files);
  if (files !== null && !(files >= 1)) throw new Error(`--files ${values.files}: it is no number`);
  const repositories = await chosenRepositories(process.argv);
  const folder = await mkdtemp(join(tmpdir(), 'backstory-search-'));
  const scorer = await benchScorer(values.scorer);
  try {
    const sources =
      files === null
        ? repositories
        : repositories.map((each) => sampleOf(each, files, join(folder, 'sample')));
    const sets = [...scorer.sets, ...values.set];
    const own = await search(sources, sets, join(folder, 'own'), (teacher) => teacher);
    const control = await search(sources, sets, join(folder, 'control'), swapRewrites);
    tell(report, own, control);
  } finally {
    await scorer.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function search(
  sources: readonly string[],
  sets: readonly string[],
  outputFolder: string,
  change: (teacher: Teacher) => Teacher,
): Promise<SearchQuality> {
  const flags = { 'discover.sources': [...sources] };
  await runConfigured({ outputFolder, sets, flags, change });
  const { report } = await measureOutput({ place: outputFolder, runFolder: outputFolder });
  if (report.search === null) throw new Error('nothing was searched');
  return report.search;
}

/** Each rewrite is the latest one of another file; before there is one, the teacher has none. */
function swapRewrites(teacher: Teacher): Teacher {
  const latest = new Map<string, string>();
  return {
    ...teacher,
    identity: { ...teacher.identity, version: `${teacher.identity.version} swapped` },
    rewrite: async (request, ...rest) => {
      const answer = await teacher.rewrite(request, ...rest);
      const file = `${request.name}: ${request.path}`;
      const others = [...latest].filter(([other]) => other !== file);
      if (answer.value !== null) {
        latest.delete(file);
        latest.set(file, answer.value);
      }
      return { ...answer, value: others.at(-1)?.[1] ?? null };
    },
  };
}

function tell(report: Report, own: SearchQuality, control: SearchQuality): void {
  report({ metric: 'files searched', value: own.files, unit: 'files', baseline: control.files });
  const bits = 'bits/byte';
  report({ metric: 'first thoughts', value: own.rounds.before, unit: bits });
  for (const [at, round] of own.rounds.after.entries()) {
    const other = control.rounds.after[at];
    const name = `after round ${at + 1}`;
    const baseline = other?.bitsPerByte ?? null;
    report({ metric: name, value: round.bitsPerByte, unit: bits, baseline });
    const [share, otherShare] = [round, other].map(acceptedShare);
    report({ metric: `${name}: kept`, value: share ?? 0, unit: '%', baseline: otherShare ?? null });
  }
  const outcomes = new Set([...Object.keys(own.outcomes), ...Object.keys(control.outcomes)]);
  for (const outcome of [...outcomes].sort()) {
    const [value, baseline] = [own, control].map((each) => each.outcomes[outcome] ?? 0);
    report({ metric: outcome, value: value ?? 0, unit: 'rewrites', baseline: baseline ?? null });
  }
}

/** Of the rewrites that the round asked for. */
function acceptedShare(round: SearchQuality['rounds']['after'][number] | undefined): number {
  return round === undefined || round.rewrites === 0 ? 0 : (100 * round.accepted) / round.rewrites;
}
