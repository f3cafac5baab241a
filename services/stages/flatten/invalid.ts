/** The error of parts that make no trajectory: a bug or damage in an earlier stage. */
import { PipelineError } from '../../runtime/errors.ts';

export function invalid(subject: string, what: string): PipelineError {
  return new PipelineError('RECORD_INVALID', `${subject} cannot be flattened: ${what}`, {
    subject,
  });
}
