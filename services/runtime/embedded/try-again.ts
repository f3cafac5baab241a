/**
 * A repeated run tries repositories again that failed for a passing reason: a server that was down
 * costs a repeated command, never a repository. The failed records go back into their topics, the
 * drops of their repositories are taken back, and the writer forgets its output from the first of
 * them on. So the output has the same bytes as without the failure (I6).
 */
import {
  deadLetterTopic,
  lifecycle,
  physicalTopic,
  topicNames,
} from '../../../schemas/topology.ts';
import type { OutgoingRecord } from '../bus/bus.ts';
import type { RecordPlace, SqliteLog } from '../bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import type { Engine } from '../engine/engine.ts';
import { type Letter, recordsAgain } from '../engine/try-again.ts';
import { type ErrorCode, mayPass } from '../errors.ts';
import { plainWire } from '../records/wire.ts';
import type { AnyStage } from '../stage.ts';

interface Failed {
  readonly letters: (Letter & { readonly place: RecordPlace; readonly sequence: number })[];
  readonly drops: { readonly place: RecordPlace; readonly reversible: boolean }[];
}

/** Returns the number of records that are tried again. */
export async function tryAgain(
  engine: Engine,
  log: SqliteLog,
  stages: readonly AnyStage[],
  /** Whether records of the log were erased: the writer could not go back to the failed ones. */
  isErased: boolean,
): Promise<number> {
  const failed = await failedRepositories(engine, log);
  await findDrops(engine, log, failed);
  const removed: RecordPlace[] = [];
  const records: OutgoingRecord[] = [];
  let first = Number.POSITIVE_INFINITY;
  for (const { letters, drops } of failed.values()) {
    // The repository was also dropped for good: trying its records again would not bring it back.
    if (drops.some(({ reversible }) => !reversible)) continue;
    removed.push(...letters.map(({ place }) => place), ...drops.map(({ place }) => place));
    records.push(...(await recordsAgain(log, plainWire, engine.run.dataset, letters)));
    first = Math.min(first, ...letters.map(({ sequence }) => sequence));
  }
  if (records.length === 0) return 0;
  if (isErased) {
    const told = 'an opt-out erased records: what failed is not tried again';
    engine.log.warn({ records: records.length }, told);
    return 0;
  }
  engine.log.warn({ records: records.length }, 'trying again what failed for a passing reason');
  // The writer first: if the process dies in between, the letters are still there.
  for (const stage of stages) {
    if (stage.shape === 'writer') await stage.rewind?.(engine.toolsFor(stage), first);
  }
  await log.amend(removed, records);
  return records.length;
}

/** The dead letters with a passing reason, by repository. */
async function failedRepositories(engine: Engine, log: SqliteLog): Promise<Map<string, Failed>> {
  const failed = new Map<string, Failed>();
  for (const topic of topicNames) {
    const name = physicalTopic(engine.run.dataset, deadLetterTopic(topic));
    await forEachRecord(log, name, async (record) => {
      const { envelope, body } = await plainWire.decodeDeadLetter(topic, record.value);
      if (!mayPass(body.reason as ErrorCode)) return;
      const { key } = record;
      const of = failed.get(key) ?? { letters: [], drops: [] };
      failed.set(key, of);
      const { id, sourceSequence: sequence } = envelope;
      // A record may have several dead letters: it is tried again once, and all of them go.
      const known = of.letters.findIndex((letter) => letter.id === id);
      const letter = { id, topic, key, body, place: record, sequence };
      if (known < 0) of.letters.push(letter);
      else of.drops.push({ place: record, reversible: true });
    });
  }
  return failed;
}

async function findDrops(
  engine: Engine,
  log: SqliteLog,
  failed: ReadonlyMap<string, Failed>,
): Promise<void> {
  const { dropped } = lifecycle;
  await forEachRecord(log, physicalTopic(engine.run.dataset, dropped), async (record) => {
    const of = failed.get(record.key);
    if (of === undefined) return;
    const { body } = await engine.codec.decode(dropped, record.value);
    const reason = body.reason as ErrorCode;
    // A file is marked as failed only for a passing reason.
    of.drops.push({ place: record, reversible: reason === 'FILE_FAILED' || mayPass(reason) });
  });
}
