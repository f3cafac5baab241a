/** Options of every command that runs stages: who writes, who judges, and whether is searched. */
import { type Command, Option } from 'commander';
import { scorerKnobs } from '../scorer/config.ts';
import { teacherKnobs } from '../teacher/config.ts';

export interface ModelOptions {
  readonly teacher?: string;
  readonly scorer?: string;
  readonly search?: string;
}

const teachers = teacherKnobs.shape.kind.unwrap().options;
const scorers = scorerKnobs.shape.kind.unwrap().options;

export function withModels(command: Command): Command {
  return command
    .addOption(new Option('--teacher <kind>', 'who plans and thinks').choices(teachers))
    .addOption(new Option('--scorer <kind>', 'who judges rewrites').choices(scorers))
    .addOption(
      new Option('--search <switch>', 'improve thoughts by search').choices(['on', 'off']),
    );
}

/** The knobs that a command's sources and options stand for. */
export function sourceFlags(
  sources: readonly string[],
  options: ModelOptions & { readonly limit?: string },
): Record<string, unknown> {
  const { limit } = options;
  return {
    'discover.sources': [...sources],
    ...modelFlags(options),
    ...(limit === undefined ? {} : { 'discover.limit': Number(limit) }),
  };
}

/** The knobs that these options stand for. */
export function modelFlags({ teacher, scorer, search }: ModelOptions): Record<string, unknown> {
  return {
    ...(teacher === undefined ? {} : { 'teacher.kind': teacher }),
    ...(scorer === undefined ? {} : { 'scorer.kind': scorer }),
    ...(search === undefined ? {} : { 'search.enabled': search === 'on' }),
  };
}
