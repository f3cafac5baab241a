/**
 * Finds the servers of a cluster for a command: from a knob if it is set, else from
 * .cluster/cluster.json, which `npm run cluster -- up` writes, else from the knob's default.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ResolvedValues, sections } from '../../registry.ts';
import { kafkaSecrets } from '../../runtime/bus/kafka/config.ts';
import { type KafkaBus, openKafkaBus } from '../../runtime/bus/kafka/kafka-bus.ts';
import type { ResolvedConfiguration } from '../../runtime/config/resolve.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { openSchemaRegistry, type Registry } from '../../runtime/records/schema-registry.ts';
import type { CommandContext } from '../context.ts';
import { type ConfigurationOptions, loadConfiguration } from './settings.ts';

export interface ClusterCommandOptions extends ConfigurationOptions {
  readonly dataset?: string;
}

const server = z.object({ address: z.string() });
const stateSchema = z.object({
  servers: z.object({
    kafka: server.optional(),
    registry: server.optional(),
    redis: server.optional(),
  }),
});

/** The resolved configuration, with the local cluster's address for every server without one. */
export async function loadClusterConfiguration(
  context: CommandContext,
  options: ClusterCommandOptions,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<ResolvedConfiguration<typeof sections>> {
  const dataset = options.dataset === undefined ? {} : { 'runtime.dataset': options.dataset };
  const resolved = await loadConfiguration(context, options, { ...flags, ...dataset });
  const servers = await readLocalServers(join(context.workingFolder, '.cluster', 'cluster.json'));
  const { values, origins } = resolved;
  const unset = (key: string) => origins.get(key) === 'default';
  const brokers = unset('kafka.brokers') ? servers.kafka?.address : undefined;
  const registry = unset('schemaRegistry.url') ? servers.registry?.address : undefined;
  const redis = unset('redis.url') ? servers.redis?.address : undefined;
  return {
    ...resolved,
    values: {
      ...values,
      kafka: { ...values.kafka, ...(brokers === undefined ? {} : { brokers }) },
      schemaRegistry: {
        ...values.schemaRegistry,
        ...(registry === undefined ? {} : { url: registry }),
      },
      redis: { ...values.redis, ...(redis === undefined ? {} : { url: redis }) },
    },
  };
}

async function readLocalServers(path: string) {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(text)).servers;
  } catch (error) {
    throw new PipelineError(
      'CONFIG_INVALID',
      `${path} is not what npm run cluster writes: ${(error as Error).message}; remove it, or set kafka.brokers`,
      { subject: path, cause: error },
    );
  }
}

/** BROKER_UNAVAILABLE when no broker answers within kafka.patienceMs. */
export function openBus(
  context: CommandContext,
  values: ResolvedValues,
  log: Logger | null = null,
): Promise<KafkaBus> {
  const secrets = kafkaSecrets(context.environment);
  return openKafkaBus({ settings: values.kafka, secrets, log });
}

export function openRegistry(context: CommandContext, values: ResolvedValues): Registry {
  const { REGISTRY_USERNAME: username, REGISTRY_PASSWORD: password } = context.environment;
  const auth = username === undefined ? {} : { auth: { username, password: password ?? '' } };
  return openSchemaRegistry({ url: values.schemaRegistry.url, ...auth });
}

/** A person at a terminal waits seconds for a broker, not minutes as a service does. */
const commandPatienceMs = 15_000;

export async function withBus<Result>(
  context: CommandContext,
  values: ResolvedValues,
  use: (bus: KafkaBus) => Promise<Result>,
): Promise<Result> {
  const patienceMs = Math.min(values.kafka.patienceMs, commandPatienceMs);
  const bus = await openBus(context, { ...values, kafka: { ...values.kafka, patienceMs } });
  try {
    return await use(bus);
  } finally {
    await bus.close();
  }
}
