/** Resolves options, environment and backstory.yaml to a configuration, and opens the models. */
import { type StageName, talkTo } from '../../../schemas/topology.ts';
import type { Scorer } from '../../ports/scorer.ts';
import type { Teacher } from '../../ports/teacher.ts';
import { type ResolvedValues, sections } from '../../registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import {
  type ConfigurationSources,
  noSources,
  type Origin,
  type ResolvedConfiguration,
  resolveConfiguration,
} from '../../runtime/config/resolve.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { secretsOfAddress } from '../../runtime/redact.ts';
import { openScorer } from '../../scorer/open.ts';
import type { TeacherEnvironment } from '../../teacher/adapter.ts';
import { openTeacher } from '../../teacher/open.ts';
import { type CommandContext, writeLine } from '../context.ts';
import { type ConfigurationFile, readConfigurationFile } from './configuration-file.ts';
import { hashWithFiles } from './hash-files.ts';
import { readOptOutKnob } from './opt-outs.ts';

/** Options that every command with a configuration takes. */
export interface ConfigurationOptions {
  readonly config?: string;
  readonly set?: readonly string[];
}

/** API keys come only from these variables, so that no file, log or hash ever holds them. */
export const keyVariables = {
  teacher: 'BACKSTORY_TEACHER_API_KEY',
  scorer: 'BACKSTORY_SCORER_API_KEY',
  codeHost: 'BACKSTORY_GITHUB_TOKEN',
} as const;

export interface LoadedConfiguration extends ResolvedConfiguration<typeof sections> {
  readonly file: ConfigurationFile;
}

export async function loadConfiguration(
  context: CommandContext,
  options: ConfigurationOptions,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<LoadedConfiguration> {
  // A named key is a secret, not a knob of this name.
  const environment = Object.fromEntries(
    Object.entries(context.environment).filter(
      ([name]) => !Object.values(keyVariables).some((key) => name.startsWith(key)),
    ),
  );
  const given = { environment, sets: options.set ?? [], flags };
  const file = await readConfigurationFile(
    context.workingFolder,
    options.config,
    sourcesGiven(given),
  );
  const { text: yamlText, path: yamlPath, found: yamlFound } = file;
  const resolved = resolveConfiguration(sections, { yamlText, yamlPath, yamlFound, ...given });
  for (const values of Object.values(resolved.values)) {
    for (const value of Object.values(values)) {
      if (typeof value === 'string') secretsOfAddress(value).forEach(context.redactor.learn);
    }
  }
  const hash = await hashWithFiles(resolved.hash, resolved.values);
  const values = await readOptOutKnob(resolved.values, context.workingFolder);
  return { ...resolved, values, hash, file };
}

type Given = Pick<ConfigurationSources, 'environment' | 'sets' | 'flags'>;

/** The sources that the owner named; those in a named file are no matter of a found one. */
function sourcesGiven(given: Given): readonly string[] {
  try {
    const { values } = resolveConfiguration(sections, { ...noSources, ...given });
    return values.discover.sources;
  } catch (error) {
    // Resolving with the file reports these problems, and those of the file with them.
    if (error instanceof PipelineError) return [];
    throw error;
  }
}

/** Says on stderr which file the knobs are from, and how many from elsewhere. */
export function tellConfiguration(
  { err }: CommandContext,
  { file, origins }: Pick<LoadedConfiguration, 'file' | 'origins'>,
  quiet = false,
): void {
  if (file.refusal !== null) writeLine(err, file.refusal);
  if (quiet && file.text === null) return;
  const counts = new Map<Origin, number>();
  for (const [key, origin] of origins) {
    if (key !== 'discover.sources') counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  const how = file.found ? 'found in this folder' : '--config';
  const taken = `${counts.get('backstory.yaml') ?? 0} from ${file.path} (${how})`;
  const others = [
    [counts.get('environment') ?? 0, 'from the environment'],
    [counts.get('flag') ?? 0, 'from options'],
  ] as const;
  const parts = [
    file.text === null ? 'no configuration file' : taken,
    ...others.flatMap(([count, where]) => (count === 0 ? [] : [`${count} ${where}`])),
  ];
  writeLine(err, `knobs: ${parts.join(', ')}`);
}

/** What a command brings beside the configuration. */
export type TeacherParts = Omit<TeacherEnvironment, 'apiKey' | 'namedKey'>;

export function openConfiguredTeacher(
  { environment }: CommandContext,
  values: ResolvedValues,
  parts: TeacherParts = {},
): Promise<Teacher> {
  const apiKey = teacherKey(environment, values.teacher.baseUrl);
  const namedKey = (name: string) => environment[`${keyVariables.teacher}_${name}`];
  return openTeacher(values.teacher, { apiKey, namedKey, ...parts }, systemClock);
}

/**
 * The openai package's usual variable serves a machine that is set up for it, but its key goes only
 * to the address that it is for: the vendor's, or the one that OPENAI_BASE_URL names.
 */
export function teacherKey(
  environment: CommandContext['environment'],
  baseUrl: string,
): string | undefined {
  const own = environment[keyVariables.teacher];
  if (own !== undefined || !URL.canParse(baseUrl)) return own;
  const named = environment.OPENAI_BASE_URL ?? '';
  const place = URL.canParse(named) ? new URL(named) : new URL('https://api.openai.com');
  return new URL(baseUrl).origin === place.origin ? environment.OPENAI_API_KEY : undefined;
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
  parts: TeacherParts = {},
): Promise<Models> {
  const scores = talkTo(stages, 'scorer') && values.search.enabled;
  return {
    teacher: talkTo(stages, 'teacher') ? await openConfiguredTeacher(context, values, parts) : null,
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
