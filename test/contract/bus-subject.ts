/** Tools of the bus contract: collecting deliveries, waiting, names for one test. */
import type {
  Bus,
  BusConsumer,
  ConsumerOptions,
  IncomingRecord,
} from '../../services/runtime/bus/bus.ts';

export interface BusUnderTest {
  open(): Promise<Bus>;
  /** Removes the durable state. */
  destroy(): Promise<void>;
}

/** Longest wait for a delivery; reaching it fails the test. */
const deliveryMsMax = 20_000;

export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + deliveryMsMax;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the expected delivery did not come');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Gives a faulty bus time to deliver more than expected. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 100));

export function text(record: IncomingRecord): string {
  return Buffer.from(record.value).toString();
}

export function records(topic: string, from: number, count: number, key?: string) {
  return Array.from({ length: count }, (_, index) => ({
    topic,
    key: key ?? `key-${from + index}`,
    value: Buffer.from(`${from + index}`),
  }));
}

export interface Collected {
  readonly consumer: BusConsumer;
  readonly received: IncomingRecord[];
  readonly revoked: string[];
}

export async function collect(
  bus: Bus,
  options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'group' | 'topics'>,
): Promise<Collected> {
  const received: IncomingRecord[] = [];
  const revoked: string[] = [];
  const consumer = await bus.consume({
    startOffset: (_at, committed) => committed?.offset ?? 0,
    onRecords: (batch) => received.push(...batch),
    onRevoked: (partitions) =>
      revoked.push(...partitions.map((at) => `${at.topic}/${at.partition}`)),
    onFailure: (error) => {
      throw error;
    },
    batchMax: 10,
    ...options,
  });
  return { consumer, received, revoked };
}

/** Names for one test only: adapters on shared servers keep what earlier tests wrote. */
export interface Names {
  readonly letters: string;
  readonly single: string;
  readonly group: string;
}

let tests = 0;

export function uniqueNames(): Names {
  tests += 1;
  const own = `${process.pid}-${Date.now().toString(36)}-${tests}`;
  return { letters: `letters-${own}`, single: `single-${own}`, group: `readers-${own}` };
}
