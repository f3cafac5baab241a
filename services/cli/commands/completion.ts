/** `backstory completion SHELL`: prints the script that completes commands, options and knobs. */
import type { Command } from 'commander';
import { stageNames } from '../../../schemas/topology.ts';
import { sections } from '../../registry.ts';
import { knobKeys } from '../../runtime/config/resolve.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import type { Shell } from '../completion/shells.ts';
import { treeOf } from '../completion/tree.ts';
import { zshScript } from '../completion/zsh.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function completionCommand(
  context: CommandContext,
  program: Command,
  shell: Shell,
): ExitCode {
  const words = { stages: [...stageNames, 'all'], knobs: knobKeys(sections) };
  context.out.stream.write(scripts[shell](treeOf(program, words)));
  return exitCodes.fine;
}
