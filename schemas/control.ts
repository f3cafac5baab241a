/**
 * Records of a data set's control topic, with which people command a running cluster. They are few
 * and JSON. The key is the stage, dead letter or source; the last record of a key counts. Every
 * process reads the whole topic.
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
    /** The dead letter's offset. A later dead letter with the same id is a new one. */
    offset: z.int().nonnegative(),
    /** How often this dead letter was put back, this time included. */
    retries: z.int().nonnegative().default(0),
  }),
  /** A source that a live data set reads too, with the whole path where it is a local one. */
  z.strictObject({ about: z.literal('source'), source: z.string().min(1).max(10_000) }),
]);

export type ControlRecord = z.infer<typeof controlRecordSchema>;

export function controlKey(record: ControlRecord): string {
  if (record.about === 'source') return `source ${record.source}`;
  return record.about === 'stage' ? `stage ${record.stage}` : `dead-letter ${record.id}`;
}
