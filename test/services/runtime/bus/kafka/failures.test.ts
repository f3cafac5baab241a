/** Which failures of Kafka are retried, and which codes the others get. */
import {
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  Partitioners,
  type PartitionMetadata,
} from 'kafkajs';
import { describe, expect, it } from 'vitest';
import {
  codedFailure,
  mayPass,
  patiently,
} from '../../../../../services/runtime/bus/kafka/failures.ts';
import { tellOfWaiting } from '../../../../../services/runtime/bus/kafka/kafka-bus.ts';
import { manualClock } from '../../../../../services/runtime/clock.ts';
import { PipelineError } from '../../../../../services/runtime/errors.ts';

const plain = new Error('Broker not connected');

function protocol(type: string, retriable: boolean): Error {
  return Object.assign(new KafkaJSProtocolError(new Error(type)), { type, retriable });
}

/** An error as kafkajs wraps it after it has given up retrying. */
function givenUp(cause: Error): Error {
  const retries = { retryCount: 3, retryTime: 100 };
  return Object.assign(new KafkaJSNumberOfRetriesExceeded(cause, retries), { cause });
}

const notFound = Object.assign(new KafkaJSNonRetriableError('Failed to find group coordinator'), {
  name: 'KafkaJSGroupCoordinatorNotFound',
});

const patience = {
  clock: manualClock(),
  patienceMs: 60_000,
  brokers: 'broker:9092',
  isClosed: () => false,
};

describe('a transient failure', () => {
  it.each([
    ['a plain error of kafkajs', plain],
    ['retries exceeded over a plain error', givenUp(plain)],
    ['a leader that moved', protocol('NOT_LEADER_FOR_PARTITION', true)],
    ['a rebalance, which kafkajs calls not retriable', protocol('REBALANCE_IN_PROGRESS', false)],
    ['a coordinator that nobody could be asked for', notFound],
    ['a membership that ended', givenUp(protocol('UNKNOWN_MEMBER_ID', false))],
  ])('%s', (_what, error) => {
    expect(mayPass(error)).toBe(true);
    expect(codedFailure(error, 'producing', 'broker:9092').code).toBe('BROKER_UNAVAILABLE');
  });
});

describe('a permanent failure', () => {
  it.each([
    ['a batch above the limit', protocol('MESSAGE_TOO_LARGE', false), 'RECORD_TOO_LARGE'],
    ['missing rights', protocol('TOPIC_AUTHORIZATION_FAILED', false), 'BROKER_REFUSED'],
    ['a misuse', new KafkaJSNonRetriableError('Invalid topic'), 'BROKER_REFUSED'],
    ['a bug', new TypeError('x is not a function'), 'BROKER_REFUSED'],
  ])('%s', async (_what, error, code) => {
    expect(mayPass(error)).toBe(false);
    let calls = 0;
    const task = async () => {
      calls += 1;
      throw error;
    };
    await expect(patiently('producing', patience, task)).rejects.toMatchObject({ code });
    expect(calls).toBe(1);
  });

  it('keeps the code of a coded error', () => {
    const coded = new PipelineError('CONFIG_INVALID', 'topic x does not exist');
    expect(codedFailure(coded, 'producing', 'broker:9092')).toBe(coded);
  });
});

describe('patience', () => {
  it('repeats until it succeeds', async () => {
    let calls = 0;
    const task = async () => {
      calls += 1;
      if (calls < 4) throw plain;
      return calls;
    };
    const told: string[] = [];
    const onWait = (doing: string, why: string) => told.push(`${doing}: ${why}`);
    expect(await patiently('connecting', { ...patience, onWait }, task)).toBe(4);
    expect(told).toEqual(Array(3).fill(`connecting: ${plain.message}`));
  });

  it('logs one line for all waiting calls, and only when waiting lasts', () => {
    const lines: object[] = [];
    const { onWait: tell, onBack } = tellOfWaiting({
      warn: (line: object) => void lines.push(line),
    });
    tell?.('producing', 'gone', 200);
    onBack?.('producing', 300);
    tell?.('producing', 'gone', 4000);
    tell?.('reading', 'gone', 5000);
    expect(lines).toEqual([{ doing: 'producing', why: 'gone', waitedMs: 4000 }]);
    // That it is back is told once, whichever call finds it first.
    onBack?.('reading', 6000);
    onBack?.('producing', 7000);
    expect(lines.slice(1)).toEqual([{ doing: 'reading', waitedMs: 6000 }]);
  });

  it('repeats a call in which kafkajs reads metadata that is not there', async () => {
    const choose = Partitioners.DefaultPartitioner();
    let partitionMetadata: unknown = null;
    const task = async () => {
      const partitions = partitionMetadata as PartitionMetadata[];
      partitionMetadata = [{ partitionId: 0, leader: 1 }];
      return choose({
        topic: 't',
        partitionMetadata: partitions,
        message: { key: 'k', value: '' },
      });
    };
    expect(await patiently('choosing', patience, task)).toBe(0);
  });

  it('ends with BROKER_UNAVAILABLE after kafka.patienceMs', async () => {
    const clock = manualClock();
    const failing = patiently('connecting', { ...patience, clock }, () => Promise.reject(plain));
    await expect(failing).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(clock.nowMs()).toBeGreaterThanOrEqual(patience.patienceMs);
  });

  it('ends at the first failure when the bus is closed', async () => {
    const closed = { ...patience, isClosed: () => true };
    const failing = patiently('connecting', closed, () => Promise.reject(plain));
    await expect(failing).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });
});
