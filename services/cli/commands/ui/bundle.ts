/** `backstory ui OUT… --bundle FOLDER`: the page as files, for those who have no program to run. */
import { resolve } from 'node:path';
import { type ErrorCode, PipelineError } from '../../../runtime/errors.ts';
import { writeCopy } from '../../../ui/copy/write-copy.ts';
import { createAnswers } from '../../../ui/server/answers.ts';
import { pageFiles } from '../../../ui/server/page-files.ts';
import { type ShowOptions, showOutputs } from '../../../ui/server/shown.ts';
import { type CommandContext, redrawLine, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import { formatBytes, plural } from '../../views/format.ts';

export interface BundleOptions {
  readonly bundle: string;
  readonly json?: boolean;
}

export async function writeBundle(
  context: CommandContext,
  show: ShowOptions,
  { bundle, json = false }: BundleOptions,
): Promise<ExitCode> {
  const folder = resolve(context.workingFolder, bundle);
  const { shown, close } = showOutputs(show);
  const { err } = context;
  const tell = (text: string) => {
    if (err.isTerminal) redrawLine(err, text);
  };
  try {
    for (const output of show.outputs) {
      await output.settled();
      const { problem } = output.state();
      // Half a data set would look like a whole one.
      if (problem !== null) throw new PipelineError(problem.code as ErrorCode, problem.message);
    }
    const report = await writeCopy({
      answers: createAnswers(shown),
      page: await pageFiles(),
      folder,
      hide: context.redactor.hideKnown,
      onSample: (done, all) => {
        if (context.signal.aborted) {
          throw new PipelineError('INTERRUPTED', `stopped; nothing is left in ${folder}`);
        }
        tell(`document ${done + 1} of ${all}`);
      },
    });
    tell('');
    if (json) writeJson(context.out, { folder, ...report });
    else {
      const documents = plural(report.samples, 'document');
      const files = `${plural(report.files, 'file')}, ${formatBytes(report.bytes)}`;
      writeLine(context.out, `${documents} in ${folder}: ${files}`);
      const server = `python3 -m http.server --directory ${bundle}`;
      writeLine(err, `any web server shows it, for example: ${server}`);
    }
    return exitCodes.fine;
  } finally {
    tell('');
    await close();
  }
}
