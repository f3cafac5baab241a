/**
 * End to end: this repository and the sources of packages that are installed anyway go through the
 * whole graph, search off and on. Bytes are admitted bytes; no network is used.
 */
import { stageNames } from '../../schemas/topology.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import type { RunSummary } from '../../services/registry.ts';
import { refusals } from '../../services/stages/search/rewrites.ts';
import type { Report } from '../bench.ts';
import { runInstalled } from './corpora/installed-run.ts';

function measure(search: 'on' | 'off'): Promise<{ summary: RunSummary; verifyMs: number }> {
  return runInstalled({ search }, async (out, summary) => {
    const start = performance.now();
    await verifyOutput(out);
    return { summary, verifyMs: performance.now() - start };
  });
}

const megabytes = ({ admittedBytes }: RunSummary) => admittedBytes / 1e6;
const seconds = ({ wallMs }: RunSummary) => wallMs / 1000;

export async function run(report: Report): Promise<void> {
  const off = await measure('off');
  report({ metric: 'input', value: megabytes(off.summary), unit: 'MB' });
  report({ metric: 'files', value: off.summary.files, unit: 'files' });
  reportRun('search off', off, null, report);
  const on = await measure('on');
  reportRun('search on', on, off.summary, report);
  reportSearch(on.summary, report);
}

/** Rates of one run, with the other run, if given, as the baseline. */
function reportRun(
  name: string,
  { summary, verifyMs }: { summary: RunSummary; verifyMs: number },
  other: RunSummary | null,
  report: Report,
): void {
  const rate = (metric: string, unit: string, of: (run: RunSummary) => number) =>
    report({
      metric: `${name}: ${metric}`,
      value: of(summary),
      unit,
      baseline: other === null ? null : of(other),
    });
  rate('source', 'MB/s', (each) => megabytes(each) / seconds(each));
  rate('tokens', 'tokens/s', (each) => each.tokens / seconds(each));
  rate('wall', 's', seconds);
  reportShares(name, summary, report);
  report({
    metric: `${name}: verify`,
    value: megabytes(summary) / (verifyMs / 1000),
    unit: 'MB/s',
  });
}

/** Time inside each stage's handlers as a share of all stages' time; waiting counts as work. */
function reportShares(name: string, { stageBusyMs }: RunSummary, report: Report): void {
  const total = stageNames.reduce((sum, stage) => sum + stageBusyMs[stage], 0);
  for (const stage of stageNames) {
    report({ metric: `${name}: ${stage}`, value: stageBusyMs[stage] / total, unit: 'share' });
  }
}

function reportSearch({ search }: RunSummary, report: Report): void {
  if (search === null) return;
  const { improved, outcomes } = search;
  const perByte = (of: { bitsBefore: number; bitsAfter: number; targetBytes: number }) =>
    (of.bitsBefore - of.bitsAfter) / of.targetBytes;
  report({ metric: 'search: fall, all files', value: perByte(search), unit: 'bits/byte' });
  report({ metric: 'search: fall, improved files', value: perByte(improved), unit: 'bits/byte' });
  // A rule that refused nothing is reported too.
  for (const outcome of ['accepted', 'not-better', ...refusals]) {
    report({ metric: `search: ${outcome}`, value: outcomes[outcome] ?? 0, unit: 'candidates' });
  }
}
