/**
 * Runs a map stage: handles up to `concurrency` records at once, and makes the outputs durable
 * before a record is complete. A record that cannot be handled ends as a drop or a dead letter,
 * never silently.
 */
import { noUsage } from '../../../ports/usage.ts';
import { recordName } from '../../bus/bus.ts';
import { mayPass } from '../../errors.ts';
import type { AnyMap, AnyTools, StageRecord } from '../../stage.ts';
import {
  endHandled,
  endThrown,
  type Handling,
  type Origin,
  readRecord,
  stopProcess,
} from '../endings.ts';
import {
  beganRecord,
  childRecord,
  droppedRecord,
  type Engine,
  type StageRunner,
} from '../engine.ts';
import { type Delivery, type Intake, openIntake } from '../intake.ts';
import { settle } from './settle.ts';

/** Deliveries held per handler slot: enough that a slot never waits for the bus. */
const windowPerSlot = 4;

export async function startMap(stage: AnyMap, engine: Engine): Promise<StageRunner> {
  const tools = engine.toolsFor(stage);
  await stage.open?.(tools);
  const slots = stage.concurrency(tools.config);
  const queue: Delivery[] = [];
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let intake: Intake | null = null;

  const work = async (delivery: Delivery) => {
    await engine.gate?.pass(stage.name, stopping.signal);
    if (stopping.signal.aborted || intake?.isCurrent(delivery) === false) return;
    beganRecord(engine, stage.name, delivery.record);
    const completed = await handleDelivery(stage, engine, tools, delivery);
    if (completed) intake?.complete(delivery);
  };
  const fail = (error: unknown) => stopProcess(engine, stage.name, error);
  const pump = () => {
    while (!stopping.signal.aborted && running.size < slots && queue.length > 0) {
      const delivery = queue.shift() as Delivery;
      const task = work(delivery)
        .catch(fail)
        .finally(() => {
          running.delete(task);
          pump();
        });
      running.add(task);
    }
  };
  intake = await openIntake(engine, {
    stage: stage.name,
    topics: [stage.reads],
    windowMax: slots * windowPerSlot,
    take: (delivery) => {
      queue.push(delivery);
      pump();
    },
    onRevoked: (current) => {
      const kept = queue.filter(({ watermark }) => current.has(watermark));
      queue.splice(0, queue.length, ...kept);
    },
  });
  pump();
  return {
    assigned: () => intake?.assigned() ?? 0,
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
      await intake?.close();
      await stage.close?.(tools);
    },
  };
}

/** Returns true if the record is complete; false if it stays and is delivered again later. */
async function handleDelivery(
  stage: AnyMap,
  engine: Engine,
  tools: AnyTools,
  { record }: Delivery,
): Promise<boolean> {
  let handling: Handling = {
    ...{ engine, stage: stage.name, topic: stage.reads, record },
    subject: recordName(record),
    origin: null,
  };
  try {
    const input = await readRecord(handling);
    handling = { ...handling, subject: input.envelope.id, origin: originOf(stage, input) };
    const happened = await settle(handling, () => stage.handle(input, tools));
    return await endHandled(handling, happened);
  } catch (error) {
    return endThrown(handling, 'around', error);
  }
}

/**
 * Returns the origin of a map's outputs. A failed record ends as a failed child if a join waits for
 * one, else as a drop.
 */
function originOf(stage: AnyMap, input: StageRecord): Origin {
  const { envelope } = input;
  return {
    envelope,
    ending: (disposition, { reason, detail, usage = noUsage }) => {
      if ('failed' in stage.end) {
        const failure = { reason: `${reason}: ${detail}`, passing: mayPass(reason), usage };
        return childRecord(stage.name, envelope, stage.end.failed(input, failure));
      }
      const { name, origin } = stage.end.subject(input);
      const end = { disposition, reason, detail, usage };
      return droppedRecord(stage.name, envelope, name, origin, end);
    },
  };
}
