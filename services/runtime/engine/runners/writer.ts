/**
 * Runs a writer: passes it one record at a time, and tells it when a live stream is quiet. An error
 * of the writer ends the process, because the writer's state holds many records; the next process
 * resumes from the durable state.
 */
import { physicalTopic, topics } from '../../../../schemas/topology.ts';
import { type IncomingRecord, recordName } from '../../bus/bus.ts';
import { missingBetween } from '../../bus/truncation.ts';
import type { PipelineError } from '../../errors.ts';
import type { AnyTools, AnyWriter, StageRecord, Writer, WriterResult } from '../../stage.ts';
import { noTraces, type OpenSpan } from '../../watch/traces/traces.ts';
import { endThrown, type Handling, patiently, readRecord, stopProcess } from '../endings.ts';
import {
  beganRecord,
  childRecord,
  datasetEnvelope,
  type Engine,
  logicalTopic,
  produce,
  type StageRunner,
} from '../engine.ts';
import { createWriterIntake, type WriterIntake } from './writer-intake.ts';

export async function startWriter(stage: AnyWriter, engine: Engine): Promise<StageRunner> {
  const tools = engine.toolsFor(stage);
  await stage.open?.(tools);
  const rejected = new Set<string>();
  const writer = await stage.openWriter(tools, async (at, error) => {
    rejected.add(await rejectAt(stage, engine, at, error));
  });
  const begun = writer.begin();
  await announce(stage, engine, begun);
  if (begun.done) {
    engine.finish();
    return { assigned: () => 0, stop: () => closeAll(stage, tools, writer, null) };
  }
  let working: Promise<void> | null = null;
  let stopped = false;
  const stopping = new AbortController();

  const drain = async () => {
    while (!stopped && intake.waiting > 0) {
      await engine.gate?.pass(stage.name, stopping.signal);
      const record = stopped ? undefined : intake.shift();
      if (record === undefined) break;
      beganRecord(engine, stage.name, record);
      const taken = await takeRecord({ stage, engine, writer, rejected }, record);
      // A record that stays must not be overtaken by a later one.
      if (taken === 'stays') stopped = true;
      if (taken === 'durable') await intake.commit();
    }
    if (!stopped) intake.resume();
  };
  const tellOfQuiet = async () => {
    const result = await writer.idle?.();
    if (result !== undefined) await announce(stage, engine, result);
    await intake.commit();
  };
  /** Starts a task, unless one is running. */
  const work = (task: () => Promise<void>) => {
    working ??= task()
      .catch((error: unknown) => {
        stopped = true;
        stopProcess(engine, stage.name, error);
      })
      .finally(() => {
        working = null;
        if (stopped) return;
        if (intake.waiting > 0) pump();
        else if (task === drain) quiet.restart();
      });
  };
  const quiet = watchQuiet(stage, engine, () => work(tellOfQuiet));
  const pump = () => {
    quiet.stop();
    work(drain);
  };

  const intake = createWriterIntake(stage, engine, writer, pump);
  await intake.open();
  // The group's offsets may be behind the writer's, and other programs see only the group's.
  await intake.commit();
  // An earlier process may have left packs open.
  quiet.restart();
  return {
    assigned: intake.assigned,
    stop: async () => {
      stopped = true;
      stopping.abort();
      quiet.stop();
      await working;
      await closeAll(stage, tools, writer, intake);
    },
  };
}

interface QuietWatch {
  /** Starts measuring from now. */
  restart(): void;
  stop(): void;
}

/** Calls `onQuiet` once each time a live stream falls quiet; never in a bounded run. */
function watchQuiet(stage: AnyWriter, engine: Engine, onQuiet: () => void): QuietWatch {
  const quietMs = stage.quietMs?.(engine.toolsFor(stage).config);
  if (engine.run.bounded || quietMs === undefined) return { restart: () => {}, stop: () => {} };
  let abort = new AbortController();
  return {
    restart: () => {
      abort.abort();
      const own = new AbortController();
      abort = own;
      engine.clock.sleep(quietMs, own.signal).then(
        () => {
          if (!own.signal.aborted && !engine.signal.aborted) onQuiet();
        },
        () => {},
      );
    },
    stop: () => abort.abort(),
  };
}

async function closeAll(
  stage: AnyWriter,
  tools: AnyTools,
  writer: Writer,
  intake: WriterIntake | null,
): Promise<void> {
  await intake?.close();
  await writer.close();
  await stage.close?.(tools);
}

/** Buries a record that the writer accepted but cannot use; returns its name. */
async function rejectAt(
  { name: stage }: AnyWriter,
  engine: Engine,
  { topic, partition, offset }: Pick<StageRecord, 'topic' | 'partition' | 'offset'>,
  error: PipelineError,
): Promise<string> {
  const at = { topic: physicalTopic(engine.run.dataset, topic), partition };
  const [record] = await patiently({ engine, stage }, () => engine.bus.read(at, offset, 1));
  if (record?.offset !== offset) throw missingBetween(at, offset, record?.offset ?? offset + 1);
  const handling = { engine, stage, topic, record, subject: recordName(record), origin: null };
  // The run is over, or the dead letter cannot be written: the record must stay.
  if (!(await endThrown(handling, 'around', error))) throw error;
  return handling.subject;
}

interface Taking {
  readonly stage: AnyWriter;
  readonly engine: Engine;
  readonly writer: Writer;
  /** Names of the records that it rejected while it took this one. */
  readonly rejected: Set<string>;
}

/** Returns `durable` if the writer stored data durably; its resume offsets may then have moved. */
async function takeRecord(
  { stage, engine, writer, rejected }: Taking,
  record: IncomingRecord,
): Promise<'durable' | 'taken' | 'stays'> {
  const handling: Handling = {
    ...{ engine, stage: stage.name, topic: logicalTopic(engine, record.topic), record },
    subject: recordName(record),
    origin: null,
  };
  let input: StageRecord;
  try {
    input = await readRecord(handling);
  } catch (error) {
    return (await endThrown(handling, 'around', error)) ? 'taken' : 'stays';
  }
  const started = performance.now();
  const end = engine.metrics.begun(stage.name);
  const span = traceTaken(engine, stage, input);
  const result = await span.around(() => writer.accept(input)).finally(end);
  const ended = rejected.has(handling.subject) ? 'rejected' : 'emitted';
  rejected.clear();
  engine.metrics.handled(stage.name, ended, (performance.now() - started) / 1000);
  span.ended(ended);
  span.close();
  await announce(stage, engine, result);
  if (result.done) engine.finish();
  return result.outcomes.length > 0 ? 'durable' : 'taken';
}

/**
 * Produces a writer's outcomes. Their parent is the data set, not the record that happened to fill
 * a shard.
 */
async function announce(
  { name: stage }: AnyWriter,
  engine: Engine,
  { outcomes, stored = [] }: WriterResult,
): Promise<void> {
  const parent = datasetEnvelope(engine);
  const records = outcomes.map((output) => childRecord(stage, parent, output));
  await patiently({ engine, stage }, () => produce(engine, records));
  for (const { name, repositoryIds } of stored) engine.traces.stored(stage, name, repositoryIds);
}

/** Records about the data set, such as the end of the input, belong to no repository's trace. */
function traceTaken(
  { traces }: Engine,
  { name }: AnyWriter,
  { topic, envelope }: StageRecord,
): OpenSpan {
  return (topics[topic].about === 'dataset' ? noTraces : traces).begun(name, envelope);
}
