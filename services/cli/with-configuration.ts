/** Options of every command that reads the configuration. */
import type { Command } from 'commander';

export function withConfiguration(command: Command): Command {
  const collect = (value: string, earlier: string[] = []) => [...earlier, value];
  return command
    .option(
      '--config <file>',
      'YAML file with knobs (default: ./backstory.yaml, unless it may have come with a source)',
    )
    .option('--set <stage.knob=value>', 'set one knob; may be repeated', collect);
}
