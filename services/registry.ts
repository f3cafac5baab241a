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
import type { SummaryOf } from './runtime/watch/progress.ts';
import { scorerKnobs } from './scorer/config.ts';
import { admit } from './stages/admit/stage.ts';
import { discover } from './stages/discover/stage.ts';
import { extract } from './stages/extract/stage.ts';
import { flatten } from './stages/flatten/stage.ts';
import { plan } from './stages/plan/stage.ts';
import { search } from './stages/search/stage.ts';
import { simulate } from './stages/simulate/stage.ts';
import { sink } from './stages/sink/stage.ts';
import { teacherKnobs } from './teacher/config.ts';

export const stages = [
  discover,
  admit,
  extract,
  plan,
  simulate,
  search,
  flatten,
  sink,
] as const satisfies readonly AnyStage[];

type Stages = typeof stages;

/** Each stage brings the section of its name. */
const stageSections = Object.fromEntries(stages.map(({ name, config }) => [name, config])) as {
  readonly [Stage in Stages[number] as Stage['name']]: Stage['config'];
};

/** The Zod object behind each section of backstory.yaml. */
export const sections = {
  ...stageSections,
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

/** What a run of all stages tells at its end. */
export type RunSummary = SummaryOf<Stages>;
