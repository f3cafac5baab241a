/** Asks the server. What it refuses becomes an error with its code. */
import type { ApiError, Problem } from '../../api.ts';
import type { Parameters } from './route.ts';

export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

export async function ask<Answer>(question: string, parameters: Parameters = {}): Promise<Answer> {
  const query = new URLSearchParams(parameters).toString();
  let response: Response;
  try {
    response = await fetch(`/api/${question}${query === '' ? '' : `?${query}`}`);
  } catch {
    const message = 'The server does not answer: `backstory ui` may have been stopped.';
    throw new Refused({ code: 'GONE', message, subject: null });
  }
  const answer: unknown = await response.json();
  if (response.ok) return answer as Answer;
  throw new Refused((answer as ApiError).error);
}
