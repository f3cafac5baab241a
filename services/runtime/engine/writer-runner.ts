/**
 * Runs a writer: one record at a time, from the offsets that the writer's own durable state
 * names. The consumer group's offsets only follow, so that lag can be seen.
 */
import { consumerGroup, graph, physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import type { BusConsumer, IncomingRecord, TopicPartition } from '../bus/bus.ts';
import { asPipelineError, PipelineError } from '../errors.ts';
import type { Emit } from '../outcomes.ts';
import type { DecodedRecord } from '../records/codec.ts';
import type { AnyTools, AnyWriter, Writer } from '../stage.ts';
import {
  childRecord,
  datasetEnvelope,
  type Engine,
  logicalTopic,
  produce,
  type StageRunner,
} from './engine.ts';
import { deadLetterUnreadable } from './unreadable.ts';

/** Records held while the writer works. */
const queueMax = 1000;
const batchMax = 100;

export async function startWriter(stage: AnyWriter, engine: Engine): Promise<StageRunner> {
  const tools = engine.toolsFor(stage);
  await stage.open?.(tools);
  const writer = await stage.openWriter(tools);
  const begun = writer.begin();
  await announce(stage, engine, begun.outcomes);
  if (begun.done) {
    engine.finish();
    return { assigned: () => 0, stop: () => closeAll(stage, tools, writer, null) };
  }
  const assigned = new Map<string, TopicPartition>();
  const queue: IncomingRecord[] = [];
  let working: Promise<void> | null = null;
  let stopped = false;
  const stopping = new AbortController();
  let paused = false;
  let consumer: BusConsumer | null = null;

  const drain = async () => {
    while (!stopped && queue.length > 0) {
      await engine.gate?.pass(stage.name, stopping.signal);
      if (stopped || queue.length === 0) break;
      const record = queue.shift() as IncomingRecord;
      if (!(await acceptRecord(stage, engine, writer, record))) continue;
      await commitResumeOffsets(engine, writer, consumer, [...assigned.values()]);
    }
    if (paused && !stopped) {
      paused = false;
      consumer?.resume([...assigned.values()]);
    }
  };
  /** Work is serial; what fails ends the run. */
  const work = (task: () => Promise<void>) => {
    working ??= task()
      .catch((error: unknown) => {
        stopped = true;
        if (!engine.signal.aborted) engine.fail(asPipelineError(error, stage.name));
      })
      .finally(() => {
        working = null;
        if (stopped) return;
        if (queue.length > 0) pump();
        else if (task === drain) quiet.restart();
      });
  };
  const quiet = watchQuiet(stage, engine, () =>
    work(async () => {
      await announce(stage, engine, (await writer.idle?.())?.outcomes ?? []);
      await commitResumeOffsets(engine, writer, consumer, [...assigned.values()]);
    }),
  );
  const pump = () => {
    quiet.stop();
    work(drain);
  };

  consumer = await engine.bus.consume({
    group: consumerGroup(engine.run.dataset, stage.name),
    topics: graph[stage.name].reads.map((topic) => physicalTopic(engine.run.dataset, topic)),
    startOffset: (at) => {
      assigned.set(`${at.topic}/${at.partition}`, at);
      return writer.resumeOffset(logicalTopic(engine, at.topic), at.partition);
    },
    onRecords: (records) => {
      queue.push(...records);
      if (!paused && queue.length > queueMax) {
        paused = true;
        consumer?.pause([...assigned.values()]);
      }
      pump();
    },
    onRevoked: (revoked) => {
      const lost = new Set(revoked.map(({ topic, partition }) => `${topic}/${partition}`));
      for (const key of lost) assigned.delete(key);
      // What is queued from other partitions would not come again.
      const kept = queue.filter((record) => !lost.has(`${record.topic}/${record.partition}`));
      queue.splice(0, queue.length, ...kept);
    },
    onFailure: engine.fail,
    batchMax,
  });
  // A life before this one may have left packs open.
  quiet.restart();
  return {
    assigned: () => assigned.size,
    stop: async () => {
      stopped = true;
      stopping.abort();
      quiet.stop();
      await working;
      await closeAll(stage, tools, writer, consumer);
    },
  };
}

interface QuietWatch {
  /** From now on. */
  restart(): void;
  stop(): void;
}

/** Calls once whenever a live stream has been quiet; never in a bounded run. */
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
  consumer: BusConsumer | null,
): Promise<void> {
  await consumer?.close();
  await writer.close();
  await stage.close?.(tools);
}

/** True when the writer made something durable: its resume offsets may have moved. */
async function acceptRecord(
  stage: AnyWriter,
  engine: Engine,
  writer: Writer,
  record: IncomingRecord,
): Promise<boolean> {
  const topic = logicalTopic(engine, record.topic);
  const decoded = await decodeOrBury(stage, engine, topic, record);
  if (decoded === null) return false;
  const started = performance.now();
  const result = await writer.accept({
    topic,
    partition: record.partition,
    offset: record.offset,
    ...decoded,
  });
  engine.metrics.handled(stage.name, 'emitted', (performance.now() - started) / 1000);
  await announce(stage, engine, result.outcomes);
  if (result.done) engine.finish();
  return result.outcomes.length > 0;
}

/** Null when the record cannot be read: then it has become a dead letter. */
async function decodeOrBury(
  stage: AnyWriter,
  engine: Engine,
  topic: TopicName,
  record: IncomingRecord,
): Promise<DecodedRecord<TopicName> | null> {
  try {
    return await engine.codec.decode(topic, record.value);
  } catch (error) {
    if (!(error instanceof PipelineError) || error.disposition !== 'reject') throw error;
    await deadLetterUnreadable(engine, stage.name, topic, record, error);
    return null;
  }
}

/** What a writer tells belongs to the data set, not to the record that happened to fill a shard. */
async function announce(
  stage: AnyWriter,
  engine: Engine,
  outcomes: readonly Emit[],
): Promise<void> {
  const parent = datasetEnvelope(engine);
  await produce(
    engine,
    outcomes.map((output) => childRecord(stage.name, parent, output)),
  );
}

async function commitResumeOffsets(
  engine: Engine,
  writer: Writer,
  consumer: BusConsumer | null,
  partitions: readonly TopicPartition[],
): Promise<void> {
  await consumer?.commit(
    partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: writer.resumeOffset(logicalTopic(engine, topic), partition),
      metadata: '',
    })),
  );
}
