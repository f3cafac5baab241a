/** `backstory config`: every knob, its value and the source of the value. */
import { sections } from '../../registry.ts';
import { environmentName, knobKeys } from '../../runtime/config/resolve.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { type ConfigurationOptions, loadConfiguration } from '../open/settings.ts';
import { formatTable } from '../views/format.ts';

export interface ConfigOptions extends ConfigurationOptions {
  readonly describe?: boolean;
  readonly json?: boolean;
}

export async function configCommand(
  context: CommandContext,
  options: ConfigOptions,
): Promise<ExitCode> {
  const { values, origins, hash } = await loadConfiguration(context, options);
  if (options.json === true) {
    writeJson(context.out, { hash, values, origins: Object.fromEntries(origins) });
    return exitCodes.fine;
  }
  const { style } = context.out;
  const rows = knobKeys(sections).map((key) => {
    const origin = origins.get(key) ?? 'default';
    const [section = '', knob = ''] = key.split('.');
    const value = (values as Record<string, Record<string, unknown>>)[section]?.[knob];
    const shown = JSON.stringify(value);
    return [key, origin === 'default' ? shown : style.bold(shown), style.dim(origin)];
  });
  const lines = formatTable(rows);
  knobKeys(sections).forEach((key, index) => {
    writeLine(context.out, lines[index]);
    if (options.describe !== true) return;
    const [section = '', knob = ''] = key.split('.');
    const schema = sections[section as keyof typeof sections].shape as Record<
      string,
      { description?: string }
    >;
    writeLine(context.out, style.dim(`    ${schema[knob]?.description ?? ''}`));
    writeLine(context.out, style.dim(`    ${environmentName(key)}`));
  });
  writeLine(context.out, `\nhash of all that changes an output byte: ${hash}`);
  return exitCodes.fine;
}
