/**
 * The checks of `doctor --cluster` on the servers of a data set; a problem names its remedy. They
 * only read: a topic, subject, bucket or folder that is missing stays missing.
 */
import type { ResolvedValues } from '../../../registry.ts';
import { describeSkew, skewMsMax, timeOfDayMs } from '../../../runtime/clock.ts';
import { openLedger } from '../../../runtime/coordination/ledger.ts';
import { openRedisCoordination } from '../../../runtime/coordination/redis.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import type { CommandContext } from '../../context.ts';
import { openRegistry } from '../../open/connections.ts';
import type { Finding } from './finding.ts';
import { checkGroups, checkLog, checkSettings, checkTopics } from './kafka.ts';
import { checkSchemas } from './schemas.ts';
import { checkStore, withNamedStore } from './store.ts';

export type Check = [name: string, check: () => Promise<Omit<Finding, 'name'>>];

export function clusterChecks(
  context: CommandContext,
  values: ResolvedValues,
  out: string,
): Check[] {
  const withStore = <Result>(use: (store: ObjectStore) => Promise<Result>) =>
    withNamedStore(context, values, out, use);
  return [
    ['kafka', () => checkTopics(context, values)],
    ['retention', () => checkSettings(context, values)],
    ['log', () => withStore((store) => checkLog(context, values, store))],
    ['groups', () => checkGroups(context, values)],
    ['registry', () => checkSchemas(context, values)],
    ['clock', () => checkClock(context, values)],
    ['redis', () => withStore((store) => checkRedis(context, values, store))],
    ['store', () => withStore((store) => checkStore(store, values.runtime.dataset))],
  ];
}

async function checkClock(context: CommandContext, values: ResolvedValues) {
  const registry = openRegistry(context, values);
  const theirMs = await registry.timeMs();
  if (theirMs === null) return { detail: 'the registry does not tell its time', problem: null };
  const apartMs = Math.abs(theirMs - timeOfDayMs());
  const detail = `within ${Math.ceil(apartMs / 1000)} s of the registry's`;
  if (apartMs <= skewMsMax) return { detail, problem: null };
  return { detail, problem: describeSkew(`the registry at ${registry.url}`, theirMs) };
}

async function checkRedis(context: CommandContext, values: ResolvedValues, store: ObjectStore) {
  const settings = values.redis;
  if (settings.url === '') {
    return { detail: 'none: every process counts its own calls and money', problem: null };
  }
  const coordination = await openRedisCoordination({
    settings,
    password: context.environment.REDIS_PASSWORD,
    dataset: values.runtime.dataset,
    processId: 'doctor',
    ledger: openLedger(store, 'doctor'),
  });
  try {
    return { detail: settings.url, problem: await coordination.check() };
  } finally {
    await coordination.close();
  }
}
