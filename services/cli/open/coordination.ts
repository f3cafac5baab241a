/**
 * How the processes of a data set that pay for answers keep to one budget: through Redis if
 * redis.url is set. Otherwise each process counts for itself, and a warning says so, because a
 * limit then holds per process.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type StageName, talkTo } from '../../../schemas/topology.ts';
import type { ResolvedValues } from '../../registry.ts';
import type { Coordination } from '../../runtime/coordination/coordination.ts';
import { openLedger } from '../../runtime/coordination/ledger.ts';
import { openLocalCoordination } from '../../runtime/coordination/local.ts';
import { openRedisCoordination } from '../../runtime/coordination/redis.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { teachers } from '../../teacher/open.ts';
import type { CommandContext } from '../context.ts';

export interface CoordinationPlace {
  /** The stages of this process. */
  readonly names: readonly StageName[];
  /** The store that all processes of the data set share; it holds the ledger of spending. */
  readonly objects: ObjectStore;
  readonly log: Logger;
}

export async function openCoordination(
  context: CommandContext,
  values: ResolvedValues,
  { names, objects, log }: CoordinationPlace,
): Promise<Coordination> {
  const { redis: settings, runtime, teacher } = values;
  const pays = talkTo(names, 'teacher') && runtime.memo !== 'only' && teachers[teacher.kind].pays;
  if (!pays) return openLocalCoordination();
  if (settings.url === '') {
    log.warn(
      'redis.url is empty: teacher.callsMax, teacher.dollarsMax and teacher.callsPerMinute hold for each process alone, and two processes may pay for one answer',
    );
    return openLocalCoordination();
  }
  const processId = randomUUID();
  let gone = false;
  return openRedisCoordination({
    settings,
    password: context.environment.REDIS_PASSWORD,
    dataset: runtime.dataset,
    processId,
    ledger: openLedger(objects, processId),
    onChange: (available, why) => {
      if (available && gone) log.warn({ redis: settings.url }, 'redis answers again');
      gone = !available;
      if (gone)
        log.warn({ redis: settings.url, why }, 'redis is gone: paid calls wait until it is back');
    },
  });
}
