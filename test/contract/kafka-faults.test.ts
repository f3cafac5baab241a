/**
 * The Kafka bus on a network that loses answers, cuts and refuses connections: no acknowledged
 * record is missing, first occurrences keep their order, work continues. Seeds are printed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../scripts/cluster/cluster.ts';
import { freePort } from '../../scripts/cluster/ports.ts';
import type { Bus, IncomingRecord } from '../../services/runtime/bus/bus.ts';
import { kafkaKnobs } from '../../services/runtime/bus/kafka/config.ts';
import { openKafkaBus } from '../../services/runtime/bus/kafka/kafka-bus.ts';
import { clusterStartMsMax, smallCluster, uniqueName } from '../samples/servers/cluster.ts';
import { apiKeys, type CuttingProxy, openCuttingProxy } from '../samples/servers/cutting-proxy.ts';
import { seededRandom } from '../simulation/random.ts';
import { collect, until } from './bus-subject.ts';

const noSecrets = { username: undefined, password: undefined };
const noFaults = () => {};

let folder = '';
let proxy: CuttingProxy;
let cluster: Cluster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstory-faults-'));
  const kafkaPort = await freePort();
  proxy = await openCuttingProxy(kafkaPort);
  const parts = ['kafka' as const];
  const own = { ...smallCluster, folder, parts, kafkaPort, kafkaAdvertisedPort: proxy.port };
  cluster = await startCluster(own);
}, clusterStartMsMax);

afterAll(async () => {
  await cluster?.down();
  await proxy?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens a bus through the proxy, with short waits, so that faults cost little time. */
function open(knobs: Record<string, unknown> = {}): Promise<Bus> {
  const brokers = `127.0.0.1:${proxy.port}`;
  const quick = { requestTimeoutMs: 1000, connectionTimeoutMs: 1000, heartbeatMs: 200 };
  const settings = kafkaKnobs.parse({ brokers, ...quick, ...knobs });
  return openKafkaBus({ settings, secrets: noSecrets, log: null });
}

async function newTopic(bus: Bus, partitions: number): Promise<string> {
  const topic = uniqueName('faults');
  await bus.createTopics([{ name: topic, partitions }]);
  return topic;
}

async function readAll(bus: Bus, topic: string): Promise<readonly IncomingRecord[][]> {
  const ends = await bus.endOffsets(topic);
  return Promise.all(
    ends.map(async (end, partition) => [...(await bus.read({ topic, partition }, 0, end))]),
  );
}

/** Number of records, each offset counted once. */
const distinct = (records: readonly IncomingRecord[]) =>
  new Set(records.map(({ partition, offset }) => `${partition}/${offset}`)).size;

const numberOf = (record: IncomingRecord) => Number(Buffer.from(record.value).toString());

/** Produces numbered calls of ten records, several at once, while `faults` happen. */
async function produceUnder(
  bus: Bus,
  topic: string,
  calls: number,
  faults: (call: number) => void,
): Promise<void> {
  const atOnce = 8;
  for (let start = 0; start < calls; start += atOnce) {
    faults(start);
    const group = Array.from({ length: Math.min(atOnce, calls - start) }, (_, index) => {
      const call = start + index;
      return bus.produce(
        Array.from({ length: 10 }, (_each, ordinal) => ({
          topic,
          key: `key-${(call * 10 + ordinal) % 7}`,
          value: Buffer.from(String(call * 10 + ordinal)),
        })),
      );
    });
    await Promise.all(group);
  }
}

/**
 * Expects every number below the limit, first occurrences in order; returns how many are
 * duplicates.
 */
function checkAll(partitions: readonly IncomingRecord[][], limit: number): number {
  let duplicates = 0;
  const all = new Set<number>();
  for (const records of partitions) {
    const first = new Set(records.map(numberOf));
    duplicates += records.length - first.size;
    const inOrder = [...first];
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    for (const number of first) all.add(number);
  }
  expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: limit }, (_, i) => i));
  return duplicates;
}

