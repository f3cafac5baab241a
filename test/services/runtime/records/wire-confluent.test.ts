/** Records in the Confluent wire format, with a real schema registry behind a switch. */
import { createServer, type Server } from 'node:http';
import avro from 'avsc';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topicSchema } from '../../../../schemas/avro.ts';
import { manualClock, systemClock } from '../../../../services/runtime/clock.ts';
import {
  openSchemaRegistry,
  type Registry,
} from '../../../../services/runtime/records/schema-registry.ts';
import {
  openConfluentWire,
  subjectsOf,
} from '../../../../services/runtime/records/wire-confluent.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../../../samples/servers/cluster.ts';
import { listen } from '../../../samples/servers/listen.ts';
import { droppedRecord } from '../../../samples/sink-harness.ts';

const { envelope, body } = droppedRecord(3);
const record = { envelope, body, bodyReference: null };
const log = pino({ level: 'silent' });
const { signal } = new AbortController();

interface Switch {
  readonly server: Server;
  url: string;
  up: boolean;
  /** So many requests are answered that the registry cannot now. */
  busy: number;
}

/** Passes requests on while `up`; otherwise it ends connections, as if the registry were down. */
async function startSwitch(upstream: string): Promise<Switch> {
  const state = { up: true, url: '', busy: 0 };
  const server = createServer((request, response) => {
    if (!state.up) {
      request.socket.destroy();
      return;
    }
    if (state.busy > 0) {
      state.busy -= 1;
      response.writeHead(503).end();
      return;
    }
    const pass = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await fetch(`${upstream}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
      });
      const type = answer.headers.get('content-type') ?? 'application/json';
      response.writeHead(answer.status, { 'content-type': type }).end(await answer.text());
    };
    pass().catch(() => request.socket.destroy());
  });
  state.url = await listen(server);
  return Object.assign(state, { server });
}

/** Today's schema with one more field, as another version of the program has it. */
function otherVersion(field: object): { text: string; type: avro.Type } {
  const schema = structuredClone(topicSchema('dropped')) as { fields: object[] };
  schema.fields.push(field);
  return {
    text: JSON.stringify(schema),
    type: avro.Type.forSchema(schema as unknown as avro.Schema),
  };
}

function framed(id: number, bytes: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, bytes]);
}

describe('Confluent wire format', () => {
  let registry: Registry;
  let gate: Awaited<ReturnType<typeof startSwitch>>;

  beforeAll(async () => {
    const cluster = await sharedCluster('registry');
    gate = await startSwitch(cluster.address('registry'));
    registry = openSchemaRegistry({ url: gate.url });
  }, clusterStartMsMax);
  afterAll(() => {
    gate.server.closeAllConnections();
    gate.server.close();
  });

  const applied = async () => {
    const dataset = uniqueName('wire');
    for (const { subject, schema } of subjectsOf(dataset)) {
      if (subject.includes('dropped')) await registry.register(subject, schema);
    }
    return dataset;
  };
  const open = (dataset: string) =>
    openConfluentWire(
      { registry, dataset, clock: manualClock(), log, signal },
      ['dropped'],
      ['dropped'],
    );
  const subjectOf = (dataset: string) => subjectsOf(dataset).find(isDropped)?.subject ?? '';
  const isDropped = ({ subject }: { subject: string }) => subject.endsWith('dropped-value');

  it('decodes its own record; another program reads it with the schema that the frame names', async () => {
    const wire = await open(await applied());
    const bytes = Buffer.from(wire.encode('dropped', record));
    expect(await wire.decode('dropped', bytes)).toEqual(record);
    expect(bytes[0]).toBe(0);
    const schema = await registry.schemaById(bytes.readInt32BE(1));
    expect(schema?.fromBuffer(bytes.subarray(5))).toEqual(record);
  });

  it('sets BACKWARD before and after the first schema, also after a crash that left none set', async () => {
    const dataset = await applied();
    const level = async () => {
      const path = `/config/${subjectOf(dataset)}`;
      return (await (await fetch(`${gate.url}${path}`)).json()) as object;
    };
    expect(await level()).toEqual({ compatibilityLevel: 'BACKWARD' });
    await fetch(`${gate.url}/config/${subjectOf(dataset)}`, {
      method: 'PUT',
      body: JSON.stringify({ compatibility: 'NONE' }),
    });
    const { schema } = subjectsOf(dataset).find(isDropped) ?? { schema: '' };
    await registry.register(subjectOf(dataset), schema);
    expect(await level()).toEqual({ compatibilityLevel: 'BACKWARD' });
  });

  it('reads records of the earlier version, and refuses to register a schema that cannot', async () => {
    const dataset = await applied();
    const other = otherVersion({ name: 'note', type: 'string', default: '' });
    const id = await registry.register(subjectOf(dataset), other.text);
    const wire = await open(dataset);
    const bytes = framed(id, other.type.toBuffer({ ...record, note: 'gone since' }));
    expect(await wire.decode('dropped', bytes)).toEqual(record);
    const breaking = otherVersion({ name: 'needed', type: 'string' });
    await expect(registry.register(subjectOf(dataset), breaking.text)).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      subject: subjectOf(dataset),
    });
  });

  it.each<[string, (good: Buffer) => Buffer]>([
    ['truncated', (good) => good.subarray(0, 3)],
    ['begins with byte 7', (good) => Buffer.concat([Buffer.from([7]), good.subarray(1)])],
    ['which does not exist', (good) => framed(1_999_999, good.subarray(5))],
    ['does not match its schema', (good) => good.subarray(0, good.byteLength - 2)],
  ])('a record is invalid that is or %s', async (message, spoil) => {
    const wire = await open(await applied());
    const bytes = spoil(Buffer.from(wire.encode('dropped', record)));
    await expect(wire.decode('dropped', bytes)).rejects.toMatchObject({
      code: 'RECORD_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('asks a busy registry again, and says so of one that stays busy', async () => {
    gate.busy = 3;
    const dataset = await applied();
    expect(gate.busy).toBe(0);
    const latest = await registry.latest(subjectOf(dataset));
    expect(latest?.version).toBe(1);
    gate.busy = 1_000;
    await expect(registry.latest(subjectOf(dataset))).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: expect.stringContaining('gave 503'),
    });
    gate.busy = 0;
  });

  it('names the missing subject', async () => {
    const dataset = uniqueName('wire');
    await expect(open(dataset)).rejects.toMatchObject({
      code: 'SCHEMA_MISSING',
      subject: subjectOf(dataset),
      message: expect.stringContaining('topics apply'),
    });
  });

  it('continues with known ids while the registry is down, and waits for others', async () => {
    const dataset = await applied();
    const other = otherVersion({ name: 'later', type: 'string', default: '' });
    const id = await registry.register(subjectOf(dataset), other.text);
    // Fresh clients: they know only what they have read themselves.
    const fresh = openSchemaRegistry({ url: gate.url });
    const options = { registry: fresh, dataset, clock: systemClock, log, signal };
    const wire = await openConfluentWire(options, ['dropped'], []);
    const known = wire.encode('dropped', record);
    expect(await wire.decode('dropped', known)).toEqual(record);
    gate.up = false;
    expect(await wire.decode('dropped', known)).toEqual(record);
    let done = false;
    const waiting = wire
      .decode('dropped', framed(id, other.type.toBuffer({ ...record, later: '' })))
      .finally(() => {
        done = true;
      });
    expect(await fresh.check()).toContain('does not answer');
    expect(done).toBe(false);
    gate.up = true;
    expect(await waiting).toEqual(record);
  });

  it('blames the registry, not the record, when it is stopped while it waits', async () => {
    const dataset = await applied();
    const fresh = openSchemaRegistry({ url: gate.url });
    const stop = new AbortController();
    const options = { registry: fresh, dataset, clock: systemClock, log, signal: stop.signal };
    const wire = await openConfluentWire(options, ['dropped'], []);
    gate.up = false;
    const waiting = wire.decode('dropped', framed(1_999_999, Buffer.alloc(0)));
    const ended = expect(waiting).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
    await systemClock.sleep(200);
    stop.abort();
    await ended;
    gate.up = true;
  });
});
