/** kafkajs's queues of requests: nothing in them waits for ever when a connection closes. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import '../../../../services/runtime/kafka/guard.ts';

interface Queue {
  push(request: unknown): void;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
  waitForPendingRequests(): Promise<void>;
}

const require = createRequire(import.meta.url);
const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => Queue;

const silent = { namespace: () => silent, debug: () => {}, warn: () => {} };
const newQueue = () =>
  new RequestQueue({
    ...{ maxInFlightRequests: null, requestTimeout: 60_000, clientId: 'test', broker: 'b:1' },
    ...{ enforceRequestTimeout: true, logger: silent },
  });

/** A request, and what becomes of it. */
function request(correlationId: number) {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  promise.catch(() => {});
  const entry = { apiKey: 1, apiName: 'Fetch', apiVersion: 1, correlationId, resolve, reject };
  return { promise, pushed: { entry, expectResponse: true, sendRequest: () => {} } };
}

describe('a queue of requests', () => {
  it('ends what waits when its timer stops, and those who wait for that', async () => {
    const queue = newQueue();
    queue.scheduleRequestTimeoutCheck();
    const { promise, pushed } = request(1);
    queue.push(pushed);
    const empty = queue.waitForPendingRequests();
    queue.destroy();
    await expect(promise).rejects.toThrow(/closing/);
    await empty;
  });

  it('takes nothing without a timer, and keeps nobody waiting', async () => {
    const queue = newQueue();
    expect(() => queue.push(request(1).pushed)).toThrow(/closing/);
    await queue.waitForPendingRequests();
    queue.scheduleRequestTimeoutCheck();
    queue.push(request(2).pushed);
    queue.destroy();
    expect(() => queue.push(request(3).pushed)).toThrow(/closing/);
    await queue.waitForPendingRequests();
  });
});
