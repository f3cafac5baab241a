/** Asks the server. What it refuses becomes an error with its code. */
import type { ApiError } from '../../api.ts';
import { askCopy, isCopy } from './copy.ts';
import { Refused } from './refused.ts';
import type { Parameters } from './route.ts';

export function ask<Answer>(question: string, parameters: Parameters = {}): Promise<Answer> {
  if (isCopy) return askCopy(question, parameters) as Promise<Answer>;
  const query = new URLSearchParams(parameters).toString();
  return fetched(`/api/${question}${query === '' ? '' : `?${query}`}`);
}

/** Asks the server to change something. */
export function change<Answer>(name: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return fetched(`/api/${name}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function fetched<Answer>(place: string, how: RequestInit = {}): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(place, how);
  } catch {
    const message = 'The server does not answer: `backstory ui` may have been stopped.';
    throw new Refused({ code: 'GONE', message, subject: null });
  }
  const answer: unknown = await response.json();
  if (response.ok) return answer as Answer;
  throw new Refused((answer as ApiError).error);
}
