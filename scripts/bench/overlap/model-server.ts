/**
 * A model server as a process of its own: 64 slots, each busy with one answer for a log-normal time
 * as measured services have it, and a queue before them. Tells its parent how busy the slots were.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from '../../../test/simulation/random.ts';

export const slots = 64;
/** Times are divided by this, so that the benchmark takes minutes and not an hour. */
export const timeScale = 5;

/** Seconds: half of the answers come within 1.5 s, one in a hundred takes more than 12 s. */
const latency = { median: 1.5, sigma: 0.9, smallest: 0.2, largest: 20 };

/** To the parent: sums since the start, in milliseconds of slots. */
export interface Busy {
  readonly busyMs: number;
  readonly atMs: number;
  readonly answers: number;
}

const random = seededRandom(1);

function latencyMs(): number {
  // The Box–Muller transform: a normal number from two uniform ones.
  const normal =
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const seconds = latency.median * Math.exp(latency.sigma * normal);
  const bounded = Math.min(latency.largest, Math.max(latency.smallest, seconds));
  return (bounded * 1000) / timeScale;
}

const thought = 'I write this file so that what depends on it finds the names it needs. '.repeat(8);
const completion = JSON.stringify({
  id: 'answer',
  object: 'chat.completion',
  created: 0,
  model: 'slots',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: JSON.stringify({ thought }) },
    },
  ],
  usage: { prompt_tokens: 1000, completion_tokens: 150, total_tokens: 1150 },
});

function serve(): void {
  const waiting: ServerResponse[] = [];
  let busy = 0;
  let busyMs = 0;
  let lastMs = performance.now();
  let answers = 0;
  const account = () => {
    const now = performance.now();
    busyMs += busy * (now - lastMs);
    lastMs = now;
  };
  const next = () => {
    while (busy < slots && waiting.length > 0) {
      const response = waiting.shift() as ServerResponse;
      account();
      busy += 1;
      setTimeout(() => {
        account();
        busy -= 1;
        answers += 1;
        response.setHeader('content-type', 'application/json');
        response.end(completion);
        next();
      }, latencyMs());
    }
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      waiting.push(response);
      next();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port });
  });
  process.on('message', () => {
    account();
    process.send?.({ busyMs, atMs: lastMs, answers } satisfies Busy);
  });
  process.on('disconnect', () => process.exit(0));
}

if (import.meta.main) serve();
