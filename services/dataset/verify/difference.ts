/** What a check found: a sentence about a shard or sample. The caller adds which one. */
import { PipelineError } from '../../runtime/errors.ts';
import { OutputDamage } from '../damage.ts';

/** An output is not as it must be; the caller adds the shard or sample. */
export class Difference extends Error {}

export function mustHold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Difference(otherwise);
}

/** The finding in an error; null if the error is a bug of ours and says nothing of the output. */
export function findingOf(error: unknown): string | null {
  if (error instanceof OutputDamage) return error.finding;
  return error instanceof Difference || error instanceof PipelineError ? error.message : null;
}
