/** Options of every command that reads the configuration. */
import type { Command } from 'commander';

/** Of an option that may be repeated. */
export const collect = (value: string, earlier: string[] = []) => [...earlier, value];

export function withConfiguration(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'YAML file with knobs (default: ./backstory.yaml, unless it may have come with a source)',
    )
    .option('--set <stage.knob=value>', 'set one knob; may be repeated', collect);
}
