/** A server that never ends its answer costs a scorer an error, and bounded memory. */
import { createServer, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PipelineError } from '../../../services/runtime/errors.ts';
import { scorerKnobs } from '../../../services/scorer/config.ts';
import { openScorer } from '../../../services/scorer/open.ts';
import { listen } from '../../samples/servers/listen.ts';

let url: string;

const spaces = Buffer.alloc(65_536, ' ');

function writeOn(response: ServerResponse): void {
  while (!response.destroyed && response.write(spaces));
  response.once('drain', () => writeOn(response));
}

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' });
  writeOn(response);
});

beforeAll(async () => {
  url = await listen(server);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each(['http', 'sglang', 'vllm', 'backstory'])('of %s is an error by name', async (kind) => {
  const settings = scorerKnobs.parse({ kind, url, model: 'toy@0123456789abcdef' });
  const scorer = await openScorer(settings, { apiKey: 'key' });
  const request = { context: 'context\n', thoughts: ['thought\n'], target: 'target\n' };
  const scored = scorer.score(request, new AbortController().signal);
  const error: PipelineError = await scored.then(Promise.reject, (thrown) => thrown);
  expect(error.code).toBe('SCORER_UNAVAILABLE');
  const [, bytes] = /the answer has more than (\d+) bytes/.exec(error.message) ?? [];
  expect(Number(bytes)).toBeLessThan(2 * 1024 * 1024);
  await scorer.close();
});
