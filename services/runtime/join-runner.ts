/**
 * Runs a join: holds the parts of open repositories as undecoded records, completes a repository
 * once, and acknowledges its records only then. There is no state to save: after a restart the
 * parts are delivered again from the committed watermark, and the stage's own outputs tell which
 * repositories are complete, so leftovers of those can never hang.
 */
import {
  arePartitionedAlike,
  physicalTopic,
  stages,
  type TopicName,
} from '../../schemas/topology.ts';
import type { IncomingRecord } from './bus.ts';
import {
  childRecord,
  countDeadLetter,
  deadLetterRecord,
  droppedRecord,
  type Engine,
  produce,
  type StageRunner,
} from './engine.ts';
import { PipelineError } from './errors.ts';
import { type Delivery, type Intake, openIntake } from './intake.ts';
import { type Settled, settle } from './settle.ts';
import { type JoinStage, ProcessDeath, type StageRecord, type Tools } from './stage.ts';
import { forEachRecord } from './topic-reader.ts';
import { deadLetterUnreadable } from './unreadable.ts';

interface OpenRepository {
  readonly parts: Map<number, IncomingRecord>;
  readonly deliveries: Delivery[];
}

/** What is held of one partition, from its assignment to its revocation. */
interface OpenPartition {
  readonly open: Map<string, OpenRepository>;
  /** Repositories that had an output when the partition was assigned, and those since. */
  readonly complete: Promise<Set<string>>;
}

type Join = JoinStage<unknown, TopicName>;

/**
 * Outputs of a partition that are read for repositories that are complete already. A leftover part
 * comes while its repository is hardly older than those in flight, which are bounded by
 * `runtime.openRepositoriesMax`; 10,000 is far above that and reads in about a second.
 */
const completeMax = 10_000;

export async function startJoin(stage: Join, engine: Engine): Promise<StageRunner> {
  const tools = engine.toolsFor(stage);
  await stage.open?.(tools);
  // By assignment: a partition that goes and comes back was somebody else's meanwhile.
  const partitions = new Map<Delivery['watermark'], OpenPartition>();
  let intake: Intake | null = null;
  const stopping = new AbortController();
  // One after the other: a join is cheap and its memory is one repository.
  let chain: Promise<void> = Promise.resolve();

  const partitionOf = (delivery: Delivery) => {
    let partition = partitions.get(delivery.watermark);
    if (partition === undefined) {
      const complete = completedRepositories(stage, engine, delivery.record.partition);
      partition = { open: new Map(), complete };
      partitions.set(delivery.watermark, partition);
    }
    return partition;
  };

  const take = async (delivery: Delivery) => {
    const { open, complete } = partitionOf(delivery);
    const repository = await addPart(stage, engine, open, await complete, delivery);
    if (repository === 'ignored') intake?.complete(delivery);
    if (repository === 'ignored' || repository === 'waiting') return;
    if (!(await completeRepository(stage, engine, tools, repository))) return;
    engine.crashPoint(`${stage.name}:after-produce`);
    await close(delivery);
  };
  /** Its output is durable: every part of the repository is done, and later ones are leftovers. */
  const close = async (delivery: Delivery) => {
    const { open, complete } = partitionOf(delivery);
    const { key } = delivery.record;
    (await complete).add(key);
    for (const held of open.get(key)?.deliveries ?? []) intake?.complete(held);
    open.delete(key);
  };

  intake = await openIntake(engine, {
    stage: stage.name,
    topics: [stage.reads],
    windowMax: Number.POSITIVE_INFINITY,
    take: (delivery) => {
      chain = chain.then(async () => {
        await engine.gate?.pass(stage.name, stopping.signal);
        if (stopping.signal.aborted || engine.signal.aborted) return;
        if (intake?.isCurrent(delivery) === false) return;
        try {
          await take(delivery);
        } catch (error) {
          if (!(await onCrash(stage, engine, delivery, error))) return;
          intake?.complete(delivery);
          await close(delivery);
        }
      });
    },
    onRevoked: (current) => {
      for (const watermark of partitions.keys()) {
        if (!current.has(watermark)) partitions.delete(watermark);
      }
    },
  });
  return {
    assigned: () => intake?.assigned() ?? 0,
    stop: async () => {
      stopping.abort();
      await chain;
      await intake?.close();
      await stage.close?.(tools);
    },
  };
}

