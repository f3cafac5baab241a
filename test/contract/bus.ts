/**
 * What any bus must do, whatever it is built on. An adapter's test calls `busContract` with a way
 * to open a bus on durable state and to reopen that state after a restart.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, BusConsumer, Commit } from '../../services/runtime/bus/bus.ts';
import {
  type BusUnderTest,
  type Collected,
  collect,
  records,
  settle,
  text,
  uniqueNames,
  until,
} from './bus-subject.ts';

export function busContract(name: string, create: () => Promise<BusUnderTest>): void {
  describe(`bus contract: ${name}`, () => {
    let subject: BusUnderTest;
    let bus: Bus;
    let { letters, single, group } = uniqueNames();

    beforeEach(async () => {
      ({ letters, single, group } = uniqueNames());
      subject = await create();
      bus = await subject.open();
      await bus.createTopics([
        { name: letters, partitions: 4 },
        { name: single, partitions: 1 },
      ]);
    });

    afterEach(async () => {
      await bus.close();
      await subject.destroy();
    });

    const reopen = async () => {
      await bus.close();
      bus = await subject.open();
    };

    describe('topics', () => {
      it('accepts the same topic again and refuses another partition count', async () => {
        await bus.createTopics([{ name: letters, partitions: 4 }]);
        await expect(bus.createTopics([{ name: letters, partitions: 5 }])).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
        });
      });

      it('refuses records for a topic that does not exist and writes none of the call', async () => {
        const mixed = [...records(single, 0, 1), ...records('nowhere', 0, 1)];
        await expect(bus.produce(mixed)).rejects.toThrow(/nowhere/);
        expect(await bus.endOffsets(single)).toEqual([0]);
      });
    });

    describe('produce and read', () => {
      it('numbers the records of a partition densely, in order, over concurrent calls', async () => {
        await Promise.all(
          Array.from({ length: 20 }, (_, call) => bus.produce(records(single, call * 10, 10))),
        );
        const read = await bus.read({ topic: single, partition: 0 }, 0, 1000);
        expect(read.map((record) => record.offset)).toEqual(
          Array.from({ length: 200 }, (_, i) => i),
        );
        // Each call's records stay together and in order.
        const values = read.map((record) => Number(text(record)));
        for (let call = 0; call < 20; call += 1) {
          const start = values.indexOf(call * 10);
          expect(values.slice(start, start + 10)).toEqual(
            Array.from({ length: 10 }, (_, i) => call * 10 + i),
          );
        }
      });

      it('puts equal keys into one partition and spreads different ones', async () => {
        await bus.produce(records(letters, 0, 50, 'same'));
        expect((await bus.endOffsets(letters)).filter((end) => end > 0)).toEqual([50]);
        await bus.produce(records(letters, 0, 200));
        expect((await bus.endOffsets(letters)).every((end) => end > 0)).toBe(true);
      });

      it('returns keys and bytes exactly as written', async () => {
        const value = Buffer.from([0, 255, 10, 13, 0, 128]);
        await bus.produce([{ topic: single, key: 'ключ \u0000', value }]);
        const [read] = await bus.read({ topic: single, partition: 0 }, 0, 1);
        expect(read?.key).toBe('ключ \u0000');
        expect(Buffer.from(read?.value ?? []).equals(value)).toBe(true);
      });

      it('reads from any offset, at most the limit, and nothing past the end', async () => {
        await bus.produce(records(single, 0, 20));
        const at = { topic: single, partition: 0 };
        expect((await bus.read(at, 5, 3)).map((record) => record.offset)).toEqual([5, 6, 7]);
        expect(await bus.read(at, 20, 3)).toEqual([]);
      });

      it('takes a call of any size and keeps its order', async () => {
        const value = Buffer.alloc(10_000, 'x');
        const large = Array.from({ length: 300 }, (_, index) => ({
          topic: single,
          key: `${index}`,
          value,
        }));
        await bus.produce(large);
        const at = { topic: single, partition: 0 };
        const read = await bus.read(at, 0, 1000);
        expect(read.map((record) => record.key)).toEqual(large.map((record) => record.key));
        expect((await bus.read(at, 299, 10)).map((record) => record.key)).toEqual(['299']);
      });

      it('keeps acknowledged records over a restart', async () => {
        await bus.produce(records(single, 0, 30));
        await reopen();
        expect(await bus.endOffsets(single)).toEqual([30]);
        await bus.produce(records(single, 30, 1));
        expect((await bus.read({ topic: single, partition: 0 }, 29, 9)).map(text)).toEqual([
          '29',
          '30',
        ]);
      });
    });

    describe('consume', () => {
      it('delivers existing and then new records, in order per partition', async () => {
        await bus.produce(records(letters, 0, 60));
        const { consumer, received } = await collect(bus, { group, topics: [letters] });
        await until(() => received.length === 60);
        await bus.produce(records(letters, 60, 60));
        await until(() => received.length === 120);
        for (let partition = 0; partition < 4; partition += 1) {
          const offsets = received
            .filter((record) => record.partition === partition)
            .map((record) => record.offset);
          expect(offsets).toEqual(offsets.map((_, index) => index));
        }
        await consumer.close();
      });

      it('starts at the offset that the stage chooses from the committed one', async () => {
        await bus.produce(records(single, 0, 10));
        const committed: (Commit | null)[] = [];
        const first = await collect(bus, {
          group,
          topics: [single],
          startOffset: (_at, commit) => {
            committed.push(commit);
            return 7;
          },
        });
        await until(() => first.received.length === 3);
        await first.consumer.commit([
          { topic: single, partition: 0, offset: 9, metadata: 'what is done' },
        ]);
        await first.consumer.close();
        await reopen();
        const second = await collect(bus, {
          group,
          topics: [single],
          startOffset: (_at, commit) => {
            committed.push(commit);
            return commit?.offset ?? 0;
          },
        });
        await until(() => second.received.length === 1);
        expect(second.received.map(text)).toEqual(['9']);
        expect(committed).toEqual([
          null,
          { topic: single, partition: 0, offset: 9, metadata: 'what is done' },
        ]);
        await second.consumer.close();
      });

      it('never moves a committed offset backwards', async () => {
        const { consumer } = await collect(bus, { group, topics: [single] });
        const at = { topic: single, partition: 0 };
        await bus.produce(records(single, 0, 10));
        await consumer.commit([{ ...at, offset: 8, metadata: 'late' }]);
        await consumer.commit([{ ...at, offset: 3, metadata: 'early' }]);
        expect(await bus.committed(group, at)).toMatchObject({ offset: 8, metadata: 'late' });
        await consumer.close();
      });

      it('keeps commit metadata of 4,096 bytes', async () => {
        const { consumer } = await collect(bus, { group, topics: [single] });
        const at = { topic: single, partition: 0 };
        const metadata = 'm'.repeat(4096);
        await consumer.commit([{ ...at, offset: 1, metadata }]);
        expect((await bus.committed(group, at))?.metadata).toBe(metadata);
        await consumer.close();
      });

      it('refuses commit metadata above 4,096 bytes', async () => {
        const { consumer } = await collect(bus, { group, topics: [single] });
        const at = { topic: single, partition: 0 };
        const metadata = 'm'.repeat(4097);
        await expect(consumer.commit([{ ...at, offset: 1, metadata }])).rejects.toThrow(/4,?096/);
        expect(await bus.committed(group, at)).toBeNull();
        await consumer.close();
      });

      it('delivers at most the requested batch size, and every record in the end', async () => {
        const sizes: number[] = [];
        const received: string[] = [];
        await bus.produce(records(single, 0, 50));
        const { consumer } = await collect(bus, {
          group,
          topics: [single],
          batchMax: 7,
          onRecords: (batch) => {
            sizes.push(batch.length);
            received.push(...batch.map(text));
          },
        });
        await until(() => received.length >= 50);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
        expect(received).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
        await consumer.close();
      });

      it('holds fetched records back when the stage pauses during a delivery', async () => {
        const received: string[] = [];
        await bus.produce(records(single, 0, 40));
        const at = { topic: single, partition: 0 };
        const opened: { consumer: BusConsumer | null } = { consumer: null };
        const { consumer } = await collect(bus, {
          group,
          topics: [single],
          batchMax: 10,
          onRecords: (batch) => {
            received.push(...batch.map(text));
            opened.consumer?.pause([at]);
          },
        });
        opened.consumer = consumer;
        await bus.produce(records(single, 40, 40));
        for (let count = received.length; received.length < 80; count = received.length) {
          consumer.resume([at]);
          await until(() => received.length > count);
          await settle();
          expect(received.length - count).toBeLessThanOrEqual(40);
        }
        expect(received).toEqual(Array.from({ length: 80 }, (_, index) => `${index}`));
        await consumer.close();
      });

      it('delivers nothing from a paused partition and continues after resume without a gap', async () => {
        const { consumer, received } = await collect(bus, { group, topics: [single], batchMax: 5 });
        const at = { topic: single, partition: 0 };
        await bus.produce(records(single, 0, 5));
        await until(() => received.length === 5);
        consumer.pause([at]);
        await bus.produce(records(single, 5, 5));
        await settle();
        const whilePaused = received.length;
        consumer.resume([at]);
        await until(() => received.length >= 10);
        expect(whilePaused).toBe(5);
        expect(received.map(text)).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
        await consumer.close();
      });

      it('delivers all records to every group', async () => {
        await bus.produce(records(single, 0, 10));
        const one = await collect(bus, { group: `${group}-one`, topics: [single] });
        const two = await collect(bus, { group: `${group}-two`, topics: [single] });
        await until(() => one.received.length === 10 && two.received.length === 10);
        await one.consumer.close();
        await two.consumer.close();
      });

      it('delivers nothing after close', async () => {
        const { consumer, received } = await collect(bus, { group, topics: [letters] });
        await consumer.close();
        await bus.produce(records(letters, 0, 20));
        await settle();
        expect(received).toEqual([]);
      });
    });

    describe('groups', () => {
      it('shares partitions between members and gives them back when one leaves', async () => {
        const commitTo = (collected: Collected) =>
          collected.consumer.commit(
            collected.received.map(({ topic, partition, offset }) => ({
              topic,
              partition,
              offset: offset + 1,
              metadata: '',
            })),
          );
        const first = await collect(bus, { group, topics: [letters] });
        const second = await collect(bus, { group, topics: [letters] });
        await until(() => first.revoked.length > 0);
        await bus.produce(records(letters, 0, 100));
        await until(() => first.received.length + second.received.length >= 100);
        const partitionsOf = (collected: Collected) => [
          ...new Set(collected.received.map((record) => record.partition)),
        ];
        expect(partitionsOf(first).length).toBe(2);
        expect(partitionsOf(second).length).toBe(2);
        await commitTo(first);
        await commitTo(second);
        await first.consumer.close();
        const before = second.received.length;
        await bus.produce(records(letters, 100, 100));
        await until(() => second.received.length >= before + 100);
        const ids = new Set(
          [...first.received, ...second.received].map((r) => `${r.partition}/${r.offset}`),
        );
        expect(ids.size).toBe(200);
        expect(second.received.length).toBe(before + 100);
        await second.consumer.close();
      });

      it('continues without gap or repetition on partitions that were not revoked', async () => {
        const first = await collect(bus, { group, topics: [letters] });
        await bus.produce(records(letters, 0, 100));
        await until(() => first.received.length === 100);
        const second = await collect(bus, { group, topics: [letters] });
        await until(() => first.revoked.length > 0);
        await bus.produce(records(letters, 100, 100));
        const ends = await bus.endOffsets(letters);
        const seen = ({ received }: Collected) =>
          new Set(received.map((record) => `${record.partition}/${record.offset}`));
        const all = () => new Set([...seen(first), ...seen(second)]);
        await until(() => all().size === 200);
        await settle();
        const revoked = new Set(first.revoked);
        for (let partition = 0; partition < 4; partition += 1) {
          if (revoked.has(`${letters}/${partition}`)) continue;
          const own = first.received.filter((record) => record.partition === partition);
          expect(own.map((record) => record.offset)).toEqual(
            Array.from({ length: ends[partition] ?? 0 }, (_, index) => index),
          );
        }
        await first.consumer.close();
        await second.consumer.close();
      });

      it('ignores a commit for a partition that the member no longer owns', async () => {
        const first = await collect(bus, { group, topics: [single] });
        await bus.produce(records(single, 0, 4));
        await until(() => first.received.length === 4);
        await first.consumer.close();
        const at = { topic: single, partition: 0 };
        await first.consumer.commit([{ ...at, offset: 4, metadata: '' }]).catch(() => {});
        expect(await bus.committed(group, at)).toBeNull();
      });
    });
  });
}
