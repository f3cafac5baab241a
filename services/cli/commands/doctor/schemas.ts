/** The doctor's check of the registry: every subject, its latest schema, its compatibility. */
import type { ResolvedValues } from '../../../registry.ts';
import { readingLevels } from '../../../runtime/records/schema-registry.ts';
import { subjectsOf, unreadableLatest } from '../../../runtime/records/wire-confluent.ts';
import type { CommandContext } from '../../context.ts';
import { openRegistry } from '../../open/connections.ts';
import { joined, lacking } from './finding.ts';

export async function checkSchemas(context: CommandContext, values: ResolvedValues) {
  const registry = openRegistry(context, values);
  const { dataset } = values.runtime;
  const missing: string[] = [];
  const foreign: string[] = [];
  const loose: string[] = [];
  const asked = subjectsOf(dataset).map(async (each) => {
    const [latest, id, level] = await Promise.all([
      registry.latest(each.subject),
      registry.idOf(each.subject, each.schema),
      registry.levelOf(each.subject),
    ]);
    return { each, latest, id, level };
  });
  for (const { each, latest, id, level } of await Promise.all(asked)) {
    const { subject } = each;
    if (latest === null || id === null) missing.push(subject);
    if (latest === null) continue;
    const problem = unreadableLatest(each, latest);
    if (problem !== null) foreign.push(problem);
    if (level !== null && !readingLevels.includes(level)) loose.push(`${subject} is ${level}`);
  }
  const others = loose.length > 1 ? ` (and ${loose.length - 1} more)` : '';
  const level =
    loose.length === 0
      ? null
      : `compatibility of ${loose[0]}${others}, not BACKWARD: a schema that this program cannot read would be accepted; run \`backstory topics apply --dataset ${dataset}\``;
  const problem = joined([...foreign, lacking('subject', missing, dataset), level]);
  const detail = loose.length === 0 ? `${registry.url}, compatibility BACKWARD` : registry.url;
  return { detail, problem };
}
