/**
 * Resolves the configuration: flags over environment over backstory.yaml over defaults. Pure: text
 * and environment come in as values. All problems are reported together, each with its place.
 */
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { graph } from '../../../schemas/topology.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, sha256 } from '../ids.ts';
import { exampleOf } from './example.ts';
import { suggestName } from './suggest-name.ts';

export type Origin = 'default' | 'backstory.yaml' | 'environment' | 'flag';

/** One Zod object per section: the stages, the ports and the runtime. */
export type Sections = Readonly<Record<string, z.ZodObject>>;

export type SectionValues<Schemas extends Sections> = {
  readonly [Name in keyof Schemas]: z.infer<Schemas[Name]>;
};

export interface ResolvedConfiguration<Schemas extends Sections = Sections> {
  readonly values: SectionValues<Schemas>;
  /** Where each `section.knob` came from. */
  readonly origins: ReadonlyMap<string, Origin>;
  /**
   * Hash of everything that can change an output byte, given the same input: knobs and stage
   * versions.
   */
  readonly hash: string;
  /**
   * Hash of the knobs that name the input; kept apart, because a path on a machine is no
   * configuration.
   */
  readonly inputHash: string;
}

export interface ConfigurationSources {
  /** Text of backstory.yaml, or null when there is none. */
  readonly yamlText: string | null;
  /** Name of that file in messages. */
  readonly yamlPath: string;
  /** Nobody named the file: it was found where the program stands, and may not set every knob. */
  readonly yamlFound?: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `section.knob=value`, from --set, in order; later ones win. */
  readonly sets: readonly string[];
  /**
   * `section.knob` to typed value, from dedicated options such as --teacher; they win over --set.
   */
  readonly flags: Readonly<Record<string, unknown>>;
}

export const noSources: ConfigurationSources = {
  yamlText: null,
  yamlPath: 'backstory.yaml',
  environment: {},
  sets: [],
  flags: {},
};

/** A value before validation. Text needs interpreting; YAML values have types already. */
interface Given {
  readonly key: string;
  readonly value: unknown;
  readonly text: boolean;
  readonly origin: Origin;
  /** Where the value was given, for messages. */
  readonly place: string;
}

/** Versions of stages; a stage whose decisions change gets a new version. */
const stageVersions: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(graph).map(([name, { version }]) => [name, version]),
);

/** Resolves and validates. Throws one CONFIG_INVALID that names every problem. */
export function resolveConfiguration<Schemas extends Sections>(
  sections: Schemas,
  sources: ConfigurationSources = noSources,
  versions = stageVersions,
): ResolvedConfiguration<Schemas> {
  const problems: string[] = [];
  const given = [
    ...givenByYaml(sources, problems),
    ...givenByEnvironment(sections, sources.environment, problems),
    ...givenBySets(sources.sets, problems),
    ...givenByFlags(sources.flags),
  ];
  const chosen = new Map<string, { value: unknown; origin: Origin; place: string }>();
  for (const item of given) {
    const knob = findKnob(sections, item.key);
    if (knob === undefined) {
      problems.push(
        `${item.key} (${item.place}): no such knob${suggestName(knobKeys(sections), item.key)}`,
      );
      continue;
    }
    if (item.origin === 'backstory.yaml' && sources.yamlFound === true && isOwnersOnly(knob)) {
      problems.push(ownersOnlyProblem(item));
      continue;
    }
    const value = item.text ? interpret(knob, String(item.value)) : item.value;
    const checked = knob.safeParse(value);
    if (!checked.success) {
      const wrong = `${item.key} (${item.place}): ${describeIssues(checked.error)}`;
      const example = exampleOf(knob, (text) => interpret(knob, text));
      problems.push(example === null ? wrong : `${wrong}; for example ${item.key}=${example}`);
      continue;
    }
    chosen.set(item.key, { value, origin: item.origin, place: item.place });
  }
  const values = followKnobs(sections, parseSections(sections, chosen, problems));
  if (problems.length > 0) throw invalidConfiguration(problems);
  const hashOf = (facts: unknown) => sha256(canonicalJson(facts));
  const knobsWhere = (counts: Counts) => valuesOf(sections, values, counts);
  return {
    values,
    origins: originsOf(sections, chosen),
    hash: hashOf({
      versions,
      knobs: knobsWhere((knob) => !isOperational(knob) && !isInput(knob)),
    }),
    inputHash: hashOf(knobsWhere(isInput)),
  };
}

