/** The errors of a check. Each says what is wrong; the caller adds the shard or sample. */
import { type ErrorCode, PipelineError } from '../../runtime/errors.ts';
import { OutputDamage } from '../damage.ts';

/** The place of a difference in a document: a token, or a byte of its text. */
export type DocumentPlace = { readonly token: number } | { readonly byte: number };

/** Thrown where an output is not as it must be. */
export class Difference extends Error {
  /** Null if the difference is not at one place of a document. */
  readonly at: DocumentPlace | null;

  constructor(message: string, at: DocumentPlace | null = null, cause?: unknown) {
    super(message, { cause });
    this.at = at;
  }
}

/** A difference in some packs; the message names all of them. */
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

/** Errors of the store in which an output lies: they say nothing about the output itself. */
const ofThePlace: ReadonlySet<ErrorCode> = new Set([
  'STORE_UNAVAILABLE',
  'STORE_UNSUITABLE',
  'DISK_FULL',
]);

/** The finding in an error; null if it says nothing about the output: a store error or a bug. */
export function findingOf(error: unknown): string | null {
  if (error instanceof PipelineError && ofThePlace.has(error.code)) return null;
  if (error instanceof OutputDamage) return error.finding;
  return error instanceof Difference || error instanceof PipelineError ? error.message : null;
}
