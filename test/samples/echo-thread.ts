/** A thread for tests of the pool: answers with what it knows of itself, fails or dies as told. */
import { threadId, workerData } from 'node:worker_threads';
import { PipelineError } from '../../services/runtime/errors.ts';
import { answerQuestions } from '../../services/runtime/thread.ts';

export type EchoQuestion =
  | { readonly kind: 'echo'; readonly text: string; readonly ms?: number }
  | { readonly kind: 'fail'; readonly coded: boolean }
  | { readonly kind: 'die'; readonly by: 'exit' | 'error' };

export interface Echo {
  readonly text: string;
  readonly greeting: string;
  readonly thread: number;
}

answerQuestions(async (question: EchoQuestion): Promise<Echo> => {
  if (question.kind === 'die') {
    if (question.by === 'exit') process.exit(7);
    setImmediate(() => {
      throw new Error('thrown beside an answer');
    });
    return new Promise(() => {});
  }
  if (question.kind === 'fail') {
    if (!question.coded) throw new TypeError('our bug');
    throw new PipelineError('TOKENIZER_UNSUPPORTED', 'not this one', { subject: 'a file' });
  }
  if (question.ms !== undefined) await new Promise((resolve) => setTimeout(resolve, question.ms));
  return { text: question.text, greeting: (workerData as Greeting).greeting, thread: threadId };
});

interface Greeting {
  readonly greeting: string;
}
