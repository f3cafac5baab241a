/**
 * What the page may change, where it was started with that right. Each change comes as JSON, in the
 * form that stands here; nothing of it becomes a path of the file system.
 */
import { z } from 'zod';
import { noteCharactersMax, verdicts } from '../../../schemas/verdicts.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { letterActs } from '../live/view.ts';
import { id, refused, type Shown } from './answers.ts';

export type Change = (body: unknown) => Promise<unknown>;

/** Bytes of a change at most. */
export const changeBytesMax = 64 * 1024;

export function createChanges(shown: readonly Shown[]): ReadonlyMap<string, Change> {
  const out = z
    .int()
    .min(0)
    .max(shown.length - 1);
  const about = <Shape extends z.ZodRawShape>(
    shape: Shape,
    change: (one: Shown, values: z.infer<z.ZodObject<Shape>>) => Promise<unknown>,
  ): Change => {
    const form = z.strictObject({ out, ...shape });
    return async (body) => {
      const parsed = form.safeParse(body);
      if (!parsed.success) throw refused(parsed.error);
      const values = parsed.data as z.infer<z.ZodObject<Shape>> & { out: number };
      return change(shown[values.out] as Shown, values);
    };
  };
  return new Map<string, Change>([
    ['letters', about(letterShape, actOnLetters)],
    ['marks', about(markShape, ({ marked }, step) => marked.add(step))],
  ]);
}

const letterShape = {
  what: z.enum(letterActs),
  ids: z.array(id).min(1).max(500),
  /** The cause is gone: retries beyond the limit are allowed. */
  mended: z.boolean(),
};

const markShape = {
  id,
  segment: z.int().min(0),
  /** Null takes an earlier mark back. */
  verdict: z.enum(verdicts).nullable(),
  note: z.string().max(noteCharactersMax),
};

async function actOnLetters(
  { live }: Shown,
  { what, ids, mended }: z.infer<z.ZodObject<typeof letterShape>>,
) {
  if (live.act !== undefined) return { handled: await live.act(what, ids, mended) };
  throw new PipelineError(
    'USAGE',
    'here only the same `backstory run` command tries dead letters again; nothing was changed',
  );
}
