/** The checks of `doctor --cluster` on the servers of a data set; a problem names its remedy. */
import { resolve } from 'node:path';
import type { ResolvedValues } from '../../../registry.ts';
import { openLedger } from '../../../runtime/coordination/ledger.ts';
import { openRedisCoordination } from '../../../runtime/coordination/redis.ts';
import { clusterTopics } from '../../../runtime/engine/open-engine.ts';
import { subjectsOf } from '../../../runtime/records/wire-confluent.ts';
import { openObjects } from '../../../runtime/store/objects/open.ts';
import type { CommandContext } from '../../context.ts';
import { openRegistry, withBus } from '../../open/connections.ts';
import { partitionsOf } from '../topics-apply.ts';
import type { Finding } from './finding.ts';

type Check = [name: string, check: () => Promise<Omit<Finding, 'name'>>];

export function clusterChecks(
  context: CommandContext,
  values: ResolvedValues,
  outputFolder: string,
): Check[] {
  return [
    ['kafka', () => checkTopics(context, values)],
    ['registry', () => checkSchemas(context, values)],
    ['redis', () => checkRedis(context, values, outputFolder)],
    ['store', () => checkStore(values, outputFolder)],
  ];
}

async function checkTopics(context: CommandContext, values: ResolvedValues) {
  const { dataset } = values.runtime;
  const detail = `${values.kafka.brokers}, data set ${dataset}`;
  const missing = await withBus(context, values, async (bus) => {
    const names: string[] = [];
    for (const { name } of clusterTopics(dataset)) {
      if ((await partitionsOf(bus, name)) === null) names.push(name);
    }
    return names;
  });
  return { detail, problem: lacking('topic', missing, dataset) };
}

async function checkSchemas(context: CommandContext, values: ResolvedValues) {
  const registry = openRegistry(context, values);
  const missing: string[] = [];
  const { dataset } = values.runtime;
  for (const { subject, schema } of subjectsOf(dataset)) {
    if ((await registry.idOf(subject, schema)) === null) missing.push(subject);
  }
  return { detail: registry.url, problem: lacking('subject', missing, dataset) };
}

function lacking(what: string, names: readonly string[], dataset: string): string | null {
  const [first] = names;
  if (first === undefined) return null;
  const others = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return `${what} ${first}${others} missing: run \`backstory topics apply --dataset ${dataset}\``;
}

async function checkRedis(context: CommandContext, values: ResolvedValues, outputFolder: string) {
  const settings = values.redis;
  if (settings.url === '') {
    return { detail: 'none: every process counts its own calls and money', problem: null };
  }
  const objects = await openObjects({ settings: values.storage, folder: outputFolder });
  const coordination = await openRedisCoordination({
    settings,
    password: context.environment.REDIS_PASSWORD,
    dataset: values.runtime.dataset,
    processId: 'doctor',
    ledger: openLedger(objects, 'doctor'),
  });
  try {
    return { detail: settings.url, problem: await coordination.check() };
  } finally {
    await coordination.close();
    await objects.close();
  }
}

async function checkStore(values: ResolvedValues, outputFolder: string) {
  const objects = await openObjects({ settings: values.storage, folder: resolve(outputFolder) });
  try {
    return { detail: objects.place, problem: await objects.check() };
  } finally {
    await objects.close();
  }
}
