/**
 * `npm start`: turns this very repository into shards, with the search on, then shows one improved
 * thought and where everything is. A finished demo is made anew; an interrupted one is resumed.
 */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openOutput } from '../../dataset/open-output.ts';
import { printable } from '../../dataset/printable.ts';
import { type ImprovedThought, readBestImprovement } from '../../dataset/run-log/gains.ts';
import { readSample, type Sample, type SampleOverview } from '../../dataset/samples.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { type CommandContext, type Terminal, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { formatBytes, wrapProse } from '../views/format.ts';
import { drawSegment, segmentsOfFile } from '../views/sample.ts';
import { bitsPerByte, drawSummary } from '../views/summary.ts';
import { runSources } from './run.ts';

const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));
/** In the working folder, which is the repository under `npm start`. */
const folderName = '.backstory';

export async function demoCommand(context: CommandContext): Promise<ExitCode> {
  const { out } = context;
  const { style } = out;
  writeLine(out, style.bold('backstory: this repository as development trajectories'));
  writeLine(
    out,
    'Teacher `grounded` (rules, not a language model) plans and thinks; scorer `bytes` judges.',
  );
  writeLine(out);
  const outputFolder = join(context.workingFolder, folderName);
  await clearFinished(outputFolder);
  const source = relative(context.workingFolder, repositoryRoot) || '.';
  const { summary, facts } = await runSources(context, [source], {
    out: outputFolder,
    search: 'on',
  });
  if (summary.repositories.written === 0) {
    for (const line of drawSummary(summary, facts, style)) writeLine(out, line);
    return exitCodes.difference;
  }
  const output = await openOutput(outputFolder);
  const sampleId = output.entries.flatMap((entry) => entry.samples)[0] ?? '';
  const first = await readSample(output, sampleId);
  const { name } = first.overview;
  const best = await readBestImprovement(outputFolder);
  const sample = best === null ? first : await readSample(output, name, best.path);
  drawExcerpt(out, sample, best);
  for (const line of drawSummary(summary, facts, style)) writeLine(out, line);
  drawNextSteps(context.out, output.shards, sample.overview);
  return exitCodes.fine;
}

async function clearFinished(outputFolder: string): Promise<void> {
  try {
    const { head } = await openOutput(outputFolder);
    if (!head.closed) return;
  } catch (error) {
    // Without a manifest there is nothing to clear. Damage is cleared: a demo takes only a minute.
    if (!(error instanceof PipelineError)) throw error;
    if (error.code === 'OUTPUT_MISSING') return;
  }
  await rm(outputFolder, { recursive: true, force: true });
}

const excerptLinesMax = 16;
/** Observations are only context here, so they are cut shorter. */
const observedLinesMax = 5;

/** All steps of one file: of the file with the best improvement, else of the first file written. */
function drawExcerpt(out: Terminal, sample: Sample, best: ImprovedThought | null): void {
  const { style } = out;
  const firstWritten = sample.segments.find((each) => each.kind === 'write')?.path ?? '';
  const path = best?.path ?? firstWritten;
  writeLine(out);
  const { files, episode } = sample.overview;
  const where = episode === null ? 'the trajectory' : `episode ${episode.number} of ${episode.of}`;
  writeLine(out, style.bold(`One of ${files} files in ${where}: ${path}`));
  writeLine(out, style.dim('│ is trained, ┊ is not; shortened, `inspect --full` shows all'));
  for (const segment of segmentsOfFile(sample.segments, path)) {
    const bodyLinesMax = segment.kind === 'observe' ? observedLinesMax : excerptLinesMax;
    const view = { bodyLinesMax, columns: out.columns };
    writeLine(out);
    for (const line of drawSegment(segment, style, view)) writeLine(out, line);
  }
  if (best === null) return;
  writeLine(out);
  writeLine(out, style.bold('What the search changed in that thought'));
  writeLine(out, `${bitsPerByte(best)}, as the scorer needs to predict it`);
  for (const [mark, lines] of thoughtDifference(best)) {
    const paint = mark === '+' ? style.green : style.red;
    for (const line of lines.slice(0, excerptLinesMax)) {
      const [first = '', ...more] = wrapProse(printable(line), out.columns - 6);
      writeLine(out, `  ${paint(`${mark} ${first}`)}`);
      for (const rest of more) writeLine(out, `    ${paint(rest)}`);
    }
  }
}

/** Lines that are in only one of the two wordings. */
function thoughtDifference({ before, after }: ImprovedThought): ['-' | '+', string[]][] {
  const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
  const [old, fresh] = [new Set(linesOf(before)), new Set(linesOf(after))];
  return [
    ['-', [...old].filter((line) => !fresh.has(line))],
    ['+', [...fresh].filter((line) => !old.has(line))],
  ];
}

function drawNextSteps(
  out: Terminal,
  shards: readonly { readonly path: string; readonly bytes: number }[],
  { name, episode }: SampleOverview,
): void {
  const shown = episode === null ? name : `${name}#${episode.number}`;
  const bytes = shards.reduce((total, shard) => total + shard.bytes, 0);
  const command = 'npx backstory';
  for (const line of [
    '',
    out.style.bold('Next'),
    `  shards      ${folderName}/shards (${formatBytes(bytes)}, MDS with ProLong's columns)`,
    `  check them  ${command} verify ${folderName}`,
    `  read them   ${command} inspect ${folderName} ${shown}`,
    `  your code   ${command} run PATH/TO/FOLDER --out OUT`,
    '  in Python   pip install ./services/feed (in the checkout), or its wheel',
    `              python3 -m backstory_feed ${folderName} --batch-size 1`,
  ]) {
    writeLine(out, line);
  }
}
