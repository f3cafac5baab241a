/** `backstory verify OUT`: rebuilds everything from the tokens. Exit 1 at a difference. */

import { verifyOutput } from '../../dataset/verify/verify.ts';
import { type CommandContext, redrawLine, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { openPlace } from '../open/output-place.ts';
import { formatBytes, formatCount, formatShare, plural } from '../views/format.ts';

export interface VerifyOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export async function verifyCommand(
  context: CommandContext,
  out: string,
  options: VerifyOptions,
): Promise<ExitCode> {
  const { out: stdout, err } = context;
  const drawn = err.isTerminal && options.quiet !== true;
  const erase = () => drawn && redrawLine(err);
  const report = await verifyOutput(await openPlace(context, out), ({ shards, shardsTotal }) => {
    if (drawn) redrawLine(err, `verified ${shards}/${shardsTotal} shards`);
  }).finally(erase);
  if (options.json === true) {
    writeJson(stdout, report);
    return exitCodes.fine;
  }
  if (options.quiet === true) return exitCodes.fine;
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
  if (!report.closed)
    writeLine(stdout, '    the output still grows: some samples may not be sealed yet');
  if (report.leftovers > 0) {
    writeLine(stdout, `    ${plural(report.leftovers, 'file')} left by a killed writer, harmless`);
  }
  return exitCodes.fine;
}
