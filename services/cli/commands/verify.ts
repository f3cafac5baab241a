/** `backstory verify OUT`: rebuilds every file from the tokens. Exit 1 at a difference. */
import { type VerifyReport, verifyOutput } from '../../dataset/verify/verify.ts';
import { type CommandContext, type Terminal, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { openPlace } from '../open/output-place.ts';
import type { ConfigurationOptions } from '../open/settings.ts';
import { formatBytes, formatCount, formatShare, plural } from '../views/format.ts';
import { createShardCounter } from '../views/shard-counter.ts';

export interface VerifyOptions extends ConfigurationOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export async function verifyCommand(
  context: CommandContext,
  out: string,
  options: VerifyOptions,
): Promise<ExitCode> {
  const { out: stdout, err } = context;
  const counter = createShardCounter(err, 'verified', options.quiet);
  const store = await openPlace(context, out, options);
  const report = await verifyOutput(store, counter.show).finally(counter.erase);
  if (options.json === true) writeJson(stdout, report);
  else if (options.quiet !== true) drawReport(report, stdout);
  return exitCodes.fine;
}

const namesShownMax = 8;

function shortList(names: readonly string[]): string {
  const rest = names.length - namesShownMax;
  return names.slice(0, namesShownMax).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function drawReport(report: VerifyReport, stdout: Terminal): void {
  const trained = formatShare(report.trainedTokens / Math.max(1, report.tokens));
  writeLine(
    stdout,
    `${stdout.style.green('ok')}: ${plural(report.samples, 'sample')}, ${plural(report.files, 'file')} and ${formatBytes(report.bytes)} of text rebuilt from ` +
      `${formatCount(report.tokens)} tokens in ${plural(report.packs, 'pack')} and ${plural(report.shards, 'shard')}`,
  );
  writeLine(
    stdout,
    `    every file byte for byte (I1), every mask exact (I2, ${trained} trained), every observation real (I3), ids and hashes right (I6)`,
  );
  if (!report.closed) {
    writeLine(stdout, '    the output still grows: some samples may not be sealed yet');
  }
  if (report.unlisted.length > 0) {
    const list = shortList(report.unlisted);
    writeLine(stdout, `    not data, a killed writer may have left it: ${list}`);
  }
  for (const absent of report.absent) writeLine(stdout, `    absent: ${absent}`);
  if (report.optOuts !== null) {
    const { generations, repositories, samples, head } = report.optOuts;
    const left = `${plural(repositories, 'repository', 'repositories')} and ${plural(samples, 'sample')} left`;
    writeLine(stdout, `    opt-outs: ${left} in ${plural(generations, 'generation')}, ${head}`);
  }
  writeLine(stdout, `    head ${report.head}`);
}
