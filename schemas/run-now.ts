/**
 * `log/now.json`: what an embedded run is doing, for those who watch it. The run replaces it every
 * two seconds and leaves it at its end. Nothing is computed from it: who reads it reads a copy of
 * what was true at `atMs`.
 */
import { z } from 'zod';
import { type StageName, stageNames, type TopicName, topicNames } from './topology.ts';

const count = z.int().nonnegative();
const text = z.string().max(10_000);
const stage = z.enum(stageNames as readonly [StageName, ...StageName[]]);
const topic = z.enum(topicNames as readonly [TopicName, ...TopicName[]]);

/** A stage by its topics and commits; `waiting` is null for one that reads no topic. */
export const stageFlowSchema = z.strictObject({
  stage,
  /** Records that are there and not done, those in work among them. */
  waiting: count.nullable(),
  done: count,
});

export const topicFlowSchema = z.strictObject({ topic, records: count, dead: count });

export const endpointSchema = z.strictObject({
  name: text,
  underWay: count,
  atOnceMax: count,
  resting: z.boolean(),
});

export const letterSchema = z.strictObject({
  id: text,
  topic,
  stage: text,
  /** The repository. */
  key: text,
  reason: text,
  detail: text,
  attempts: count,
});

export const runNowSchema = z.strictObject({
  format: z.literal(1),
  runId: text,
  /** A killed run stays `running`; `atMs` then no longer moves. */
  state: z.enum(['running', 'ended', 'stopped']),
  /** Milliseconds since 1970. */
  atMs: count,
  stages: z.array(
    stageFlowSchema.extend({
      inFlight: count,
      /** Records handled since this process began, by how they ended. */
      ended: z.record(z.string(), count),
      /** Milliseconds inside handlers since this process began, summed over concurrent ones. */
      busyMs: z.number().nonnegative(),
    }),
  ),
  topics: z.array(topicFlowSchema),
  endpoints: z.array(endpointSchema),
  /** Null where no calls are paid for. */
  spending: z
    .strictObject({
      calls: count,
      callsMax: z.number().nonnegative(),
      microDollars: z.number().nonnegative(),
      microDollarsMax: z.number().nonnegative(),
    })
    .nullable(),
  /** The last ones. */
  letters: z.array(letterSchema),
});

export type StageFlow = z.infer<typeof stageFlowSchema>;
export type TopicFlow = z.infer<typeof topicFlowSchema>;
export type RunNow = z.infer<typeof runNowSchema>;
export type LetterNow = z.infer<typeof letterSchema>;

/** Below the output folder. */
export const runNowPath = 'log/now.json';
