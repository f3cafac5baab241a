/**
 * Records in the Confluent wire format: a zero byte, the id of the writer's schema as a big-endian
 * int32, then Avro. A record of an older or newer schema is resolved to ours. Schema ids are
 * remembered, so a registry that is down stops only records with an id not seen before.
 */
import type avro from 'avsc';
import type { Logger } from 'pino';
import { recordType, topicSchema } from '../../../schemas/avro.ts';
import {
  deadLetterTopic,
  physicalTopic,
  type TopicName,
  topicNames,
} from '../../../schemas/topology.ts';
import { type Clock, describeSkew, skewMsMax, timeOfDayMs } from '../clock.ts';
import { PipelineError } from '../errors.ts';
import { retryFailures } from '../retry.ts';
import type { LatestSchema, Registry } from './schema-registry.ts';
import {
  type DeadLetterRecord,
  invalidRecord,
  type SchemaName,
  type Wire,
  type WireRecord,
} from './wire.ts';

const magicByte = 0;
const headerBytes = 5;

export interface ConfluentWireOptions {
  readonly registry: Registry;
  readonly dataset: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the wait for a registry that is down. */
  readonly signal: AbortSignal;
}

/** Every subject of a data set with the schema that this program writes under it. */
export function subjectsOf(dataset: string): Subject[] {
  return topicNames.flatMap((topic) => [
    { subject: subjectOf(dataset, topic), name: topic, schema: schemaText(topic) },
    {
      subject: subjectOf(dataset, deadLetterTopic(topic)),
      ...{ name: 'dead-letter' as const, schema: schemaText('dead-letter') },
    },
  ]);
}

export interface Subject {
  readonly subject: string;
  readonly name: SchemaName;
  readonly schema: string;
}

/**
 * Why this program cannot read the latest schema of a subject, and what to do; or null. A schema of
 * another record is a stranger's: updating this program would not help.
 */
export function unreadableLatest(
  { subject, name }: Pick<Subject, 'subject' | 'name'>,
  { id, version, type }: LatestSchema,
): string | null {
  const own = recordType(name);
  const which = `the latest schema of ${subject} (version ${version}, id ${id})`;
  if (type === null || type.name !== own.name) {
    const what = type === null ? 'no Avro schema' : `a schema of ${type.name ?? 'no record'}`;
    return `${which} is ${what}, not of ${own.name}: another program registered it; let that one use a subject of its own, and delete version ${version} (DELETE /subjects/${subject}/versions/${version}), or use a new data set`;
  }
  try {
    own.createResolver(type);
    return null;
  } catch (error) {
    return `this program cannot read ${which}: ${(error as Error).message}; if a later version of this program registered it, update this one`;
  }
}

function subjectOf(dataset: string, topic: string): string {
  return `${physicalTopic(dataset, topic)}-value`;
}

function schemaText(topic: SchemaName): string {
  return JSON.stringify(topicSchema(topic));
}

/**
 * Asks the registry for the ids of the schemas that this process writes, and checks that it can
 * read the latest schemas of its input. SCHEMA_MISSING and SCHEMA_INCOMPATIBLE name the subject.
 */
export async function openConfluentWire(
  options: ConfluentWireOptions,
  writes: readonly TopicName[],
  reads: readonly TopicName[],
): Promise<Wire> {
  const { dataset } = options;
  await requireClock(options);
  const resolvers = createResolvers(options);
  const ids = new Map<string, number>();
  for (const topic of writes) ids.set(topic, await requireId(options, topic, topic));
  for (const topic of reads) {
    const dead = deadLetterTopic(topic);
    ids.set(dead, await requireId(options, dead, 'dead-letter'));
    await requireReadable(options, subjectOf(dataset, topic), topic);
  }
  const frame = (topic: string, type: avro.Type, record: WireRecord) => {
    const id = ids.get(topic);
    if (id === undefined) throw new Error(`this process does not write ${topic}`);
    const header = Buffer.alloc(headerBytes);
    header.writeUInt8(magicByte, 0);
    header.writeInt32BE(id, 1);
    return Buffer.concat([header, type.toBuffer(record)]);
  };
  const unframe = async (topic: TopicName, schema: SchemaName, value: Uint8Array) => {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    if (bytes.byteLength < headerBytes) {
      throw invalidRecord(topic, `is truncated: it has ${bytes.byteLength} bytes`);
    }
    if (bytes[0] !== magicByte) {
      throw invalidRecord(topic, `begins with byte ${bytes[0]}, not with the 0 of its format`);
    }
    const resolver = await resolvers(topic, schema, bytes.readInt32BE(1));
    try {
      return recordType(schema).fromBuffer(bytes.subarray(headerBytes), resolver) as WireRecord;
    } catch (error) {
      throw invalidRecord(topic, `does not match its schema: ${(error as Error).message}`, error);
    }
  };
  return {
    encode: (topic, record) => frame(topic, recordType(topic), record),
    encodeDeadLetter: (topic, record) =>
      frame(deadLetterTopic(topic), recordType('dead-letter'), record),
    decode: (topic, value) => unframe(topic, topic, value),
    decodeDeadLetter: async (topic, value) =>
      (await unframe(topic, 'dead-letter', value)) as DeadLetterRecord,
  };
}