/** Ids of the repositories for which this stage has written an output, the latest ones. */
async function completedRepositories(
  stage: Join,
  engine: Engine,
  partition: number,
): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const topic of stages[stage.name].writes) {
    const visit = async (record: IncomingRecord) => {
      const envelope = await engine.codec.decodeEnvelope(topic, record.value);
      // `dropped` has other writers: a repository they ended never has all its parts here.
      if (envelope.stage === stage.name) ids.add(envelope.repositoryId);
    };
    const together = arePartitionedAlike(topic, stage.reads);
    await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), visit, {
      tailMax: completeMax,
      ...(together ? { partition } : {}),
    });
  }
  return ids;
}

/** The repository when this was its last missing part. */
async function addPart(
  stage: Join,
  engine: Engine,
  open: Map<string, OpenRepository>,
  complete: ReadonlySet<string>,
  delivery: Delivery,
): Promise<OpenRepository | 'waiting' | 'ignored'> {
  const { record } = delivery;
  if (complete.has(record.key)) return 'ignored';
  const input = await decode(stage, engine, record);
  const { ordinal, of } = stage.part(input);
  const repository: OpenRepository = open.get(record.key) ?? { parts: new Map(), deliveries: [] };
  open.set(record.key, repository);
  repository.parts.set(ordinal, record);
  repository.deliveries.push(delivery);
  return repository.parts.size === of ? repository : 'waiting';
}

async function decode(stage: Join, engine: Engine, record: IncomingRecord): Promise<StageRecord> {
  const decoded = await engine.codec.decode(stage.reads, record.value);
  return { topic: stage.reads, partition: record.partition, offset: record.offset, ...decoded };
}

async function completeRepository(
  stage: Join,
  engine: Engine,
  tools: Tools<unknown>,
  repository: OpenRepository,
): Promise<boolean> {
  const ordered = [...repository.parts].sort(([a], [b]) => a - b).map(([, record]) => record);
  const parts: StageRecord[] = [];
  for (const record of ordered) parts.push(await decode(stage, engine, record));
  const first = parts[0] as StageRecord;
  // The parent of a joined record is the repository: no single part is.
  const parent = { ...first.envelope, id: first.envelope.repositoryId };
  const settled = await settle(engine, stage.name, parent.id, () => stage.complete(parts, tools));
  engine.crashPoint(`${stage.name}:after-handle`);
  if (settled.kind === 'stopped') return false;
  if (settled.kind === 'emit') {
    await produce(
      engine,
      settled.outputs.map((output) => childRecord(stage.name, parent, output)),
    );
    return true;
  }
  await end(stage, engine, ordered[0] as IncomingRecord, parent, settled);
  return true;
}

async function end(
  stage: Join,
  engine: Engine,
  record: IncomingRecord,
  parent: StageRecord['envelope'],
  settled: Extract<Settled, { kind: 'drop' | 'dead-letter' }>,
): Promise<void> {
  const { reason, detail } = settled;
  const dead = settled.kind === 'dead-letter';
  const disposition = dead ? 'dead_letter' : 'drop';
  const { name, origin } = settled.subject ?? { name: parent.repositoryId, origin: '' };
  const dropped = droppedRecord(stage.name, parent, name, origin, {
    disposition,
    reason,
    detail,
  });
  const others = dead
    ? [deadLetterRecord(engine, stage.name, stage.reads, record, parent, settled)]
    : [];
  await produce(engine, [dropped], others);
  if (dead) countDeadLetter(engine, `${stage.name}: ${detail}`);
}

/** True when the record has ended as a dead letter. */
async function onCrash(
  stage: Join,
  engine: Engine,
  delivery: Delivery,
  error: unknown,
): Promise<boolean> {
  if (engine.signal.aborted) return false;
  if (error instanceof PipelineError && error.disposition === 'reject') {
    await deadLetterUnreadable(engine, stage.name, stage.reads, delivery.record, error);
    return true;
  }
  if (error instanceof ProcessDeath || error instanceof PipelineError) {
    engine.fail(error);
    return false;
  }
  const { key } = delivery.record;
  const crashes = engine.crashes.add(stage.name, key);
  engine.log.error({ stage: stage.name, repositoryId: key, crashes, err: error }, 'a join crashed');
  if (crashes < engine.settings.crashesMax) {
    engine.restart(stage.name);
    return false;
  }
  // The poisoned repository ends here; the restarted stage finds it complete and goes on.
  const decoded = await decode(stage, engine, delivery.record);
  const parent = { ...decoded.envelope, id: decoded.envelope.repositoryId };
  const detail = error instanceof Error ? error.message : String(error);
  await end(stage, engine, delivery.record, parent, {
    kind: 'dead-letter',
    reason: 'STAGE_POISONED',
    detail,
    attempts: crashes,
  });
  engine.restart(stage.name);
  return false;
}
