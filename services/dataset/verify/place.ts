/** Adds to the finding of a check the file in which the difference lies. */
import { PipelineError } from '../../runtime/errors.ts';
import { OutputDamage } from '../damage.ts';
import { Difference, findingOf } from './difference.ts';

/**
 * Runs a check and puts a file before its finding: the file that the error names, or else `place`.
 * Damage that a reader finds counts as a difference.
 */
export async function checkIn<Result>(
  place: string,
  check: () => Promise<Result>,
): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    const finding = findingOf(error);
    if (finding === null) throw error;
    const where = fileOf(error) ?? place;
    const what = finding.startsWith(`${where} `)
      ? `it ${finding.slice(where.length + 1)}`
      : finding;
    throw new PipelineError('VERIFY_FAILED', `${where}: ${what}`, { subject: where, cause: error });
  }
}

function fileOf(error: unknown): string | null {
  if (error instanceof MisplacedDifference) return error.path;
  const subject = error instanceof OutputDamage ? (error.subject ?? '') : '';
  return subject.includes('/') ? subject : null;
}

/** A difference in another file than the one that is being checked. */
export class MisplacedDifference extends Difference {
  readonly path: string;

  constructor(path: string, message: string, cause?: unknown) {
    super(message, null, cause);
    this.path = path;
  }
}
