/** `backstory export OUT --format NAME`: the shards in a form that other loaders read. */
import { join, resolve } from 'node:path';
import { readManifest } from '../../dataset/manifest.ts';
import { loadReader, openOutput } from '../../dataset/samples.ts';
import { exportOutput } from '../../export/export.ts';
import type { Compression, ExportFormat } from '../../export/format.ts';
import { formatNames, formats } from '../../export/formats.ts';
import type { ExportSource } from '../../export/source.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { type CommandContext, redrawLine, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { readGates } from '../open/export-gates.ts';
import { isRemote, openPlace } from '../open/output-place.ts';
import { formatBytes, formatCount, plural } from '../views/format.ts';

export interface ExportOptions {
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
  const { out: stdout, err } = context;
  const outputFolder = resolve(context.workingFolder, out);
  const format = chooseFormat(options.format);
  const compression = chooseCompression(format, options.compression);
  if (isRemote(out) && options.to === undefined) {
    throw new PipelineError('USAGE', `exporting ${out} needs --to FOLDER`, { subject: '--to' });
  }
  const target =
    options.to === undefined
      ? join(outputFolder, 'export', format.name)
      : resolve(context.workingFolder, options.to);
  const drawn = err.isTerminal;
  const report = await exportOutput({
    source: await openSource(await openPlace(context, out)),
    format,
    compression,
    target,
    gates: await readGates(outputFolder),
    onShard: (shards, shardsTotal) => {
      if (drawn) redrawLine(err, `exported ${shards}/${shardsTotal} shards`);
    },
  }).finally(() => drawn && redrawLine(err));
  if (options.json === true) {
    writeJson(stdout, report);
    return exitCodes.fine;
  }
  const bytes = report.files.reduce((sum, file) => sum + file.bytes, 0);
  writeLine(
    stdout,
    `${stdout.style.green('ok')}: ${formatCount(report.tokens)} tokens in ${plural(report.packs, 'pack')} and ${plural(report.documents, 'document')} as ${format.name}, ` +
      `${plural(report.files.length, 'file')}, ${formatBytes(bytes)}`,
  );
  writeLine(stdout, `    ${target}`);
  if (!report.closed) writeLine(stdout, '    the output still grows: export again for the rest');
  return exitCodes.fine;
}

/** An output as its manifest stands now. */
export async function openSource(place: string | ObjectStore): Promise<ExportSource> {
  const output = await openOutput(place);
  const { entries, headHash } = await readManifest(output.store);
  return {
    entries,
    manifestHash: headHash ?? '',
    reader: await loadReader(output),
    read: output.store.read,
  };
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
