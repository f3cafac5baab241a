/** `backstory structure DIR`: shows files, symbols, dependencies and writing order, with no run. */
import { resolve } from 'node:path';
import { PipelineError } from '../../runtime/errors.ts';
import { admitArchive } from '../../stages/admit/admit-archive.ts';
import { packSource } from '../../stages/discover/pack-source.ts';
import { expandSources } from '../../stages/discover/sources.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { type ConfigurationOptions, loadConfiguration } from '../open/settings.ts';
import { documentedFields, extractStructure, type Structure } from '../open/structure-of.ts';
import { drawStructure, mapLines, outlineLines } from '../views/structure.ts';

export interface StructureOptions extends ConfigurationOptions {
  readonly json?: boolean;
  /** Path of a file in the repository; prints only its outline. */
  readonly outline?: string;
  /** Size in tokens of a map of the repository; prints only the map. */
  readonly map?: number;
  /** Size of the outline in tokens. */
  readonly tokens: number;
}

export async function structureCommand(
  context: CommandContext,
  source: string,
  options: StructureOptions,
): Promise<ExitCode> {
  const flags = { 'discover.sources': [resolve(context.workingFolder, source)] };
  const { values, file } = await loadConfiguration(context, options, flags);
  if (file.refusal !== null) writeLine(context.err, file.refusal);
  const [spec] = await expandSources(values.discover.sources, 1);
  if (spec === undefined) {
    throw new PipelineError('SOURCE_EMPTY', `${source} names nothing`, { subject: source });
  }
  const packed = await packSource(spec, { ...values.discover, outputFolder: null });
  const admitted = await admitArchive(packed, values.admit);
  const structure = await extractStructure(admitted, values.extract, context.signal);
  if (options.json === true) writeJson(context.out, documentedFields(structure));
  else for (const line of linesOf(structure, options, context)) writeLine(context.out, line);
  return exitCodes.fine;
}

function linesOf(structure: Structure, options: StructureOptions, { out }: CommandContext) {
  const { outline, map, tokens } = options;
  if (map !== undefined) return mapLines(structure, map);
  return outline === undefined
    ? drawStructure(structure, out.style)
    : outlineLines(structure, outline, tokens);
}
