/** What a check found: a sentence about a shard or sample. The caller adds which one. */
import { type ErrorCode, PipelineError } from '../../runtime/errors.ts';
import { OutputDamage } from '../damage.ts';

/** Where in a document a difference is: at a token, or at a byte of its text. */
export type DocumentPlace = { readonly token: number } | { readonly byte: number };

/** An output is not as it must be; the caller adds the shard or sample. */
export class Difference extends Error {
  /** Null where the check looks at a document as a whole. */
  readonly at: DocumentPlace | null;

  constructor(message: string, at: DocumentPlace | null = null, cause?: unknown) {
    super(message, { cause });
    this.at = at;
  }
}

/** A difference in these packs, of which the first one is named. */
export class PackDifference extends Difference {
  readonly packs: readonly number[];

  constructor(message: string, packs: readonly number[], cause?: unknown) {
    super(`${packs.length === 1 ? 'pack' : 'packs'} ${packs.join(', ')}: ${message}`, null, cause);
    this.packs = packs;
  }
}

export function mustHold(
  condition: boolean,
  otherwise: string,
  at: DocumentPlace | null = null,
): asserts condition {
  if (!condition) throw new Difference(otherwise, at);
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
