/**
 * Runs a map stage: up to `concurrency` records at once, outputs durable before the record is
 * complete. What cannot be handled ends as a drop or a dead letter, never in silence.
 */
import { PipelineError } from '../errors.ts';
import { type AnyMap, type AnyTools, ProcessDeath, type StageRecord } from '../stage.ts';
import {
  childRecord,
  countDeadLetter,
  deadLetterRecord,
  droppedRecord,
  type Engine,
  type PlannedRecord,
  produce,
  type StageRunner,
} from './engine.ts';
import { type Delivery, type Intake, openIntake } from './intake.ts';
import { type Settled, settle } from './settle.ts';
import { deadLetterUnreadable } from './unreadable.ts';

/** Deliveries held per handler slot: enough that a slot never waits for the log. */
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
    const completed = await handleDelivery(stage, engine, tools, delivery);
    if (completed) intake?.complete(delivery);
  };
  const pump = () => {
    while (!stopping.signal.aborted && running.size < slots && queue.length > 0) {
      const delivery = queue.shift() as Delivery;
      const task = work(delivery).finally(() => {
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

/** True when the record is complete; false when it stays for a later delivery. */
async function handleDelivery(
  stage: AnyMap,
  engine: Engine,
  tools: AnyTools,
  { record }: Delivery,
): Promise<boolean> {
  let recordId = `${record.topic}/${record.partition}/${record.offset}`;
  try {
    const decoded = await engine.codec.decode(stage.reads, record.value);
    recordId = decoded.envelope.id;
    const input: StageRecord = {
      topic: stage.reads,
      partition: record.partition,
      offset: record.offset,
      ...decoded,
    };
    const settled = await settle(engine, stage.name, recordId, () => stage.handle(input, tools));
    engine.crashPoint(`${stage.name}:after-handle`);
    if (!(await finish(stage, engine, record, input, settled))) return false;
    engine.crashPoint(`${stage.name}:after-produce`);
    return true;
  } catch (error) {
    return handleCrash(stage, engine, record, recordId, error);
  }
}

async function finish(
  stage: AnyMap,
  engine: Engine,
  record: Delivery['record'],
  input: StageRecord,
  settled: Settled,
): Promise<boolean> {
  if (settled.kind === 'stopped') return false;
  if (settled.kind === 'emit') {
    const outputs = settled.outputs.map((output) =>
      childRecord(stage.name, input.envelope, output),
    );
    await produce(engine, outputs);
    return true;
  }
  if (settled.kind === 'drop') {
    await produce(engine, [endRecord(stage, input, 'drop', settled)]);
    return true;
  }
  const deadLetter = deadLetterRecord(
    engine,
    stage.name,
    stage.reads,
    record,
    input.envelope,
    settled,
  );
  await produce(engine, [endRecord(stage, input, 'dead_letter', settled)], [deadLetter]);
  countDeadLetter(engine, `${stage.name}: ${settled.detail}`);
  return true;
}

/** What tells the rest of the graph that this record ended here: a failed child, or a drop. */
function endRecord(
  stage: AnyMap,
  input: StageRecord,
  disposition: 'drop' | 'dead_letter',
  settled: Extract<Settled, { kind: 'drop' | 'dead-letter' }>,
): PlannedRecord {
  const { reason, detail } = settled;
  if ('failed' in stage.end) {
    const failed = stage.end.failed(input, `${reason}: ${detail}`);
    return childRecord(stage.name, input.envelope, failed);
  }
  const { name, origin } = stage.end.subject(input);
  return droppedRecord(stage.name, input.envelope, name, origin, { disposition, reason, detail });
}

/**
 * Our bug, or the end of the run. The crash is noted first; a record that did it too often is
 * made a dead letter when its stage starts again.
 */
async function handleCrash(
  stage: AnyMap,
  engine: Engine,
  record: Delivery['record'],
  recordId: string,
  error: unknown,
): Promise<boolean> {
  if (engine.signal.aborted) return false;
  if (error instanceof ProcessDeath) {
    engine.fail(error);
    return false;
  }
  if (error instanceof PipelineError) {
    if (error.disposition === 'fatal') {
      engine.fail(error);
      return false;
    }
    // Thrown outside the handler: the record itself cannot be read.
    await deadLetterUnreadable(engine, stage.name, stage.reads, record, error);
    return true;
  }
  const crashes = engine.crashes.add(stage.name, recordId);
  engine.log.error(
    { stage: stage.name, recordId, crashes, err: error },
    'a record crashed its stage',
  );
  if (crashes >= engine.settings.crashesMax) return poison(stage, engine, record, error, crashes);
  engine.restart(stage.name);
  return false;
}

async function poison(
  stage: AnyMap,
  engine: Engine,
  record: Delivery['record'],
  error: unknown,
  attempts: number,
): Promise<boolean> {
  try {
    const decoded = await engine.codec.decode(stage.reads, record.value);
    const input = {
      topic: stage.reads,
      partition: record.partition,
      offset: record.offset,
      ...decoded,
    };
    return await finish(stage, engine, record, input, {
      kind: 'dead-letter',
      reason: 'STAGE_POISONED',
      detail: error instanceof Error ? error.message : String(error),
      attempts,
    });
  } catch (second) {
    engine.fail(second);
    return false;
  }
}
