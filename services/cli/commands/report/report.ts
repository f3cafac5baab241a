/** `backstory report OUT`: how good the thoughts of an output are, in numbers and examples. */
import { access, constants, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { measureOutput } from '../../../quality/report.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { type CommandContext, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import { openPlace, runFolderOf } from '../../open/output-place.ts';
import type { ConfigurationOptions } from '../../open/settings.ts';
import { refuseFile, writeNamedFile } from '../../open/write-named-file.ts';
import { createShardCounter } from '../../views/shard-counter.ts';
import { drawQualityPage } from './page.ts';
import { drawQuality } from './terminal.ts';

export interface ReportOptions extends ConfigurationOptions {
  readonly html?: string;
  readonly json?: boolean;
}

export async function reportCommand(
  context: CommandContext,
  out: string,
  options: ReportOptions,
): Promise<ExitCode> {
  const runFolder = runFolderOf(context, out);
  const store = await openPlace(context, out, options);
  const page = options.html === undefined ? null : resolve(context.workingFolder, options.html);
  if (page !== null && runFolder !== null) await requireOutside(page, runFolder);
  // Reading a large output takes long: what would fail after it fails before.
  if (page !== null) await access(dirname(page), constants.W_OK).catch(refuseFile(page, '--html'));
  const counter = createShardCounter(context.err, 'read');
  const measured = await measureOutput({
    place: store,
    runFolder,
    onProgress: counter.show,
  }).finally(counter.erase);
  if (page !== null) {
    const text = context.redactor.hideKnown(drawQualityPage(measured));
    await writeNamedFile(page, text, '--html');
  }
  const { report } = measured;
  if (options.json === true) writeJson(context.out, report);
  else for (const line of drawQuality(report, context.out)) writeLine(context.out, line);
  return exitCodes.fine;
}

/** A report must not change the output that it reads. */
async function requireOutside(page: string, runFolder: string): Promise<void> {
  const folder = await realPath(runFolder);
  const file = join(await realPath(dirname(page)), basename(page));
  if (!`${file}${sep}`.startsWith(`${folder}${sep}`)) return;
  throw new PipelineError(
    'USAGE',
    `${page} lies inside the output, which a report only reads; name a file elsewhere after --html`,
    { subject: '--html' },
  );
}

/** The path itself where there is nothing yet: opening or writing it says what is wrong. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
