/**
 * Gives a troublesome record to a runner, and reports how it ended: for the tests of the table of
 * endings.
 */
import { expect } from 'vitest';
import { z } from 'zod';
import {
  consumerGroup,
  physicalTopic,
  type StageName,
  type TopicName,
  topics,
} from '../../../../schemas/topology.ts';
import type { OutgoingRecord } from '../../../../services/runtime/bus/bus.ts';
import { startJoin } from '../../../../services/runtime/engine/runners/join.ts';
import { startMap } from '../../../../services/runtime/engine/runners/map.ts';
import { startWriter } from '../../../../services/runtime/engine/runners/writer.ts';
import type { ErrorCode } from '../../../../services/runtime/errors.ts';
import { emit, type Outcome } from '../../../../services/runtime/outcomes.ts';
import {
  type AnyJoin,
  type AnyMap,
  defineWriter,
  type StageRecord,
} from '../../../../services/runtime/stage.ts';
import { droppedRecord } from '../../../samples/sink-harness.ts';
import {
  dataset,
  type EngineHarness,
  found,
  type HarnessOptions,
  openHarness,
} from './engine-harness.ts';

export type Shape = 'map' | 'join' | 'writer';

/** Fails at the first call only, or at every call. */
type Times = 'once' | 'always';

export interface Trouble {
  /** What the handler does at each call; afterwards it emits. */
  readonly handle?: (calls: number) => readonly Outcome[];
  /** Thrown while the record is read. */
  readonly reading?: { readonly error: unknown; readonly times: Times };
  /** Called for each write of the record's ending; it may throw. */
  readonly produce?: (calls: number, records: readonly OutgoingRecord[]) => void;
  /** Crashes of this record in earlier processes. */
  readonly crashes?: number;
  readonly settings?: HarnessOptions['settings'];
}

export interface Observed {
  /** True when the record is complete and will not be delivered again. */
  readonly complete: boolean;
  /** Records that the handler emitted. */
  readonly outputs: number;
  readonly dropped: readonly (readonly [disposition: string, reason: string])[];
  readonly letters: readonly (readonly [reason: string, attempts: number])[];
  readonly stopped: ErrorCode | string | null;
  readonly restarts: number;
}

export const nothing: Observed = {
  ...{ complete: false, outputs: 0, dropped: [], letters: [], stopped: null, restarts: 0 },
};
export const output = () => [emit('input-closed', { sources: 7 })];

/** The harness of the latest record. */
export let harness: EngineHarness;
const opened: EngineHarness[] = [];

export async function closeHarnesses(): Promise<void> {
  for (const one of opened.splice(0)) await one.close();
}

/** The fault of a call that reads or writes, counted over all calls. */
async function openFaulty(trouble: Trouble, spoiled: string): Promise<EngineHarness> {
  let reads = 0;
  let writes = 0;
  harness = await openHarness({
    settings: { retriesMax: 2, crashesMax: 3, patienceMs: 60_000, ...trouble.settings },
    codec: (codec) => ({
      ...codec,
      decode: async (topic, value) => {
        const decoded = await codec.decode(topic, value);
        const { reading } = trouble;
        if (reading === undefined || !decoded.envelope.id.startsWith(spoiled)) return decoded;
        reads += 1;
        if (reads === 1 || reading.times === 'always') throw reading.error;
        return decoded;
      },
    }),
    bus: (bus) => ({
      createTopics: (topics) => bus.createTopics(topics),
      produce: async (records) => {
        writes += 1;
        trouble.produce?.(writes, records);
        await bus.produce(records);
      },
      consume: (options) => bus.consume(options),
      read: (at, from, limit) => bus.read(at, from, limit),
      endOffsets: (topic) => bus.endOffsets(topic),
      startOffsets: (topic) => bus.startOffsets(topic),
      committed: (group, at) => bus.committed(group, at),
      committedOf: (group, topic) => bus.committedOf(group, topic),
      close: () => bus.close(),
    }),
  });
  opened.push(harness);
  return harness;
}

/**
 * Notes crashes in earlier processes, under every name that the first record of a topic may have.
 */
