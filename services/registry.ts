/**
 * All stages and all knobs of the program, in dataflow order. Besides the commands this is the
 * only place that knows every stage; adding one is a folder, a topology line and a line here.
 */
import { configuration as admitConfiguration } from './admit/config.ts';
import { admit } from './admit/stage.ts';
import { configuration as discoverConfiguration } from './discover/config.ts';
import { discover } from './discover/stage.ts';
import { configuration as extractConfiguration } from './extract/config.ts';
import { extract } from './extract/stage.ts';
import { configuration as flattenConfiguration } from './flatten/config.ts';
import { flatten } from './flatten/stage.ts';
import { configuration as planConfiguration } from './plan/config.ts';
import { plan } from './plan/stage.ts';
import type { SectionValues } from './runtime/config.ts';
import { configuration as runtimeConfiguration } from './runtime/configuration.ts';
import { configuration as redisConfiguration } from './runtime/coordination/config.ts';
import { kafkaConfiguration } from './runtime/kafka/config.ts';
import { configuration as storageConfiguration } from './runtime/objects/config.ts';
import { configuration as schemaRegistryConfiguration } from './runtime/registry-config.ts';
import type { AnyStage } from './runtime/stage.ts';
import { configuration as scorerConfiguration } from './scorer/config.ts';
import { configuration as searchConfiguration } from './search/config.ts';
import { search } from './search/stage.ts';
import { configuration as simulateConfiguration } from './simulate/config.ts';
import { simulate } from './simulate/stage.ts';
import { configuration as sinkConfiguration } from './sink/config.ts';
import { sink } from './sink/stage.ts';
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
