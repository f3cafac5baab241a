/** A failure as the page shows it. An error without a code is our bug; no stack leaves. Pure. */
import { PipelineError } from '../../runtime/errors.ts';
import type { Problem } from '../api.ts';

export function problemOf(error: unknown): Problem {
  if (error instanceof PipelineError) {
    return { code: error.code, message: error.message, subject: error.subject ?? null };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message, subject: null };
}
