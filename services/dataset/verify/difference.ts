/** What a check found: a sentence about a shard or sample. The caller adds which one. */
import { type ErrorCode, PipelineError } from '../../runtime/errors.ts';
import { OutputDamage } from '../damage.ts';

/** An output is not as it must be; the caller adds the shard or sample. */
export class Difference extends Error {}

export function mustHold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Difference(otherwise);
}

/** Errors of the place where an output lies: they say nothing of the output itself. */
const ofThePlace: ReadonlySet<ErrorCode> = new Set([
  'STORE_UNAVAILABLE',
  'STORE_UNSUITABLE',
  'DISK_FULL',
]);

/** The finding in an error; null if the error says nothing of the output: the store's, or a bug. */
export function findingOf(error: unknown): string | null {
  if (error instanceof PipelineError && ofThePlace.has(error.code)) return null;
  if (error instanceof OutputDamage) return error.finding;
  return error instanceof Difference || error instanceof PipelineError ? error.message : null;
}
