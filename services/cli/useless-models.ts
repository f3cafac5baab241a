/**
 * Tells whether a model endpoint spoilt a whole run: it gave no answer of use, or cost every
 * repository. Each single failure is an accepted loss; all of them together are an error. Pure.
 */
import type { RunSummary } from '../registry.ts';
import { type ErrorCode, PipelineError } from '../runtime/errors.ts';

/** Codes that say that a teacher or a scorer did not do its part. */
const modelCode =
  /\b(?:TEACHER_(?:UNAVAILABLE|ANSWER_INVALID|UNGROUNDED|REFUSED)|SCORER_UNAVAILABLE)\b/;

export function modelFailureOf({
  repositories: { written, dropped },
  lacks,
  thoughts,
}: Pick<RunSummary, 'lacks' | 'thoughts'> & {
  readonly repositories: Pick<RunSummary['repositories'], 'written' | 'dropped'>;
}): PipelineError | null {
  if (written === 0) {
    const causes = dropped.map(({ reason, detail }) => `${reason}: ${detail}`);
    const advice = 'mend the endpoint and repeat the command';
    return causes.every(isOfModel) ? failure('no repository was written', causes, advice) : null;
  }
  // What a server refuses for good is remembered with the output, and not asked again.
  const advice = 'mend the endpoint and choose another --out';
  const causes = lacks.map(({ reason }) => reason).filter(isOfModel);
  return thoughts === 0 ? failure('no file was written with a thought', causes, advice) : null;
}

function isOfModel(cause: string): boolean {
  return modelCode.test(cause);
}

function failure(what: string, causes: readonly string[], advice: string): PipelineError | null {
  const [first] = causes;
  const code = modelCode.exec(first ?? '')?.[0];
  if (first === undefined || code === undefined) return null;
  const message = `${what}, and the model is the cause, ${causes.length} times; the first: ${first}; ${advice}`;
  return new PipelineError(code as ErrorCode, message, {
    subject: code.startsWith('SCORER') ? 'scorer' : 'teacher',
  });
}
