/**
 * The Kafka bus under the bus contract, on a real broker, and errors that only a broker can cause.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { kafkaKnobs } from '../../services/runtime/bus/kafka/config.ts';
import { openKafkaBus } from '../../services/runtime/bus/kafka/kafka-bus.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import { busContract } from './bus.ts';

let brokers = '';

beforeAll(async () => {
  brokers = (await sharedCluster('kafka')).address('kafka');
}, clusterStartMsMax);

const noSecrets = { username: undefined, password: undefined };

function open(knobs: Record<string, unknown> = {}) {
  const settings = kafkaKnobs.parse({ brokers, heartbeatMs: 200, ...knobs });
  return openKafkaBus({ settings, secrets: noSecrets, log: null });
}

busContract('kafkajs', async () => ({ open, destroy: async () => {} }));

describe('records that do not fit', () => {
  it('refuses the whole call and writes none of its records', async () => {
    const bus = await open();
    const topic = uniqueName('large');
    await bus.createTopics([{ name: topic, partitions: 1 }]);
    const small = { topic, key: 'small', value: Buffer.from('small') };
    const large = { topic, key: 'large', value: Buffer.alloc(1_000_001) };
    await expect(bus.produce([small, large])).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      subject: topic,
    });
    expect(await bus.endOffsets(topic)).toEqual([0]);
    await bus.close();
  });

  it('names the knob to lower when the broker refuses a batch as too large', async () => {
    const bus = await open({ batchBytesMax: 4_000_000, compression: 'none' });
    const topic = uniqueName('large');
    await bus.createTopics([{ name: topic, partitions: 1 }]);
    const record = { topic, key: 'large', value: Buffer.alloc(2_000_000) };
    await expect(bus.produce([record])).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      subject: 'kafka.batchBytesMax',
    });
    await bus.produce([{ ...record, value: Buffer.from('fits') }]);
    expect(await bus.endOffsets(topic)).toEqual([1]);
    await bus.close();
  });
});

describe('a clock that is two days ahead', () => {
  it('fails with CLOCK_SKEWED, and shows the time of this machine', async () => {
    const bus = await open();
    const topic = uniqueName('clock');
    await bus.createTopics([{ name: topic, partitions: 1 }]);
    const wrongMs = Date.now() + 48 * 3_600_000;
    vi.spyOn(Date, 'now').mockReturnValue(wrongMs);
    try {
      const record = { topic, key: 'key', value: Buffer.from('value') };
      await expect(bus.produce([record])).rejects.toMatchObject({
        code: 'CLOCK_SKEWED',
        message: expect.stringContaining(new Date(wrongMs).toISOString()),
      });
    } finally {
      vi.restoreAllMocks();
    }
    await bus.close();
  });
});

describe('a broker that is not running', () => {
  it('fails with BROKER_UNAVAILABLE, names the address and says what to do', async () => {
    const settings = { brokers: '127.0.0.1:1', patienceMs: 300, connectionTimeoutMs: 300 };
    await expect(open(settings)).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      subject: '127.0.0.1:1',
      message: expect.stringContaining('kafka.brokers'),
    });
  });
});
