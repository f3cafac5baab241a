/**
 * `npm run bench -- shape [--only NAME,…]`: how long trajectories and their steps are, on ten small
 * real repositories: from the grounded teacher without and with the search, and from a scripted
 * model that keeps to the lengths that the prompts ask for. A repository counts as one, however
 * many documents it has. The baselines of the first figures are those of the paper, arXiv
 * 2603.11103; those of the steps are without search.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureOutput, type QualityReport } from '../../services/quality/report.ts';
import type { Report } from '../bench.ts';
import { runProgram, runScripted } from './teaching/program.ts';
import { chosenRepositories } from './teaching/repositories.ts';
import { startScriptedModel } from './teaching/scripted-model.ts';

/** Mean tokens of a repository's files, and of its trajectory after the search. */
const paper = { raw: 4_866, searched: 12_083 };
const kinds = ['requirements', 'plan', 'file', 'read', 'observe', 'think', 'write'] as const;

export async function run(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-shape-'));
  const server = await startScriptedModel();
  try {
    const sources = await chosenRepositories(process.argv);
    const measure = async (name: string, run: (out: string) => Promise<unknown>) => {
      const out = join(folder, name);
      await run(out);
      return (await measureOutput({ place: out, runFolder: out })).report;
    };
    const grounded = (search: string) => (out: string) =>
      runProgram('run', ...sources, '--out', out, '--search', search);
    const plain = await measure('plain', grounded('off'));
    const searched = await measure('searched', grounded('on'));
    const asked = await measure('asked', (out) =>
      runScripted(server, 'run', ...sources, '--out', out, '--search', 'off'),
    );
    tell(report, sources.length, { plain, searched, asked });
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Arms = Readonly<Record<'plain' | 'searched' | 'asked', QualityReport>>;

function tell(report: Report, repositories: number, { plain, searched, asked }: Arms): void {
  const unit = 'tokens';
  const each = ({ lengths }: QualityReport, kind: 'trajectory' | 'write') =>
    (lengths[kind]?.sum ?? 0) / repositories;
  const raw = each(plain, 'write');
  report({ metric: 'files of a repository', value: raw, unit, baseline: paper.raw });
  const whole = { metric: 'trajectory', unit, baseline: paper.searched };
  report({ ...whole, metric: 'trajectory, no search', value: each(plain, 'trajectory') });
  report({ ...whole, metric: 'trajectory, search', value: each(searched, 'trajectory') });
  report({ ...whole, metric: 'trajectory, as asked', value: each(asked, 'trajectory') });
  const times = { unit: 'times the files', baseline: paper.searched / paper.raw };
  report({ ...times, metric: 'growth, no search', value: each(plain, 'trajectory') / raw });
  report({ ...times, metric: 'growth, search', value: each(searched, 'trajectory') / raw });
  report({ ...times, metric: 'growth, as asked', value: each(asked, 'trajectory') / raw });
  for (const kind of kinds) {
    const baseline = plain.lengths[kind]?.mean ?? 0;
    report({ metric: `${kind}: number`, value: plain.lengths[kind]?.count ?? 0, unit: 'steps' });
    report({ metric: `${kind}, no search`, value: baseline, unit });
    report({ metric: `${kind}, search`, value: searched.lengths[kind]?.mean ?? 0, unit, baseline });
    report({ metric: `${kind}, as asked`, value: asked.lengths[kind]?.mean ?? 0, unit, baseline });
  }
}
