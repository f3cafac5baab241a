/**
 * What a stage does without: an answer that a teacher refuses, or gives in no usable form. That
 * costs the answer alone, never the repository; any other failure is the runtime's.
 */
import type { Usage } from '../../schemas/generated/types.ts';
import type { Answer } from '../ports/teacher.ts';
import { noUsage } from '../ports/usage.ts';
import { type ErrorCode, PipelineError } from './errors.ts';

/** Failures of one answer that asking again would not mend. */
const lasting: ReadonlySet<ErrorCode> = new Set([
  'TEACHER_REFUSED',
  'TEACHER_ANSWER_INVALID',
  'TEACHER_UNGROUNDED',
]);

export function isLasting(error: unknown): error is PipelineError {
  return error instanceof PipelineError && lasting.has(error.code);
}

export interface GivenUp {
  /** Code and message. */
  readonly reason: string;
  /** What was paid for in vain. */
  readonly usage: Usage;
}

export async function askOrGiveUp<Value>(
  ask: () => Promise<Answer<Value>>,
): Promise<Answer<Value> | GivenUp> {
  try {
    return await ask();
  } catch (error) {
    if (!isLasting(error)) throw error;
    return { reason: `${error.code}: ${error.message}`, usage: error.usage ?? noUsage };
  }
}