async function requireId(
  options: ConfluentWireOptions,
  topic: string,
  name: SchemaName,
): Promise<number> {
  const { registry, dataset } = options;
  const subject = subjectOf(dataset, topic);
  const id = await patiently(options, () => registry.idOf(subject, schemaText(name)));
  if (id !== null) return id;
  throw new PipelineError(
    'SCHEMA_MISSING',
    `the registry does not have this program's schema under ${subject}; run \`backstory topics apply --dataset ${dataset}\``,
    { subject },
  );
}

async function requireReadable(
  options: ConfluentWireOptions,
  subject: string,
  topic: TopicName,
): Promise<void> {
  const latest = await patiently(options, () => options.registry.latest(subject));
  if (latest === null) {
    throw new PipelineError(
      'SCHEMA_MISSING',
      `the registry has no subject ${subject}; run \`backstory topics apply --dataset ${options.dataset}\``,
      { subject },
    );
  }
  const problem = unreadableLatest({ subject, name: topic }, latest);
  if (problem !== null) throw new PipelineError('SCHEMA_INCOMPATIBLE', problem, { subject });
}

/** CLOCK_SKEWED when the registry's clock, which stands for all servers, shows another hour. */
async function requireClock(options: ConfluentWireOptions): Promise<void> {
  const { registry } = options;
  const theirMs = await patiently(options, () => registry.timeMs());
  if (theirMs === null || Math.abs(theirMs - timeOfDayMs()) <= skewMsMax) return;
  const said = describeSkew(`the registry at ${registry.url}`, theirMs);
  throw new PipelineError('CLOCK_SKEWED', said, { subject: registry.url });
}

/** Resolvers by schema and writer's id, each made once. */
function createResolvers(options: ConfluentWireOptions) {
  type Resolver = avro.Type['createResolver'] extends (...args: never) => infer Made ? Made : never;
  const known = new Map<string, Promise<Resolver>>();
  const make = async (topic: TopicName, schema: SchemaName, id: number) => {
    const writer = await patiently(options, () => options.registry.schemaById(id));
    if (writer === null) throw invalidRecord(topic, `names schema ${id}, which does not exist`);
    try {
      return recordType(schema).createResolver(writer);
    } catch (error) {
      const what = `was written with schema ${id}, which cannot be read as one of ${schema}`;
      throw invalidRecord(topic, `${what}: ${(error as Error).message}`, error);
    }
  };
  return (topic: TopicName, schema: SchemaName, id: number): Promise<Resolver> => {
    const key = `${schema}/${id}`;
    const resolver = known.get(key) ?? make(topic, schema, id);
    known.set(key, resolver);
    // Failures are not remembered, because an id may be registered later.
    resolver.catch(() => known.delete(key));
    return resolver;
  };
}

const pauses = { baseMs: 500, waitMsMax: 30_000 };

/**
 * Waits for a registry that is down, and logs it: nothing is lost by waiting. When told to stop, it
 * ends with REGISTRY_UNAVAILABLE, which does not count against the record.
 */
function patiently<Result>(
  { clock, log, signal }: ConfluentWireOptions,
  ask: () => Promise<Result>,
): Promise<Result> {
  const onWait = (error: unknown, waitedMs: number) =>
    log.warn({ err: error, waitedMs }, 'waiting for the schema registry');
  const onBack = (waitedMs: number) => log.warn({ waitedMs }, 'the schema registry answers again');
  const isDown = (error: unknown) =>
    error instanceof PipelineError && error.code === 'REGISTRY_UNAVAILABLE';
  return retryFailures({ clock, ...pauses, signal, onWait, onBack }, isDown, ask);
}
