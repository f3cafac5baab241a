/**
 * `marks.jsonl`, beside an output: what people say of steps of its trajectories, a JSON object a
 * line. Lines are only ever added; of several about one step the last counts. Nothing else reads
 * it: it says nothing about bytes.
 */
import { z } from 'zod';
import { type SegmentKind, segmentKinds } from './trajectory-text.ts';
import { noteCharactersMax, verdicts } from './verdicts.ts';

const count = z.int().nonnegative();

export const markSchema = z.strictObject({
  format: z.literal(1),
  sampleId: z.string().min(1).max(200),
  /** Place of the step in its document, from 0. */
  segment: count,
  /** Null takes an earlier mark back. */
  verdict: z.enum(verdicts).nullable(),
  note: z.string().max(noteCharactersMax),
  /** Milliseconds since 1970. */
  atMs: count,
  /** What the step is, for those who read the file without the output. */
  name: z.string().max(1_000),
  path: z.string().max(10_000).nullable(),
  kind: z.enum(Object.keys(segmentKinds) as [SegmentKind, ...SegmentKind[]]),
  /** SHA-256 of the step's text: another data set may hold the same step. */
  textSha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Mark = z.infer<typeof markSchema>;

export const marksName = 'marks.jsonl';
