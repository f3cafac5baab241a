/**
 * `backstory why OUT SAMPLE|REPO|PATH`: where something in a data set came from, or why it is not
 * there. It reads a finished or a growing output, and writes and locks nothing.
 */
import { type OpenOutput, openOutput } from '../../../dataset/open-output.ts';
import { askWhy } from '../../../dataset/why/why.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { type CommandContext, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import { openPlace, runFolderOf } from '../../open/output-place.ts';
import type { ConfigurationOptions } from '../../open/settings.ts';
import { drawWhy } from '../../views/why.ts';

export interface WhyOptions extends ConfigurationOptions {
  readonly json?: boolean;
}

export async function whyCommand(
  context: CommandContext,
  out: string,
  asked: string,
  options: WhyOptions,
): Promise<ExitCode> {
  const runFolder = runFolderOf(context, out);
  const output = await openSealed(context, out, options);
  const why = await askWhy({ output, runFolder, asked });
  if (options.json === true) writeJson(context.out, why);
  else {
    const { style, columns } = context.out;
    for (const line of drawWhy(why, style, columns)) writeLine(context.out, line);
  }
  return exitCodes.fine;
}

/** Null while nothing is sealed: the log of the run may tell all the same. */
async function openSealed(
  context: CommandContext,
  out: string,
  options: WhyOptions,
): Promise<OpenOutput | null> {
  try {
    return await openOutput(await openPlace(context, out, options));
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'OUTPUT_MISSING') return null;
    throw error;
  }
}
