/**
 * Records of a data set's control topic: what people told a running cluster. JSON, few, and keyed
 * by what they are about, so that the last of a key counts. Every process reads it whole.
 */
import { z } from 'zod';
import { type StageName, stageNames } from './topology.ts';

const stage = z.enum(stageNames as readonly [StageName, ...StageName[]]);

export const controlRecordSchema = z.discriminatedUnion('about', [
  z.strictObject({ about: z.literal('stage'), stage, paused: z.boolean() }),
  z.strictObject({
    about: z.literal('dead-letter'),
    id: z.string(),
    action: z.enum(['retried', 'dropped']),
    /** Where it lay: one that comes later under the same id is a new one. */
    offset: z.int().nonnegative(),
    /** How often this one was put back, this time included. */
    retries: z.int().nonnegative().default(0),
  }),
]);

export type ControlRecord = z.infer<typeof controlRecordSchema>;

export function controlKey(record: ControlRecord): string {
  return record.about === 'stage' ? `stage ${record.stage}` : `dead-letter ${record.id}`;
}
