/** Asks the server. What it refuses becomes an error with its code. */
import type { ApiError } from '../../api.ts';
import { askCopy, isCopy } from './copy.ts';
import { Refused } from './refused.ts';
import type { Parameters } from './route.ts';

const early = new Map<string, Promise<unknown>>();

/** Asks before there is a view for the answer, which goes to the first who asks the same. */
export function askEarly(question: string, parameters: Parameters): void {
  if (isCopy) return;
  const place = placeOf(question, parameters);
  const answer = fetched(place);
  early.set(place, answer);
  // Whoever asks learns what went wrong.
  answer.catch(() => {});
}

export function ask<Answer>(question: string, parameters: Parameters = {}): Promise<Answer> {
  if (isCopy) return askCopy(question, parameters) as Promise<Answer>;
  const place = placeOf(question, parameters);
  const asked = early.get(place) as Promise<Answer> | undefined;
  early.delete(place);
  return asked ?? fetched(place);
}

function placeOf(question: string, parameters: Parameters): string {
  const query = new URLSearchParams(parameters).toString();
  return `/api/${question}${query === '' ? '' : `?${query}`}`;
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
