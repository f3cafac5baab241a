/**
 * All stages and all knobs of the program, in dataflow order. Besides the commands this is the
 * only place that knows every stage; adding one is a folder, a topology line and a line here.
 */

import { kafkaKnobs } from './runtime/bus/kafka/config.ts';
import { runtimeKnobs } from './runtime/config/knobs.ts';
import type { SectionValues } from './runtime/config/resolve.ts';
import { redisKnobs } from './runtime/coordination/config.ts';
import { schemaRegistryKnobs } from './runtime/records/config.ts';
import type { AnyStage } from './runtime/stage.ts';
import { storageKnobs } from './runtime/store/objects/config.ts';
import { scorerKnobs } from './scorer/config.ts';
import { admitKnobs } from './stages/admit/config.ts';
import { admit } from './stages/admit/stage.ts';
import { discoverKnobs } from './stages/discover/config.ts';
import { discover } from './stages/discover/stage.ts';
import { extractKnobs } from './stages/extract/config.ts';
import { extract } from './stages/extract/stage.ts';
import { flattenKnobs } from './stages/flatten/config.ts';
import { flatten } from './stages/flatten/stage.ts';
import { planKnobs } from './stages/plan/config.ts';
import { plan } from './stages/plan/stage.ts';
import { searchKnobs } from './stages/search/config.ts';
import { search } from './stages/search/stage.ts';
import { simulateKnobs } from './stages/simulate/config.ts';
import { simulate } from './stages/simulate/stage.ts';
import { sinkKnobs } from './stages/sink/config.ts';
import { sink } from './stages/sink/stage.ts';
import { teacherKnobs } from './teacher/config.ts';

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
  discover: discoverKnobs,
  admit: admitKnobs,
  extract: extractKnobs,
  plan: planKnobs,
  simulate: simulateKnobs,
  search: searchKnobs,
  flatten: flattenKnobs,
  sink: sinkKnobs,
  teacher: teacherKnobs,
  scorer: scorerKnobs,
  runtime: runtimeKnobs,
  // Where a cluster's servers are; a run on one machine uses none of them.
  kafka: kafkaKnobs,
  schemaRegistry: schemaRegistryKnobs,
  redis: redisKnobs,
  storage: storageKnobs,
};

export type ResolvedValues = SectionValues<typeof sections>;
