/**
 * I11: a record is buried once and counted, whatever made it a dead letter, also when its process
 * dies between the burial and the commit; and its dead letter names the repository.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { consumerGroup, physicalTopic } from '../../../../schemas/topology.ts';
import { openBurials } from '../../../../services/runtime/engine/burials.ts';
import type { Engine, PlannedRecord } from '../../../../services/runtime/engine/engine.ts';
import { startMap } from '../../../../services/runtime/engine/runners/map.ts';
import { PipelineError } from '../../../../services/runtime/errors.ts';
import { emit, reject } from '../../../../services/runtime/outcomes.ts';
import type { AnyMap, StageRecord } from '../../../../services/runtime/stage.ts';
import { createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { nothingWatched } from '../../../samples/nothing-watched.ts';
import { dataset, type EngineHarness, found, openHarness } from './engine-harness.ts';

/** Set to lose commits, as a process does that dies before them. */
let dying = false;
let harness: EngineHarness;

beforeEach(async () => {
  dying = false;
  harness = await openHarness({
    settings: { retriesMax: 1 },
    bus: (bus) => ({
      createTopics: (topics) => bus.createTopics(topics),
      produce: (records) => bus.produce(records),
      read: (at, from, limit) => bus.read(at, from, limit),
      endOffsets: (topic) => bus.endOffsets(topic),
      startOffsets: (topic) => bus.startOffsets(topic),
      committed: (group, at) => bus.committed(group, at),
      committedOf: (group, topic) => bus.committedOf(group, topic),
      close: () => bus.close(),
      consume: async (options) => {
        const consumer = await bus.consume(options);
        return {
          pause: (at) => consumer.pause(at),
          resume: (at) => consumer.resume(at),
          commit: async (commits) => {
            if (!dying) await consumer.commit(commits);
          },
          close: () => consumer.close(),
        };
      },
    }),
  });
});
afterEach(() => harness.close());

/** A life of the process: metrics and memory of its own, on the same bus. */
function newLife(): Engine {
  const { engine } = harness;
  const burials = openBurials(engine.bus, engine.codec, dataset);
  return { ...engine, burials, metrics: createMetrics({}, nothingWatched) };
}

async function live(engine: Engine, handle: AnyMap['handle'], until: () => Promise<boolean>) {
  const end = { subject: ({ body }: StageRecord<'repo-found'>) => body };
  const runner = await startMap(
    {
      ...{ name: 'admit', shape: 'map', reads: 'repo-found', config: z.object({}) },
      ...{ concurrency: () => 1, handle, end },
    },
    engine,
  );
  await expect.poll(until).toBe(true);
  await runner.stop();
}

const down = new PipelineError('REGISTRY_UNAVAILABLE', 'down');
const handlers: Record<string, AnyMap['handle']> = {
  'rejected by its handler': async () => [reject('RECORD_INVALID', 'bad for ever')],
  'tried too often': async () => {
    throw down;
  },
  unreadable: async () => [emit('input-closed', { sources: 1 })],
};

describe.each(Object.keys(handlers))('a record that is %s', (what) => {
  it('is buried once over a death before the commit, and counted', async () => {
    const topic = physicalTopic(dataset, 'repo-found');
    const record: PlannedRecord = found(harness.engine, 'a');
    if (what === 'unreadable') {
      await harness.engine.bus.produce([{ topic, key: 'x', value: Buffer.from('no record') }]);
    } else await harness.produce([record]);
    const handle = handlers[what] as AnyMap['handle'];
    const letters = () => harness.deadLetters('repo-found');
    dying = true;
    const first = newLife();
    await live(first, handle, async () => (await letters()).length > 0);
    dying = false;
    const second = newLife();
    const committed = () => harness.committed(consumerGroup(dataset, 'admit'), 'repo-found');
    expect(await committed()).toBe(0);
    await live(second, handle, async () => (await committed()) === 1);
    expect(await letters()).toHaveLength(1);
    const labels = 'stage="admit",ended="dead_letter",dataset="default"';
    const counted = `backstory_records_total{${labels}} 1`;
    expect(await first.metrics.text()).toContain(counted);
    expect(await second.metrics.text()).not.toContain(counted);
  });
});

it('names the repository in the dead letter of a record whose body is gone', async () => {
  await harness.produce([found(harness.engine, 'lost')]);
  const missing = new PipelineError('BLOB_MISSING', 'blob abc is not in the store');
  const life = newLife();
  const { decode } = life.codec;
  let reads = 0;
  const codec: Engine['codec'] = {
    ...life.codec,
    // The stage reads it first; then the source's record is looked up.
    decode: (topic, value) => {
      reads += 1;
      return reads === 1 ? Promise.reject(missing) : decode(topic, value);
    },
  };
  const letters = () => harness.deadLetters('repo-found');
  await live(
    { ...life, codec },
    async () => [],
    async () => (await letters()).length > 0,
  );
  expect(await letters()).toMatchObject([
    { reason: 'BLOB_MISSING', detail: 'lost: blob abc is not in the store' },
  ]);
  const dropped = await harness.bodies('dropped');
  expect(dropped).toMatchObject([{ name: 'lost', origin: 'origin of lost' }]);
});
