/** `backstory inspect OUT [ID]`: lists the samples of an output, or shows one step by step. */
import { resolve } from 'node:path';
import type { Lack } from '../../../schemas/generated/types.ts';
import { openOutput } from '../../dataset/open-output.ts';
import { printable } from '../../dataset/printable.ts';
import { tellRefused } from '../../dataset/refused.ts';
import { readFileGains } from '../../dataset/run-log/gains.ts';
import { listSamples, type MaskedSegment, readSample, type Sample } from '../../dataset/samples.ts';
import { suggestName } from '../../runtime/config/suggest-name.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { openPlace } from '../open/output-place.ts';
import type { ConfigurationOptions } from '../open/settings.ts';
import { drawSampleHead, drawSampleList, drawSegment, segmentsOfFile } from '../views/sample.ts';
import { bitsPerByte, lackName } from '../views/summary.ts';

export interface InspectOptions extends ConfigurationOptions {
  readonly full?: boolean;
  readonly file?: string;
  readonly json?: boolean;
}

/** Body lines shown without --full: enough to recognise a body, few enough to scroll through. */
const bodyLinesMax = 12;

export async function inspectCommand(
  context: CommandContext,
  out: string,
  id: string | undefined,
  options: InspectOptions,
): Promise<ExitCode> {
  const outputFolder = resolve(context.workingFolder, out);
  const output = await openOutput(await openPlace(context, out, options));
  if (id === undefined) {
    const samples = await listSamples(output);
    if (options.json === true) writeJson(context.out, { samples });
    else
      for (const line of drawSampleList(samples, context.out.style)) writeLine(context.out, line);
    return exitCodes.fine;
  }
  const sample = await readSample(output, id, options.file);
  const segments = chooseSegments(sample, options.file);
  if (options.json === true) {
    writeJson(context.out, { ...sample.overview, segments });
    return exitCodes.fine;
  }
  await drawSample(context, outputFolder, { ...sample, segments }, options);
  return exitCodes.fine;
}

function chooseSegments(sample: Sample, path: string | undefined): readonly MaskedSegment[] {
  if (path === undefined) return sample.segments;
  const segments = segmentsOfFile(sample.segments, path);
  if (segments.length > 0) return segments;
  const written = sample.segments.flatMap((each) =>
    each.kind === 'write' ? [each.path ?? ''] : [],
  );
  throw new PipelineError(
    'USAGE',
    `${sample.overview.name} writes no file ${path}${suggestName(written, path)}`,
    { subject: path },
  );
}

async function drawSample(
  context: CommandContext,
  outputFolder: string,
  sample: Sample,
  options: InspectOptions,
): Promise<void> {
  const { style, columns } = context.out;
  const { found: gains, why } = await readFileGains(outputFolder, sample.overview.name);
  if (why !== null && sample.overview.search !== null) {
    writeLine(context.err, `note: what the search gained per file is not shown, because ${why}`);
  }
  const view = { bodyLinesMax: options.full === true ? null : bodyLinesMax, columns };
  for (const line of drawSampleHead(sample, style)) writeLine(context.out, line);
  for (const segment of sample.segments) {
    writeLine(context.out);
    for (const line of drawSegment(segment, style, view)) writeLine(context.out, line);
    if (isAmidFile(segment, sample)) continue;
    for (const { what, reason } of lacksAt(segment, sample.overview.lacks)) {
      writeLine(context.out, style.yellow(`  ${tellLack(what, reason)}`));
    }
    const refused = refusedAt(segment, sample.overview);
    if (refused !== null) writeLine(context.out, style.yellow(`  ${refused}`));
    const gain = segment.kind === 'write' ? gains?.get(segment.path ?? '') : undefined;
    if (gain === undefined) continue;
    writeLine(context.out, style.green(`  search: ${bitsPerByte(gain)}`));
  }
}

/** Whether more of its file is written after it: what is told of a file stands at its end. */
function isAmidFile({ kind, path, lines }: MaskedSegment, { segments }: Sample): boolean {
  if (kind !== 'write' || lines === null) return false;
  const last = segments.findLast((each) => each.kind === 'write' && each.path === path);
  return last?.lines?.[1] !== lines[1];
}

function tellLack(what: string, reason: string): string {
  return what === 'plain'
    ? `without a thought: ${printable(reason)} earns none`
    : `no ${lackName(what)}: ${printable(reason)}`;
}

/** What checks refused of the plan, told there, or of a file's thoughts, told at its write. */
function refusedAt({ kind, path }: MaskedSegment, { refused }: Sample['overview']): string | null {
  if (kind === 'plan') return tellRefused(refused, null);
  return kind === 'write' && path !== null ? tellRefused(refused, path) : null;
}

/** What is missing at a segment: of a file, it is told at its write; of the plan, at the plan. */
function lacksAt({ kind, path }: MaskedSegment, lacks: readonly Lack[]): readonly Lack[] {
  if (kind === 'write') return lacks.filter((lack) => lack.path !== null && lack.path === path);
  return kind === 'plan' ? lacks.filter((lack) => lack.path === null) : [];
}
