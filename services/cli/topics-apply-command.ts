/**
 * `backstory topics plan|apply`: what a data set needs on broker and registry, and making it so.
 * Nothing is ever shrunk, repartitioned or overwritten: a difference is refused with what to do.
 */
import type { Bus, TopicConfiguration } from '../runtime/bus.ts';
import { PipelineError } from '../runtime/errors.ts';
import { clusterTopics } from '../runtime/open-engine.ts';
import type { Registry } from '../runtime/schema-registry.ts';
import { subjectsOf } from '../runtime/wire-confluent.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  openRegistry,
  withBus,
} from './connections.ts';
import { type CommandContext, writeJson, writeLine } from './context.ts';
import { type ExitCode, exitCodes } from './failures.ts';

export interface TopicsOptions extends ClusterCommandOptions {
  readonly json?: boolean;
}

interface Step {
  readonly kind: 'topic' | 'schema';
  readonly name: string;
  readonly action: 'keep' | 'create' | 'refuse';
  readonly detail: string;
}

export async function topicsPlanCommand(
  context: CommandContext,
  options: TopicsOptions,
): Promise<ExitCode> {
  const { values } = await loadClusterConfiguration(context, options);
  const registry = openRegistry(context, values);
  const { dataset } = values.runtime;
  const steps = await withBus(context, values, (bus) => plan(bus, registry, dataset));
  show(context, steps, options);
  return steps.some((step) => step.action === 'refuse') ? exitCodes.difference : exitCodes.fine;
}

export async function topicsApplyCommand(
  context: CommandContext,
  options: TopicsOptions,
): Promise<ExitCode> {
  const { values } = await loadClusterConfiguration(context, options);
  const registry = openRegistry(context, values);
  const { dataset } = values.runtime;
  const steps = await withBus(context, values, (bus) => applyTopics(bus, registry, dataset));
  show(context, steps, options);
  return exitCodes.fine;
}

/** Makes what is missing; CONFIG_INVALID, and nothing made, when something is there otherwise. */
export async function applyTopics(bus: Bus, registry: Registry, dataset: string): Promise<Step[]> {
  const planned = await plan(bus, registry, dataset);
  const refused = planned.find((step) => step.action === 'refuse');
  if (refused !== undefined) {
    throw new PipelineError('CONFIG_INVALID', `${refused.name}: ${refused.detail}`, {
      subject: refused.name,
    });
  }
  await bus.createTopics(clusterTopics(dataset));
  for (const { subject, schema } of subjectsOf(dataset)) await registry.register(subject, schema);
  return planned;
}

async function plan(bus: Bus, registry: Registry, dataset: string): Promise<Step[]> {
  const steps: Step[] = [];
  for (const topic of clusterTopics(dataset)) steps.push(await planTopic(bus, topic));
  for (const { subject, schema } of subjectsOf(dataset)) {
    const id = await registry.idOf(subject, schema);
    const detail = id === null ? 'register, BACKWARD' : `schema ${id}`;
    steps.push({ kind: 'schema', name: subject, action: id === null ? 'create' : 'keep', detail });
  }
  return steps;
}

async function planTopic(bus: Bus, { name, partitions }: TopicConfiguration): Promise<Step> {
  const wanted = `${partitions} partitions, kept for ever`;
  let existing: number;
  try {
    existing = (await bus.endOffsets(name)).length;
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'CONFIG_INVALID') throw error;
    return { kind: 'topic', name, action: 'create', detail: wanted };
  }
  if (existing === partitions) return { kind: 'topic', name, action: 'keep', detail: wanted };
  const detail = `has ${existing} partitions, not ${partitions}, and keys would move; use a new data set`;
  return { kind: 'topic', name, action: 'refuse', detail };
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
