/** Takes a change that the page sends: a bounded JSON body, judged by the form of the change. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PipelineError } from '../../runtime/errors.ts';
import { parseJson } from '../../runtime/json.ts';
import { problemOf } from '../reading/problem.ts';
import { type Change, changeBytesMax } from './changes.ts';
import { send, sendProblem, statusOf, usage } from './send.ts';

export interface ChangeTools {
  readonly changes: ReadonlyMap<string, Change>;
  readonly hide: (text: string) => string;
}

export function takeChange(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname }: URL,
  { changes, hide }: ChangeTools,
): void {
  const change = changes.get(pathname.replace(/^\/api\//, ''));
  if (change === undefined) {
    sendProblem(response, 404, usage('there is no such change'));
    return;
  }
  readBody(request)
    .then((text) => change(parseJson(text)))
    .then(
      (value) => send(response, 200, 'application/json', hide(JSON.stringify(value))),
      (error: unknown) => sendProblem(response, statusOf(error), problemOf(error), hide),
    );
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > changeBytesMax) throw new PipelineError('USAGE', 'the change is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
