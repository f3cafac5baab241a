/**
 * Finds the servers of a cluster for a command: from a knob if it is set, else from
 * .cluster/cluster.json, which `npm run cluster -- up` writes, else from the knob's default.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { z } from 'zod';
import { topicNames } from '../../../schemas/topology.ts';
import type { ResolvedValues } from '../../registry.ts';
import { kafkaSecrets } from '../../runtime/bus/kafka/config.ts';
import { type KafkaBus, openKafkaBus } from '../../runtime/bus/kafka/kafka-bus.ts';
import { systemClock } from '../../runtime/clock.ts';
import { environmentName } from '../../runtime/config/resolve.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { openSchemaRegistry, type Registry } from '../../runtime/records/schema-registry.ts';
import type { Wire } from '../../runtime/records/wire.ts';
import { openConfluentWire } from '../../runtime/records/wire-confluent.ts';
import { type CommandContext, writeLine } from '../context.ts';
import { sourceOfFile } from './configuration-file.ts';
import {
  type ConfigurationOptions,
  type LoadedConfiguration,
  loadConfiguration,
  tellConfiguration,
} from './settings.ts';

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

/** The three servers, the knob that names each, and what would send it a password. */
const serverKnobs = {
  kafka: {
    knob: 'kafka.brokers',
    secret: ({ kafka }: ResolvedValues) => (kafka.sasl === 'none' ? null : 'KAFKA_PASSWORD'),
  },
  registry: { knob: 'schemaRegistry.url', secret: () => 'REGISTRY_PASSWORD' },
  redis: { knob: 'redis.url', secret: () => 'REDIS_PASSWORD' },
} as const;
type ServerName = keyof typeof serverKnobs;

export interface LoadedCluster extends LoadedConfiguration {
  /** What to say of the file of the local servers; null where it plays no part. */
  readonly servers: string | null;
}

/** The resolved configuration, with the local cluster's address for every server without one. */
export async function loadClusterConfiguration(
  context: CommandContext,
  options: ClusterCommandOptions,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<LoadedCluster> {
  const dataset = options.dataset === undefined ? {} : { 'runtime.dataset': options.dataset };
  const resolved = await loadConfiguration(context, options, { ...flags, ...dataset });
  const { values, origins } = resolved;
  const path = join(context.workingFolder, '.cluster', 'cluster.json');
  const found = await readLocalServers(path);
  const names = (Object.keys(found) as ServerName[]).filter(
    (name) => origins.get(serverKnobs[name].knob) === 'default',
  );
  if (names.length === 0) return { ...resolved, servers: null };
  const knobs = names.map((name) => serverKnobs[name].knob).join(', ');
  const source = await sourceOfFile(path, values.discover.sources);
  if (source !== null) {
    const servers = `.cluster/cluster.json in this folder is not taken: it may have come with the source ${source}; if it is yours, set ${knobs}`;
    return { ...resolved, servers };
  }
  const address = (name: ServerName) =>
    names.includes(name) ? requireOwn(context, values, path, name, found[name]?.address) : null;
  const { kafka, schemaRegistry, redis } = values;
  return {
    ...resolved,
    values: {
      ...values,
      kafka: { ...kafka, brokers: address('kafka') ?? kafka.brokers },
      schemaRegistry: { ...schemaRegistry, url: address('registry') ?? schemaRegistry.url },
      redis: { ...redis, url: address('redis') ?? redis.url },
    },
    servers: `${knobs} from .cluster/cluster.json (found in this folder)`,
  };
}

/**
 * An address out of a found file: only a server of this machine, and never with a password, which
 * goes only where its owner says.
 */
function requireOwn(
  { environment }: CommandContext,
  values: ResolvedValues,
  path: string,
  name: ServerName,
  address = '',
): string {
  const { knob, secret } = serverKnobs[name];
  const host = /^(?:[a-z]+:\/\/)?(\[[^\]]*\]|[^:/]*)/.exec(address)?.[1] ?? '';
  const own = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host);
  const variable = secret(values);
  const sends = variable !== null && (environment[variable] ?? '') !== '';
  if (own && !sends) return address;
  const why = own
    ? `${variable} is set, and a password goes only to an address that you name`
    : `${address} is not an address of this machine`;
  throw new PipelineError(
    'CONFIG_INVALID',
    `${path} names ${name}, but ${why}: set ${knob} by --set, ${environmentName(knob)} or a file under --config`,
    { subject: knob },
  );
}

/** Says on stderr where knobs and servers are from. */
export function tellCluster(context: CommandContext, loaded: LoadedCluster, quiet = false): void {
  tellConfiguration(context, loaded, quiet);
  if (loaded.servers !== null && !quiet) writeLine(context.err, `servers: ${loaded.servers}`);
}

async function readLocalServers(path: string): Promise<z.infer<typeof stateSchema>['servers']> {
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
  const { signal, environment } = context;
  const opening = openKafkaBus({
    settings: values.kafka,
    secrets: kafkaSecrets(environment),
    log,
    signal,
  });
  return opening.catch((error: unknown) => {
    if (!signal.aborted) throw error;
    throw new PipelineError('INTERRUPTED', 'stopped while waiting for Kafka', { cause: error });
  });
}

export function openRegistry(context: CommandContext, values: ResolvedValues): Registry {
  const { REGISTRY_USERNAME: username, REGISTRY_PASSWORD: password } = context.environment;
  const auth = username === undefined ? {} : { auth: { username, password: password ?? '' } };
  return openSchemaRegistry({ url: values.schemaRegistry.url, ...auth });
}

/** Needs the data set's schemas, because a record that is tried again is written anew. */
export function openWire(context: CommandContext, values: ResolvedValues): Promise<Wire> {
  const log = pino({ level: values.runtime.logLevel, base: null }, context.err.stream);
  const registry = openRegistry(context, values);
  const { dataset } = values.runtime;
  const { signal } = context;
  return openConfluentWire({ registry, dataset, clock: systemClock, log, signal }, topicNames, []);
}

/** A person at a terminal waits seconds for a broker, not minutes as a service does. */
const commandPatienceMs = 15_000;

export function openCommandBus(context: CommandContext, values: ResolvedValues): Promise<KafkaBus> {
  const patienceMs = Math.min(values.kafka.patienceMs, commandPatienceMs);
  return openBus(context, { ...values, kafka: { ...values.kafka, patienceMs } });
}

export async function withBus<Result>(
  context: CommandContext,
  values: ResolvedValues,
  use: (bus: KafkaBus) => Promise<Result>,
): Promise<Result> {
  const bus = await openCommandBus(context, values);
  try {
    return await use(bus);
  } finally {
    await bus.close();
  }
}
