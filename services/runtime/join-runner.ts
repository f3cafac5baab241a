/**
 * Runs a join: holds the parts of open repositories as undecoded records, completes a repository
 * once, and acknowledges its records only then. There is no state to save: after a restart the
 * parts are delivered again from the committed watermark, and the stage's own outputs tell which
 * repositories are complete, so leftovers of those can never hang.
 */
import { physicalTopic, stages, type TopicName } from '../../schemas/topology.ts';
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

interface OpenRepository {
  readonly parts: Map<number, IncomingRecord>;
  readonly deliveries: Delivery[];
}

type Join = JoinStage<unknown, TopicName>;

function openRepository(): OpenRepository {
  return { parts: new Map(), deliveries: [] };
}

export async function startJoin(stage: Join, engine: Engine): Promise<StageRunner> {
  const tools = engine.toolsFor(stage);
  await stage.open?.(tools);
  const complete = await completedRepositories(stage, engine);
  const open = new Map<string, OpenRepository>();
  let intake: Intake | null = null;
  let stopped = false;
  // One after the other: a join is cheap and its memory is one repository.
  let chain: Promise<void> = Promise.resolve();

  const take = async (delivery: Delivery) => {
    const ready = await addPart(stage, engine, open, complete, delivery);
    if (ready === 'ignored') intake?.complete(delivery);
    if (ready === 'waiting' || ready === 'ignored') return;
    const repository = open.get(ready) as OpenRepository;
    if (!(await completeRepository(stage, engine, tools, repository))) return;
    complete.add(ready);
    open.delete(ready);
    engine.crashPoint(`${stage.name}:after-produce`);
    for (const held of repository.deliveries) intake?.complete(held);
  };

  intake = await openIntake(engine, {
    stage: stage.name,
    topics: [stage.reads],
    windowMax: Number.POSITIVE_INFINITY,
    take: (delivery) => {
      chain = chain.then(async () => {
        if (stopped || engine.signal.aborted) return;
        try {
          await take(delivery);
        } catch (error) {
          await onCrash(stage, engine, delivery, error);
        }
      });
    },
    onRevoked: () => open.clear(),
  });
  return {
    stop: async () => {
      stopped = true;
      await chain;
      await intake?.close();
      await stage.close?.();
    },
  };
}

/** Ids of the repositories for which this stage has written an output. */
async function completedRepositories(stage: Join, engine: Engine): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const topic of stages[stage.name].writes) {
    await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async (record) => {
      const envelope = engine.codec.decodeEnvelope(topic, record.value);
      // `dropped` has other writers: a repository they ended never has all its parts here.
      if (envelope.stage === stage.name) ids.add(envelope.repositoryId);
    });
  }
  return ids;
}

/** The repository's id when this was its last missing part. */
async function addPart(
  stage: Join,
  engine: Engine,
  open: Map<string, OpenRepository>,
  complete: ReadonlySet<string>,
  delivery: Delivery,
): Promise<string> {
  const { record } = delivery;
  if (complete.has(record.key)) return 'ignored';
  const input = await decode(stage, engine, record);
  const { ordinal, of } = stage.part(input);
  const repository = open.get(record.key) ?? openRepository();
  open.set(record.key, repository);
  repository.parts.set(ordinal, record);
  repository.deliveries.push(delivery);
  return repository.parts.size === of ? record.key : 'waiting';
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

async function onCrash(
  stage: Join,
  engine: Engine,
  delivery: Delivery,
  error: unknown,
): Promise<void> {
  if (engine.signal.aborted) return;
  if (error instanceof ProcessDeath || error instanceof PipelineError) {
    engine.fail(error);
    return;
  }
  const { key } = delivery.record;
  const crashes = engine.crashes.add(stage.name, key);
  engine.log.error({ stage: stage.name, repositoryId: key, crashes, err: error }, 'a join crashed');
  if (crashes < engine.settings.crashesMax) {
    engine.restart(stage.name);
    return;
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
}
