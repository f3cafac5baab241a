/** What a check found: a sentence about a shard or sample that whoever reports it names. */
import { PipelineError } from '../../runtime/errors.ts';
import { OutputDamage } from '../damage.ts';

/** A difference; the caller says in which output and sample. */
export class Difference extends Error {}

export function mustHold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Difference(otherwise);
}

/** What an error says about the output; null where it says nothing and is a bug of ours. */
export function findingOf(error: unknown): string | null {
  if (error instanceof OutputDamage) return error.finding;
  return error instanceof Difference || error instanceof PipelineError ? error.message : null;
}