function crashBefore(stage: StageName, topic: TopicName, crashes = 0): void {
  for (let crash = 0; crash < crashes; crash += 1) {
    harness.engine.crashes.add(stage, 'repository-a');
    for (let partition = 0; partition < topics[topic].partitions; partition += 1) {
      harness.engine.crashes.add(stage, `${physicalTopic(dataset, topic)}/${partition}/0`);
    }
  }
}

export const stageOf = { map: 'admit', join: 'flatten', writer: 'sink' } as const;

/** Gives one record to a map or a join. */
export async function startOne(shape: 'map' | 'join', trouble: Trouble) {
  const { engine } = await openFaulty(trouble, 'repository');
  const name = stageOf[shape];
  crashBefore(name, 'repo-found', trouble.crashes);
  await harness.produce([found(engine, 'a')]);
  let calls = 0;
  const handle = async () => {
    calls += 1;
    return trouble.handle?.(calls) ?? output();
  };
  const common = { name, config: z.object({}), reads: 'repo-found' };
  const end = { subject: ({ body }: StageRecord<'repo-found'>) => body };
  const map: AnyMap = { ...common, shape: 'map', concurrency: () => 1, handle, end };
  const part = () => ({ ordinal: 0, of: 1, failed: false });
  const join: AnyJoin = { ...common, shape: 'join', part, complete: handle };
  const runner = await (shape === 'map' ? startMap(map, engine) : startJoin(join, engine));
  const committed = () => harness.committed(consumerGroup(dataset, name), 'repo-found');
  return { runner, committed };
}

async function observeOne(shape: 'map' | 'join', trouble: Trouble): Promise<Observed> {
  const { runner, committed } = await startOne(shape, trouble);
  const { failures, restarts } = harness;
  await expect
    .poll(async () => failures.length + restarts.length + (await committed()), { timeout: 10_000 })
    .toBeGreaterThan(0);
  await runner.stop();
  return { ...(await traces(stageOf[shape])), complete: (await committed()) === 1 };
}

/** Gives two records to a writer; the first of them is spoiled. */
async function observeWriter(trouble: Trouble): Promise<Observed> {
  const [first, second] = [droppedRecord(0), droppedRecord(1)];
  const { engine, failures, restarts } = await openFaulty(trouble, first.envelope.id);
  crashBefore('sink', 'dropped', trouble.crashes);
  // Both have one key, so that the second can only be taken when the first is complete.
  await harness.produce(
    [first, second].map(({ topic, envelope, body }) => ({
      ...{ topic, body },
      envelope: { ...envelope, repositoryId: 'one' },
    })),
  );
  const accepted: string[] = [];
  const accept = async ({ envelope }: StageRecord) => {
    accepted.push(envelope.id);
    return { outcomes: [], done: false };
  };
  const stage = defineWriter('sink', {
    config: z.object({}),
    openWriter: async () => ({
      resumeOffset: () => 0,
      begin: () => ({ outcomes: [], done: false }),
      accept,
      close: async () => {},
    }),
  });
  const runner = await startWriter(stage, engine);
  await expect
    .poll(() => failures.length + restarts.length + Number(accepted.includes(second.envelope.id)), {
      timeout: 10_000,
    })
    .toBeGreaterThan(0);
  await runner.stop();
  const isTaken = accepted.includes(first.envelope.id);
  const seen = await traces('sink');
  const complete = isTaken || seen.letters.length > 0;
  // A record that stays must be delivered again, so no later record may have been taken.
  if (!complete) expect(accepted).toEqual([]);
  return { ...seen, complete, outputs: isTaken ? 1 : 0 };
}

export async function traces(stage: StageName): Promise<Omit<Observed, 'complete'>> {
  const dropped = (await harness.bodies('dropped')).filter((body) => body.stage === stage);
  const letters = await harness.deadLetters(stage === 'sink' ? 'dropped' : 'repo-found');
  const [failure] = harness.failures as (Error & { code?: ErrorCode })[];
  return {
    outputs: (await harness.bodies('input-closed')).length,
    dropped: dropped.map(({ disposition, reason }) => [disposition, reason] as const),
    letters: letters.map(({ reason, attempts }) => [reason, attempts] as const),
    stopped: failure === undefined ? null : (failure.code ?? failure.name),
    restarts: harness.restarts.length,
  };
}

export function observe(shape: Shape, trouble: Trouble): Promise<Observed> {
  return shape === 'writer' ? observeWriter(trouble) : observeOne(shape, trouble);
}
