/**
 * Runs a join: holds the parts of open repositories as undecoded records, completes a repository
 * once, and acknowledges its records only then. There is no state to save: after a restart the
 * parts are delivered again from the committed watermark, and the stage's own outputs tell which
 * repositories are complete, so leftovers of those can never hang.
 */
import type { IncomingRecord } from '../bus/bus.ts';
import { PipelineError } from '../errors.ts';
import { type AnyJoin, type AnyTools, ProcessDeath, type StageRecord } from '../stage.ts';
import { dropsTopic, type EndedRepositories, endedRepositories } from './ended-repositories.ts';
import {
  childRecord,
  countDeadLetter,
  deadLetterRecord,
  droppedRecord,
  type Engine,
  produce,
  type StageRunner,
} from './engine.ts';
import { type Delivery, type Intake, openIntake } from './intake.ts';
import { type Settled, settle } from './settle.ts';
import { deadLetterUnreadable } from './unreadable.ts';

interface OpenRepository {
  readonly parts: Map<number, IncomingRecord>;
  readonly deliveries: Delivery[];
}

/** What is held of one partition, from its assignment to its revocation. */
interface OpenPartition {
  readonly open: Map<string, OpenRepository>;
  readonly ended: Promise<EndedRepositories>;
}

/** Between two looks for repositories that other stages have ended. */
const followMs = 2000;

export async function startJoin(stage: AnyJoin, engine: Engine): Promise<StageRunner> {
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
      const ended = endedRepositories(engine, stage, delivery.record.partition);
      partition = { open: new Map(), ended };
      partitions.set(delivery.watermark, partition);
    }
    return partition;
  };

  const take = async (delivery: Delivery) => {
    const { open, ended } = partitionOf(delivery);
    const repository = await addPart(stage, engine, open, await ended, delivery);
    if (repository === 'ignored') intake?.complete(delivery);
    if (repository === 'ignored' || repository === 'waiting') return;
    if (!(await completeRepository(stage, engine, tools, repository))) return;
    engine.crashPoint(`${stage.name}:after-produce`);
    close(open, await ended, delivery.record.key);
  };
  /** Its end is durable: every part of the repository is done, and later ones are leftovers. */
  const close = (open: OpenPartition['open'], ended: EndedRepositories, key: string) => {
    ended.add(key);
    for (const held of open.get(key)?.deliveries ?? []) intake?.complete(held);
    open.delete(key);
  };
  const follow = async () => {
    const waiting = [...partitions.values()].filter(({ open }) => open.size > 0);
    if (waiting.length === 0) return;
    const ends = await engine.bus.endOffsets(dropsTopic(engine));
    for (const { open, ended } of waiting) {
      for (const key of await (await ended).follow(ends)) close(open, await ended, key);
    }
  };
  const over = AbortSignal.any([engine.signal, stopping.signal]);
  const keepFollowing = async () => {
    while (!over.aborted) {
      await engine.clock.sleep(followMs, over);
      const followed = chain.then(follow);
      chain = followed.catch(() => {});
      await followed;
    }
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
          const { open, ended } = partitionOf(delivery);
          close(open, await ended, delivery.record.key);
        }
      });
    },
    onRevoked: (current) => {
      for (const watermark of partitions.keys()) {
        if (!current.has(watermark)) partitions.delete(watermark);
      }
    },
  });
  keepFollowing().catch((error: unknown) => {
    if (!over.aborted) engine.fail(error);
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

/** The repository when this was its last missing part. */
async function addPart(
  stage: AnyJoin,
  engine: Engine,
  open: Map<string, OpenRepository>,
  ended: EndedRepositories,
  delivery: Delivery,
): Promise<OpenRepository | 'waiting' | 'ignored'> {
  const { record } = delivery;
  // Before it is left out: what cannot be read becomes a dead letter, whoever's it is.
  const input = await decode(stage, engine, record);
  if (ended.has(record.key)) return 'ignored';
  const { ordinal, of } = stage.part(input);
  const repository: OpenRepository = open.get(record.key) ?? { parts: new Map(), deliveries: [] };
  open.set(record.key, repository);
  repository.parts.set(ordinal, record);
  repository.deliveries.push(delivery);
  return repository.parts.size === of ? repository : 'waiting';
}

async function decode(
  stage: AnyJoin,
  engine: Engine,
  record: IncomingRecord,
): Promise<StageRecord> {
  const decoded = await engine.codec.decode(stage.reads, record.value);
  return { topic: stage.reads, partition: record.partition, offset: record.offset, ...decoded };
}

async function completeRepository(
  stage: AnyJoin,
  engine: Engine,
  tools: AnyTools,
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
  stage: AnyJoin,
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
  stage: AnyJoin,
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
