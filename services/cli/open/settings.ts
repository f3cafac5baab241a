/** Resolves options, environment and backstory.yaml to a configuration, and opens the models. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type StageName, talkTo } from '../../../schemas/topology.ts';
import type { Scorer } from '../../ports/scorer.ts';
import type { Teacher } from '../../ports/teacher.ts';
import { type ResolvedValues, sections } from '../../registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import { type ResolvedConfiguration, resolveConfiguration } from '../../runtime/config/resolve.ts';
import type { Budget } from '../../runtime/coordination/coordination.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { openScorer } from '../../scorer/open.ts';
import { openTeacher } from '../../teacher/open.ts';
import type { CommandContext } from '../context.ts';

/** Options that every command with a configuration takes. */
export interface ConfigurationOptions {
  readonly config?: string;
  readonly set?: readonly string[];
}

/** API keys come only from these variables, so that no file, log or hash ever holds them. */
export const keyVariables = {
  teacher: 'BACKSTORY_TEACHER_API_KEY',
  scorer: 'BACKSTORY_SCORER_API_KEY',
} as const;

const defaultFile = 'backstory.yaml';

export async function loadConfiguration(
  context: CommandContext,
  options: ConfigurationOptions,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<ResolvedConfiguration<typeof sections>> {
  const {
    [keyVariables.teacher]: _t,
    [keyVariables.scorer]: _s,
    ...environment
  } = context.environment;
  return resolveConfiguration(sections, {
    yamlText: await readYaml(context, options.config),
    yamlPath: options.config ?? defaultFile,
    environment,
    sets: options.set ?? [],
    flags,
  });
}

/** A file that the user named must exist; the default file may be absent. */
async function readYaml(context: CommandContext, named: string | undefined) {
  const path = resolve(context.workingFolder, named ?? defaultFile);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new PipelineError('CONFIG_INVALID', `cannot read ${path}: ${(error as Error).message}`, {
      subject: path,
      cause: error,
    });
  }
}

/** Also takes the openai package's usual variable, so that a machine set up for it just works. */
export function openConfiguredTeacher(
  context: CommandContext,
  values: ResolvedValues,
  budget?: Budget,
): Promise<Teacher> {
  const { environment } = context;
  const apiKey = environment[keyVariables.teacher] ?? environment.OPENAI_API_KEY;
  const shared = budget === undefined ? {} : { budget };
  return openTeacher(values.teacher, { apiKey, ...shared }, systemClock);
}

export interface Models {
  readonly teacher: Teacher | null;
  /** Null also when the search is off. */
  readonly scorer: Scorer | null;
}

/** Only stages that talk to a model need one; the others start without keys and weights. */
export async function openModels(
  context: CommandContext,
  values: ResolvedValues,
  stages: readonly StageName[],
  budget?: Budget,
): Promise<Models> {
  const scores = talkTo(stages, 'scorer') && values.search.enabled;
  return {
    teacher: talkTo(stages, 'teacher')
      ? await openConfiguredTeacher(context, values, budget)
      : null,
    scorer: scores ? await openConfiguredScorer(context, values) : null,
  };
}

export function openConfiguredScorer(
  context: CommandContext,
  values: ResolvedValues,
): Promise<Scorer> {
  const apiKey = context.environment[keyVariables.scorer];
  return openScorer(values.scorer, apiKey === undefined ? {} : { apiKey });
}