function ownersOnlyProblem({ key, place }: Given): string {
  return (
    `${key} (${place}): a file that is merely found may not say where texts, keys and data go; ` +
    `set it by --set ${key}=… or ${environmentName(key)}, or name the file: --config ${place}`
  );
}

/** The name of a knob in the environment: search.iterations is BACKSTORY_SEARCH_ITERATIONS. */
export function environmentName(key: string): string {
  const snake = key.replace('.', '_').replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  return `BACKSTORY_${snake.toUpperCase()}`;
}

/** Every `section.knob` in declaration order. */
export function knobKeys(sections: Sections): string[] {
  return Object.entries(sections).flatMap(([section, schema]) =>
    Object.keys(schema.shape).map((knob) => `${section}.${knob}`),
  );
}

export function findKnob(sections: Sections, key: string): z.ZodType | undefined {
  const [section = '', knob = ''] = splitKey(key);
  if (!Object.hasOwn(sections, section)) return undefined;
  const shape = sections[section]?.shape ?? {};
  return Object.hasOwn(shape, knob) ? (shape[knob] as z.ZodType) : undefined;
}

export function splitKey(key: string): [section: string, knob: string] {
  const dot = key.indexOf('.');
  return dot < 0 ? [key, ''] : [key.slice(0, dot), key.slice(dot + 1)];
}

