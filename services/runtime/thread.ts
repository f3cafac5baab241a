/** Runs inside a thread of a pool: answers questions one after the other, and reports failures. */
import { parentPort, type Transferable } from 'node:worker_threads';
import { type ErrorCode, PipelineError } from './errors.ts';

export type Reply<Answer> = { readonly answer: Answer } | { readonly failure: Failure };

export interface Failure {
  /** Null when the error is our bug. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly subject: string | undefined;
  readonly stack: string | undefined;
}

/**
 * Called once by the module that a pool runs. `moved` lists the parts of an answer that are
 * transferred instead of copied.
 */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
  moved: (answer: Answer) => readonly Transferable[] = () => [],
): void {
  const reply = async (question: Question) => {
    try {
      const given = await answer(question);
      parentPort?.postMessage({ answer: given } satisfies Reply<Answer>, moved(given));
    } catch (error) {
      parentPort?.postMessage({ failure: failureOf(error) } satisfies Reply<Answer>);
    }
  };
  parentPort?.on('message', (question: Question) => void reply(question));
}

function failureOf(error: unknown): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof PipelineError)) return { code: null, message, subject: undefined, stack };
  return { code: error.code, message, subject: error.subject, stack };
}
