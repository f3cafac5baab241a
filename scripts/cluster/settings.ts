/**
 * Settings of the local servers: flags override the environment, which overrides the ports of last
 * time, which override defaults. Port 0 takes a free port, and keeps it as long as the folder
 * exists.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PipelineError } from '../../services/runtime/errors.ts';

export const partNames = ['kafka', 'registry', 'redis', 'objects'] as const;
/** The object store is off by default: a cluster on one machine keeps its files in a folder. */
const defaultParts = 'kafka,registry,redis';
export type PartName = (typeof partNames)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const heap = z.coerce.number().int().min(64).max(65_536);

const settingsSchema = z.object({
  folder: z.string().min(1).describe('Data, logs and cluster.json.'),
  parts: z
    .array(z.enum(partNames))
    .min(1)
    .describe('Which servers: kafka, registry, redis, objects.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address that the servers listen on.'),
  kafkaPort: port.default(9092).describe('Port of the broker.'),
  kafkaAdvertisedPort: port
    .nullable()
    .default(null)
    .describe('Port that clients are told, where something stands before the broker.'),
  kafkaControllerPort: port.default(9093).describe('Port of its controller.'),
  kafkaHeapMb: heap.default(512).describe('Heap of the broker; 256 is enough for tests.'),
  kafkaProperties: z
    .array(z.string().regex(/^[a-z.]+=/))
    .default([])
    .describe('Further lines of server.properties; the last one of a name counts.'),
  registryPort: port.default(8081).describe('Port of the schema registry.'),
  registryHeapMb: heap.default(384).describe('Heap of the registry.'),
  redisPort: port.default(6379).describe('Port of Redis.'),
  objectsPort: port.default(9000).describe('Port of the S3-compatible object store.'),
  objectsHeapMb: heap.default(256).describe('Heap of the object store.'),
  readySeconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(120)
    .describe('Longest wait for a server to be ready; they take 5 s on an idle machine.'),
});

export type ClusterSettings = z.infer<typeof settingsSchema>;
export type ClusterOptions = z.input<typeof settingsSchema>;

/** Settings that only tests use. */
const withoutFlag = ['kafkaAdvertisedPort', 'kafkaProperties'] as const;
export type Knob = Exclude<keyof ClusterSettings, (typeof withoutFlag)[number]>;
const knobs = Object.keys(settingsSchema.shape).filter(
  (name) => !(withoutFlag as readonly string[]).includes(name),
) as Knob[];

/** kafkaPort is --kafka-port and CLUSTER_KAFKA_PORT. */
const flagName = (knob: Knob) => knob.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const environmentName = (knob: Knob) => `CLUSTER_${flagName(knob).replaceAll('-', '_')}`;

export function parseSettings(options: unknown): ClusterSettings {
  const parsed = settingsSchema.safeParse(options);
  if (parsed.success) return { ...parsed.data, folder: resolve(parsed.data.folder) };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `  ${flagName(path[0] as Knob)}: ${message}`,
  );
  throw new PipelineError(
    'CONFIG_INVALID',
    `the cluster's settings have problems:\n${problems.join('\n')}\n\`npm run cluster -- help\` lists them`,
    { subject: String(parsed.error.issues[0]?.path[0] ?? '') },
  );
}

/** Settings from a command line without its verb, the environment, and the folder's last time. */
export function settingsFrom(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  portsOf: (folder: string) => Partial<Record<Knob, number>> = () => ({}),
): { readonly settings: ClusterSettings; readonly json: boolean } {
  const flags = Object.fromEntries(
    knobs.map((knob) => [flagName(knob), { type: 'string' as const }]),
  );
  const { values } = parseFlags(argv, { ...flags, json: { type: 'boolean' as const } });
  const given: Record<string, unknown> = {
    folder: '.cluster',
    parts: defaultParts,
  };
  for (const knob of knobs) {
    const value = values[flagName(knob)] ?? environment[environmentName(knob).toUpperCase()];
    if (value !== undefined && value !== '') given[knob] = value;
  }
  // Clients know the servers by their ports, so ports that are not set stay as they were.
  for (const [knob, port] of Object.entries(portsOf(String(given.folder)))) given[knob] ??= port;
  given.parts = String(given.parts).split(',');
  return { settings: parseSettings(given), json: values.json === true };
}

function parseFlags(
  argv: readonly string[],
  options: Record<string, { type: 'string' | 'boolean' }>,
) {
  try {
    return parseArgs({ args: [...argv], options, strict: true });
  } catch (error) {
    throw new PipelineError('USAGE', `${(error as Error).message}`, { cause: error });
  }
}

/** Defaults that depend on the cluster's folder or are listed elsewhere. */
const worded: Partial<Record<Knob, string>> = { folder: '.cluster', parts: 'see above' };

/** One line per setting: flag, variable, default, meaning. */
export function describeSettings(): string[] {
  return knobs.map((knob) => {
    const schema = settingsSchema.shape[knob];
    const fallback = worded[knob] ?? String(schema.safeParse(undefined).data);
    const name = `--${flagName(knob)}`.padEnd(24);
    const variable = environmentName(knob).toUpperCase().padEnd(32);
    return `  ${name}${variable}${fallback.padEnd(12)}${schema.description}`;
  });
}