function givenByYaml(sources: ConfigurationSources, problems: string[]): Given[] {
  if (sources.yamlText === null) return [];
  const place = sources.yamlPath;
  let document: unknown;
  try {
    document = parseYaml(sources.yamlText);
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    problems.push(`${place}: not valid YAML: ${line}`);
    return [];
  }
  if (document === null || document === undefined) return [];
  if (!isPlainObject(document)) {
    problems.push(`${place}: must be a map of sections, e.g. "search:" with "iterations: 3" below`);
    return [];
  }
  return Object.entries(document).flatMap(([section, knobs]) => {
    // An empty section reads as null.
    if (knobs === null) return [];
    if (!isPlainObject(knobs)) {
      problems.push(`${section} (${place}): must be a map of knobs`);
      return [];
    }
    return Object.entries(knobs).map(([knob, value]) => ({
      key: `${section}.${knob}`,
      value,
      text: false,
      origin: 'backstory.yaml' as const,
      place,
    }));
  });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Variables that begin with BACKSTORY_ but name no knob are mistakes, and reported. */
function givenByEnvironment(
  sections: Sections,
  environment: ConfigurationSources['environment'],
  problems: string[],
): Given[] {
  const keys = new Map(knobKeys(sections).map((key) => [environmentName(key), key]));
  const names = Object.keys(environment).filter((name) => name.startsWith('BACKSTORY_'));
  return names.sort().flatMap((name) => {
    const key = keys.get(name);
    if (key === undefined) {
      problems.push(`${name} (environment): no such knob${suggestName([...keys.keys()], name)}`);
      return [];
    }
    const value = environment[name] ?? '';
    return [{ key, value, text: true, origin: 'environment' as const, place: name }];
  });
}

function givenBySets(sets: readonly string[], problems: string[]): Given[] {
  return sets.flatMap((text) => {
    const match = /^([^=\s]+\.[^=\s]+)=(.*)$/s.exec(text);
    if (match === null) {
      problems.push(`--set ${text}: must look like search.iterations=3`);
      return [];
    }
    const [, key = '', value = ''] = match;
    return [{ key, value, text: true, origin: 'flag' as const, place: `--set ${text}` }];
  });
}

function givenByFlags(flags: Readonly<Record<string, unknown>>): Given[] {
  return Object.entries(flags).map(([key, value]) => ({
    key,
    value,
    text: false,
    origin: 'flag' as const,
    place: 'option',
  }));
}

/**
 * Interprets text for a knob: the text itself if it is valid, else the text read as YAML (3, true,
 * [a, b]).
 */
function interpret(knob: z.ZodType, text: string): unknown {
  if (text === 'null' && knob.safeParse(null).success) return null;
  if (knob.safeParse(text).success) return text;
  try {
    return parseYaml(text) as unknown;
  } catch {
    // Not YAML either: the text itself gives the clearest message.
    return text;
  }
}

function parseSections<Schemas extends Sections>(
  sections: Schemas,
  chosen: ReadonlyMap<string, { value: unknown; place: string }>,
  problems: string[],
): SectionValues<Schemas> {
  const values: Record<string, unknown> = {};
  for (const [section, schema] of Object.entries(sections)) {
    const input: Record<string, unknown> = {};
    for (const knob of Object.keys(schema.shape)) {
      const item = chosen.get(`${section}.${knob}`);
      if (item !== undefined) input[knob] = item.value;
    }
    const parsed = schema.safeParse(input);
    // Each value is valid by itself, so only rules between knobs or a missing default can fail
    // here.
    if (parsed.success) values[section] = parsed.data;
    else problems.push(`${section}: ${describeIssues(parsed.error)}`);
  }
  return values as SectionValues<Schemas>;
}

/** A knob that is null and follows another one takes the value of that. */
function followKnobs<Schemas extends Sections>(
  sections: Schemas,
  values: SectionValues<Schemas>,
): SectionValues<Schemas> {
  const followed = structuredClone(values) as Record<string, Record<string, unknown>>;
  for (const key of knobKeys(sections)) {
    const target = findKnob(sections, key)?.meta()?.follows;
    const [section, knob] = splitKey(key);
    const own = followed[section];
    if (typeof target !== 'string' || own === undefined || own[knob] !== null) continue;
    const [ledBy, leader] = splitKey(target);
    own[knob] = (values[ledBy] as Record<string, unknown> | undefined)?.[leader] ?? null;
  }
  return followed as SectionValues<Schemas>;
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ` : '') + issue.message)
    .join('; ');
}

function originsOf(
  sections: Sections,
  chosen: ReadonlyMap<string, { origin: Origin }>,
): Map<string, Origin> {
  return new Map(knobKeys(sections).map((key) => [key, chosen.get(key)?.origin ?? 'default']));
}

function isOperational(knob: z.ZodType | undefined): boolean {
  return knob?.meta()?.operational === true;
}

function isOwnersOnly(knob: z.ZodType | undefined): boolean {
  return knob?.meta()?.ownersOnly === true;
}

function isInput(knob: z.ZodType | undefined): boolean {
  return knob?.meta()?.input === true;
}

type Counts = (knob: z.ZodType | undefined) => boolean;

/**
 * The values of the counted knobs. Operational knobs are in no hash, so that a run may be resumed
 * with another concurrency.
 */
function valuesOf<Schemas extends Sections>(
  sections: Schemas,
  values: SectionValues<Schemas>,
  counts: Counts,
): Record<string, unknown> {
  const relevant: Record<string, unknown> = {};
  for (const key of knobKeys(sections)) {
    if (!counts(findKnob(sections, key))) continue;
    const [section, knob] = splitKey(key);
    relevant[key] = (values[section] as Record<string, unknown>)[knob];
  }
  return relevant;
}

function invalidConfiguration(problems: readonly string[]): PipelineError {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const list = problems.map((problem) => `  ${problem}`).join('\n');
  return new PipelineError(
    'CONFIG_INVALID',
    `the configuration has ${count}:\n${list}\n\`backstory config\` lists every knob`,
    { subject: problems[0]?.split(' ')[0] ?? '' },
  );
}
