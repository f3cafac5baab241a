/**
 * `backstory topics plan|apply`: shows, or creates, the topics and schemas that a data set needs on
 * broker and registry. Retention and compaction are corrected. A change that would shrink,
 * repartition or overwrite a topic is refused with a message that says what to do instead.
 */
import type { TopicConfiguration } from '../../runtime/bus/bus.ts';
import type { KafkaBus } from '../../runtime/bus/kafka/kafka-bus.ts';
import { clusterTopics } from '../../runtime/engine/open-engine.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { type Registry, readingLevels } from '../../runtime/records/schema-registry.ts';
import {
  type Subject,
  subjectsOf,
  unreadableLatest,
} from '../../runtime/records/wire-confluent.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  openRegistry,
  withBus,
} from '../open/connections.ts';

export interface TopicsOptions extends ClusterCommandOptions {
  readonly json?: boolean;
}

interface Step {
  readonly kind: 'topic' | 'schema';
  readonly name: string;
  readonly action: 'keep' | 'create' | 'change' | 'refuse';
  readonly detail: string;
}

export async function topicsPlanCommand(
  context: CommandContext,
  options: TopicsOptions,
): Promise<ExitCode> {
  const steps = await stepsOf(context, options, plan);
  return steps.some((step) => step.action === 'refuse') ? exitCodes.difference : exitCodes.fine;
}

export async function topicsApplyCommand(
  context: CommandContext,
  options: TopicsOptions,
): Promise<ExitCode> {
  await stepsOf(context, options, applyTopics);
  return exitCodes.fine;
}

/** Runs `find` on the configured servers and prints the steps that it returns. */
async function stepsOf(
  context: CommandContext,
  options: TopicsOptions,
  find: (bus: KafkaBus, registry: Registry, dataset: string) => Promise<Step[]>,
): Promise<readonly Step[]> {
  const { values } = await loadClusterConfiguration(context, options);
  const registry = openRegistry(context, values);
  const { dataset } = values.runtime;
  const steps = await withBus(context, values, (bus) => find(bus, registry, dataset));
  show(context, steps, options);
  return steps;
}

/** Creates missing topics and schemas. CONFIG_INVALID before any change if a step is refused. */
export async function applyTopics(
  bus: KafkaBus,
  registry: Registry,
  dataset: string,
): Promise<Step[]> {
  const planned = await plan(bus, registry, dataset);
  const refused = planned.find((step) => step.action === 'refuse');
  if (refused !== undefined) {
    throw new PipelineError('CONFIG_INVALID', `${refused.name}: ${refused.detail}`, {
      subject: refused.name,
    });
  }
  const wanted = clusterTopics(dataset);
  await bus.createTopics(wanted);
  const changed = new Set(
    planned.flatMap(({ action, name }) => (action === 'change' ? [name] : [])),
  );
  await bus.topicSettings.mend(wanted.filter(({ name }) => changed.has(name)));
  for (const { subject, schema } of subjectsOf(dataset)) await registry.register(subject, schema);
  return planned;
}

async function plan(bus: KafkaBus, registry: Registry, dataset: string): Promise<Step[]> {
  const steps = await planTopics(bus, clusterTopics(dataset));
  const schemas = subjectsOf(dataset).map((subject) => planSchema(registry, subject));
  return [...steps, ...(await Promise.all(schemas))];
}

async function planSchema(registry: Registry, each: Subject): Promise<Step> {
  const { subject, schema } = each;
  const step = { kind: 'schema', name: subject } as const;
  const latest = await registry.latest(subject);
  const problem = latest === null ? null : unreadableLatest(each, latest);
  if (problem !== null) return { ...step, action: 'refuse', detail: problem };
  const id = latest === null ? null : await registry.idOf(subject, schema);
  if (id === null) return { ...step, action: 'create', detail: 'register, BACKWARD' };
  const level = await registry.levelOf(subject);
  if (level === null || readingLevels.includes(level)) {
    return { ...step, action: 'keep', detail: `schema ${id}` };
  }
  return { ...step, action: 'change', detail: `compatibility is ${level}, not BACKWARD` };
}

async function planTopics(bus: KafkaBus, topics: readonly TopicConfiguration[]): Promise<Step[]> {
  const counts = new Map<string, number>();
  for (const { name } of topics) {
    const count = await partitionsOf(bus, name);
    if (count !== null) counts.set(name, count);
  }
  const drifts = await bus.topicSettings.drift(topics.filter(({ name }) => counts.has(name)));
  return topics.map((topic): Step => {
    const { name, partitions } = topic;
    const step = { kind: 'topic', name } as const;
    const existing = counts.get(name);
    if (existing === undefined) return { ...step, action: 'create', detail: describe(topic) };
    if (existing !== partitions) {
      const detail = `has ${existing} partitions, not ${partitions}, and keys would move; use a new data set`;
      return { ...step, action: 'refuse', detail };
    }
    const drift = drifts.get(name);
    if (drift === undefined) return { ...step, action: 'keep', detail: describe(topic) };
    const differing = drift.map((each) => `${each.name} is ${each.found}, not ${each.wanted}`);
    return { ...step, action: 'change', detail: differing.join('; ') };
  });
}

/** Null when there is no such topic. */
export async function partitionsOf(bus: KafkaBus, name: string): Promise<number | null> {
  try {
    return (await bus.endOffsets(name)).length;
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'CONFIG_INVALID') return null;
    throw error;
  }
}

function describe({ partitions, retentionMs = null, compacted }: TopicConfiguration): string {
  const kept = retentionMs === null ? 'kept for ever' : `kept for ${retentionMs / 86_400_000} days`;
  const count = partitions === 1 ? '1 partition' : `${partitions} partitions`;
  return `${count}, ${compacted === true ? 'the last record of each key kept' : kept}`;
}

function show(context: CommandContext, steps: readonly Step[], options: TopicsOptions): void {
  if (options.json === true) {
    writeJson(context.out, steps);
    return;
  }
  const width = Math.max(...steps.map((step) => step.name.length));
  for (const { kind, name, action, detail } of steps) {
    writeLine(
      context.out,
      `${action.padEnd(7)} ${kind.padEnd(7)} ${name.padEnd(width)}  ${detail}`,
    );
  }
}
