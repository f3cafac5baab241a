/** `backstory export OUT --format NAME`: writes the shards in a format that other loaders read. */
import { resolve } from 'node:path';
import { exportOutput } from '../../export/export.ts';
import type { Compression, ExportFormat } from '../../export/format.ts';
import { formatNames, formats } from '../../export/formats.ts';
import type { ExportReport } from '../../export/report.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { type CommandContext, type Terminal, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { isRemote, openPlace, runFolderOf } from '../open/output-place.ts';
import type { ConfigurationOptions } from '../open/settings.ts';
import { formatBytes, formatCount, plural } from '../views/format.ts';
import { createShardCounter } from '../views/shard-counter.ts';

export interface ExportOptions extends ConfigurationOptions {
  readonly format: string;
  readonly to?: string;
  readonly compression: string;
  readonly json?: boolean;
}

export async function exportCommand(
  context: CommandContext,
  out: string,
  options: ExportOptions,
): Promise<ExitCode> {
  const format = chooseFormat(options.format);
  const compression = chooseCompression(format, options.compression);
  const target = chooseTarget(context, out, format, options.to);
  const counter = createShardCounter(context.err, 'exported');
  let missing: string | null = null;
  const report = await exportOutput({
    place: await openPlace(context, out, options),
    runFolder: runFolderOf(context, out),
    format,
    compression,
    target,
    onProgress: counter.show,
    onMissing: (why) => {
      missing = why;
    },
  }).finally(counter.erase);
  if (missing !== null && !isRemote(out)) {
    const note = `note: README.md does not list what the gates left out, because ${missing}`;
    writeLine(context.err, note);
  }
  if (options.json === true) writeJson(context.out, report);
  else drawReport(report, target, format, context.out);
  return exitCodes.fine;
}

/** Without --to, a folder inside the output. A remote output has none, so it needs --to. */
function chooseTarget(
  { workingFolder }: CommandContext,
  out: string,
  format: ExportFormat,
  to: string | undefined,
): string {
  if (to !== undefined) return resolve(workingFolder, to);
  if (!isRemote(out)) return resolve(workingFolder, out, 'export', format.name);
  throw new PipelineError('USAGE', `exporting ${out} needs --to FOLDER`, { subject: '--to' });
}

function drawReport(
  report: ExportReport,
  target: string,
  { settings = [] }: ExportFormat,
  stdout: Terminal,
): void {
  const bytes = report.files.reduce((sum, file) => sum + file.bytes, 0);
  writeLine(
    stdout,
    `${stdout.style.green('ok')}: ${formatCount(report.tokens)} tokens in ${plural(report.packs, 'pack')} and ${plural(report.documents, 'document')} as ${report.format}, ` +
      `${plural(report.files.length, 'file')}, ${formatBytes(bytes)}`,
  );
  writeLine(stdout, `    ${target}`);
  for (const { reader, set } of settings) {
    writeLine(stdout, `    ${reader.replaceAll('`', '')}: set ${set.replaceAll('`', '')}`);
  }
  if (!report.closed) writeLine(stdout, '    the output still grows: export again for the rest');
}

function chooseFormat(name: string): ExportFormat {
  const format = formats.find((candidate) => candidate.name === name);
  if (format !== undefined) return format;
  throw new PipelineError('USAGE', `no format ${name}; there are ${formatNames.join(', ')}`, {
    subject: '--format',
  });
}

function chooseCompression({ name, compressions }: ExportFormat, wanted: string): Compression {
  const found = compressions.find((candidate) => candidate === wanted);
  if (found !== undefined) return found;
  throw new PipelineError(
    'USAGE',
    `${name} has no compression ${wanted}: its readers take ${compressions.join(' or ')}`,
    { subject: '--compression' },
  );
}
