/** How answers and refusals leave the server: nothing is kept by a browser, and no stack leaves. */
import type { ServerResponse } from 'node:http';
import { PipelineError } from '../../runtime/errors.ts';
import type { ApiError, Problem } from '../api.ts';

export const usage = (message: string): Problem => ({ code: 'USAGE', message, subject: null });

export function statusOf(error: unknown): number {
  if (!(error instanceof PipelineError)) return 500;
  if (error.code === 'USAGE') return 400;
  if (error.code === 'OUTPUT_CLOSED') return 409;
  return error.code === 'OUTPUT_MISSING' ? 404 : 500;
}

export function sendProblem(
  response: ServerResponse,
  status: number,
  problem: Problem,
  hide: (text: string) => string = (text) => text,
): void {
  const body: ApiError = { error: problem };
  send(response, status, 'application/json', hide(JSON.stringify(body)));
}

export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
) {
  const kind = type.includes('charset') ? type : `${type}; charset=utf-8`;
  response.writeHead(status, { 'content-type': kind, 'cache-control': 'no-store' });
  response.end(body);
}
