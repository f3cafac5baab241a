/**
 * All stages and all knobs of the program, in dataflow order. Besides the commands this is the
 * only place that knows every stage; adding one is a folder, a topology line and a line here.
 */

import { kafkaConfiguration } from './runtime/bus/kafka/config.ts';
import { configuration as runtimeConfiguration } from './runtime/config/knobs.ts';
import type { SectionValues } from './runtime/config/resolve.ts';
import { configuration as redisConfiguration } from './runtime/coordination/config.ts';
import { configuration as schemaRegistryConfiguration } from './runtime/records/config.ts';
import type { AnyStage } from './runtime/stage.ts';
import { configuration as storageConfiguration } from './runtime/store/objects/config.ts';
import { configuration as scorerConfiguration } from './scorer/config.ts';
import { configuration as admitConfiguration } from './stages/admit/config.ts';
import { admit } from './stages/admit/stage.ts';
import { configuration as discoverConfiguration } from './stages/discover/config.ts';
import { discover } from './stages/discover/stage.ts';
import { configuration as extractConfiguration } from './stages/extract/config.ts';
import { extract } from './stages/extract/stage.ts';
import { configuration as flattenConfiguration } from './stages/flatten/config.ts';
import { flatten } from './stages/flatten/stage.ts';
import { configuration as planConfiguration } from './stages/plan/config.ts';
import { plan } from './stages/plan/stage.ts';
import { configuration as searchConfiguration } from './stages/search/config.ts';
import { search } from './stages/search/stage.ts';
import { configuration as simulateConfiguration } from './stages/simulate/config.ts';
import { simulate } from './stages/simulate/stage.ts';
import { configuration as sinkConfiguration } from './stages/sink/config.ts';
import { sink } from './stages/sink/stage.ts';
import { configuration as teacherConfiguration } from './teacher/config.ts';

export const stages: readonly AnyStage[] = [
  discover,
  admit,
  extract,
  plan,
  simulate,
  search,
  flatten,
  sink,
];

/** The Zod object behind each section of backstory.yaml. */
export const sections = {
  discover: discoverConfiguration,
  admit: admitConfiguration,
  extract: extractConfiguration,
  plan: planConfiguration,
  simulate: simulateConfiguration,
  search: searchConfiguration,
  flatten: flattenConfiguration,
  sink: sinkConfiguration,
  teacher: teacherConfiguration,
  scorer: scorerConfiguration,
  runtime: runtimeConfiguration,
  // Where a cluster's servers are; a run on one machine uses none of them.
  kafka: kafkaConfiguration,
  registry: schemaRegistryConfiguration,
  redis: redisConfiguration,
  storage: storageConfiguration,
};

export type ResolvedValues = SectionValues<typeof sections>;
