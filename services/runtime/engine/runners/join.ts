/**
 * Runs a join: holds the parts of open repositories as undecoded records, completes each repository
 * once, and acknowledges its records only then. It saves no state: after a restart the parts are
 * delivered again from the committed watermark. The stage's own outputs tell which repositories are
 * complete; leftover parts of those are acknowledged at once.
 */
import type { Envelope } from '../../../../schemas/generated/types.ts';
import type { AnyJoin, AnyTools, StageRecord } from '../../stage.ts';
import {
  endHandled,
  endThrown,
  type Handling,
  type Origin,
  readRecord,
  stopProcess,
} from '../endings.ts';
import { beganRecord, droppedRecord, type Engine, type StageRunner } from '../engine.ts';
import { type Delivery, type Intake, openIntake } from '../intake.ts';
import { type OpenRepositories, openRepositories } from './open-repositories.ts';
import { settle } from './settle.ts';

/** Wait between two checks for repositories that other stages have ended. */
const followMs = 2000;

export async function startJoin(stage: AnyJoin, engine: Engine): Promise<StageRunner> {
  const tools = engine.toolsFor(stage);
  await stage.open?.(tools);
  let intake: Intake | null = null;
  const held = openRepositories(stage, engine, (delivery) => intake?.complete(delivery));
  const stopping = new AbortController();
  const over = AbortSignal.any([engine.signal, stopping.signal]);
  // Deliveries are handled one after the other: a join is cheap and its memory is one repository.
  let chain: Promise<void> = Promise.resolve();

  const take = async (delivery: Delivery) => {
    await engine.gate?.pass(stage.name, stopping.signal);
    if (over.aborted || intake?.isCurrent(delivery) === false) return;
    beganRecord(engine, stage.name, delivery.record);
    if (await handleDelivery(stage, engine, tools, held, delivery)) await held.end(delivery);
  };
  const keepFollowing = async () => {
    while (!over.aborted) {
      await engine.clock.sleep(followMs, over);
      const followed = chain.then(held.follow);
      chain = followed.catch(() => {});
      await followed;
    }
  };
  const fail = (error: unknown) => {
    if (!over.aborted) stopProcess(engine, stage.name, error);
  };

  intake = await openIntake(engine, {
    stage: stage.name,
    topics: [stage.reads],
    windowMax: Number.POSITIVE_INFINITY,
    take: (delivery) => {
      chain = chain.then(() => take(delivery)).catch(fail);
    },
    onRevoked: held.keepOnly,
  });
  keepFollowing().catch(fail);
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

/** Returns whether the repository has ended, with this part or earlier. */
async function handleDelivery(
  stage: AnyJoin,
  engine: Engine,
  tools: AnyTools,
  held: OpenRepositories,
  delivery: Delivery,
): Promise<boolean> {
  const { record } = delivery;
  let handling: Handling = {
    ...{ engine, stage: stage.name, topic: stage.reads, record },
    subject: record.key,
    origin: null,
  };
  try {
    // Even a part that comes too late is read: if it is unreadable, it must become a dead letter.
    const part = await readRecord(handling);
    handling = { ...handling, origin: originOf(stage, part) };
    const all = await held.add(delivery, stage.part(part), part.envelope.attempt);
    if (all === 'ended' || all === 'waiting') return all === 'ended';
    const parts: StageRecord[] = [];
    for (const one of all) {
      handling = { ...handling, record: one };
      parts.push(await readRecord(handling));
    }
    const [first = record] = all;
    handling = { ...handling, record: first, origin: originOf(stage, parts[0] ?? part) };
    const happened = await settle(handling, () => stage.complete(parts, tools));
    return await endHandled(handling, happened);
  } catch (error) {
    return endThrown(handling, 'around', error);
  }
}

/** Returns the origin of a join's outputs: the repository, not one of its parts. */
function originOf(stage: AnyJoin, part: StageRecord): Origin {
  const { repositoryId } = part.envelope;
  const envelope: Envelope = { ...part.envelope, id: repositoryId };
  return {
    envelope,
    ending: (disposition, { reason, detail, subject }) => {
      const { name, origin } = subject ?? { name: repositoryId, origin: '' };
      return droppedRecord(stage.name, envelope, name, origin, { disposition, reason, detail });
    },
  };
}