describe('producing', () => {
  it.each([1, 2])('loses nothing when answers are lost, seed %i', async (seed) => {
    const bus = await open();
    const topic = await newTopic(bus, 3);
    const random = seededRandom(seed);
    const droppedBefore = proxy.dropped;
    proxy.dropAnswers(apiKeys.produce, () => random.next() < 0.3);
    await produceUnder(bus, topic, 80, noFaults);
    proxy.dropAnswers(apiKeys.produce, null);
    const dropped = proxy.dropped - droppedBefore;
    const duplicates = checkAll(await readAll(bus, topic), 800);
    // A lost answer means that a written request was repeated: this shows that the fault took
    // place.
    expect(dropped).toBeGreaterThan(0);
    expect(duplicates).toBeGreaterThan(0);
    await bus.close();
  });

  it('loses nothing when connections are cut again and again', async () => {
    const bus = await open();
    const topic = await newTopic(bus, 3);
    await produceUnder(bus, topic, 80, (call) => {
      if (call % 16 === 8) setImmediate(() => proxy.cut());
    });
    checkAll(await readAll(bus, topic), 800);
    await bus.close();
  });

  it('waits for an unreachable broker, and continues when it is back', async () => {
    const bus = await open();
    const topic = await newTopic(bus, 1);
    proxy.partition();
    let acknowledged = false;
    const produced = bus.produce([{ topic, key: 'k', value: Buffer.from('0') }]).then(() => {
      acknowledged = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(acknowledged).toBe(false);
    proxy.go();
    await produced;
    expect((await readAll(bus, topic))[0]?.map(numberOf)).toContain(0);
    await bus.close();
  });

  it('ends with BROKER_UNAVAILABLE after kafka.patienceMs, and can be called again', async () => {
    const bus = await open({ patienceMs: 500 });
    const topic = await newTopic(bus, 1);
    const record = { topic, key: 'k', value: Buffer.from('0') };
    await bus.produce([record]);
    proxy.partition();
    await expect(bus.produce([record])).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    proxy.go();
    await bus.produce([record]);
    await bus.close();
  });
});

describe('consuming', () => {
  it('continues without a gap when connections are cut', async () => {
    const bus = await open();
    const topic = await newTopic(bus, 3);
    const group = uniqueName('group');
    const { consumer, received } = await collect(bus, { group, topics: [topic] });
    for (let round = 0; round < 4; round += 1) {
      await produceUnder(bus, topic, 10, noFaults);
      proxy.cut();
      // After a cut, uncommitted records are delivered again; they do not count as progress.
      await until(() => distinct(received) >= (round + 1) * 100);
    }
    for (const at of [0, 1, 2]) {
      const offsets = received.filter((r) => r.partition === at).map((r) => r.offset);
      expect([...new Set(offsets)]).toEqual(Array.from(new Set(offsets), (_, index) => index));
    }
    await consumer.close();
    await bus.close();
  });

  it('resumes at its commits when it returns after the group has removed it', async () => {
    const bus = await open({ sessionTimeoutMs: 6000 });
    const topic = await newTopic(bus, 2);
    const group = uniqueName('group');
    const first = await collect(bus, { group, topics: [topic] });
    await produceUnder(bus, topic, 10, noFaults);
    await until(() => first.received.length === 100);
    await commitAll(first.consumer, first.received);
    // The proxy stalls all traffic until the broker has removed the member from the group.
    proxy.stall();
    await new Promise((resolve) => setTimeout(resolve, 7000));
    proxy.go();
    await until(() => first.revoked.length === 2);
    await produceUnder(bus, topic, 10, noFaults);
    await until(() => first.received.length >= 200);
    await commitAll(first.consumer, first.received);
    const ends = await bus.endOffsets(topic);
    for (const partition of [0, 1]) {
      const commit = await bus.committed(group, { topic, partition });
      expect(commit?.offset).toBe(ends[partition]);
    }
    await first.consumer.close();
    await bus.close();
  });

  it('fails with LOG_TRUNCATED when the log ends before the committed offset', async () => {
    const bus = await open();
    const topic = await newTopic(bus, 1);
    const group = uniqueName('group');
    await produceUnder(bus, topic, 1, noFaults);
    const first = await collect(bus, { group, topics: [topic] });
    await first.consumer.commit([{ topic, partition: 0, offset: 50, metadata: '' }]);
    await first.consumer.close();
    await expect(collect(bus, { group, topics: [topic] })).rejects.toMatchObject({
      code: 'LOG_TRUNCATED',
      subject: `${topic}/0`,
    });
    // The failure has not moved the group's offset.
    expect(await bus.committed(group, { topic, partition: 0 })).toMatchObject({ offset: 50 });
    await bus.close();
  });

  it('repeats a commit whose answer was lost', async () => {
    const bus = await open();
    const topic = await newTopic(bus, 1);
    const group = uniqueName('group');
    const { consumer } = await collect(bus, { group, topics: [topic] });
    await produceUnder(bus, topic, 1, noFaults);
    let drops = 2;
    proxy.dropAnswers(apiKeys.offsetCommit, () => {
      drops -= 1;
      return drops >= 0;
    });
    await consumer.commit([{ topic, partition: 0, offset: 7, metadata: 'done' }]);
    proxy.dropAnswers(apiKeys.offsetCommit, null);
    expect(await bus.committed(group, { topic, partition: 0 })).toMatchObject({
      offset: 7,
      metadata: 'done',
    });
    expect(drops).toBeLessThan(0);
    await consumer.close();
    await bus.close();
  });
});

describe('closing', () => {
  it.each(['answered', 'broken'])('leaves the group while joining is %s', async (how) => {
    const bus = await open();
    const topic = await newTopic(bus, 1);
    const group = uniqueName('group');
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    proxy.dropAnswers(apiKeys.joinGroup, () => {
      resolve();
      return how === 'broken';
    });
    const joining = collect(bus, { group, topics: [topic] });
    const refused = expect(joining).rejects.toThrow();
    await asked;
    const closed = bus.close();
    proxy.dropAnswers(apiKeys.joinGroup, null);
    if (how === 'broken') proxy.cut();
    await closed;
    await refused;
    // A consumer that keeps running would fetch every 200 ms.
    let fetches = 0;
    proxy.dropAnswers(apiKeys.fetch, () => {
      fetches += 1;
      return false;
    });
    await new Promise((later) => setTimeout(later, 1500));
    proxy.dropAnswers(apiKeys.fetch, null);
    expect(fetches).toBe(0);
  });
});

describe('the broker', () => {
  it('is killed and restarts: acknowledged records are kept, members continue', {
    timeout: clusterStartMsMax,
  }, async () => {
    const bus = await open();
    const topic = await newTopic(bus, 3);
    const group = uniqueName('group');
    const { consumer, received } = await collect(bus, { group, topics: [topic] });
    const produced = produceUnder(bus, topic, 60, noFaults);
    await until(() => received.length > 0);
    await cluster.signal('kafka', 'SIGKILL');
    // The stage pauses and commits while no broker runs.
    consumer.pause([{ topic, partition: 0 }]);
    const committed = commitAll(consumer, received);
    await cluster.start('kafka');
    await produced;
    await committed;
    consumer.resume([{ topic, partition: 0 }]);
    checkAll(await readAll(bus, topic), 600);
    const seen = () => new Set(received.map(numberOf)).size;
    await until(() => seen() === 600);
    await consumer.close();
    await bus.close();
  });
});

async function commitAll(
  consumer: { commit: Awaited<ReturnType<Bus['consume']>>['commit'] },
  received: readonly IncomingRecord[],
): Promise<void> {
  const next = new Map<string, { topic: string; partition: number; offset: number }>();
  for (const { topic, partition, offset } of received) {
    next.set(`${partition}`, { topic, partition, offset: offset + 1 });
  }
  await consumer.commit([...next.values()].map((commit) => ({ ...commit, metadata: '' })));
}
