/**
 * kafkajs's request queues: no request waits for ever when a connection closes, and an empty queue
 * is not polled.
 */
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import '../../../../../services/runtime/bus/kafka/guard.ts';

interface Queue {
  push(request: unknown): void;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
  checkPendingRequests(): void;
  fulfillRequest(response: { correlationId: number; size: number; payload: unknown }): void;
  waitForPendingRequests(): Promise<void>;
}

const require = createRequire(import.meta.url);
const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => Queue;

const silent = { namespace: () => silent, debug: () => {}, warn: () => {} };
const newQueue = (maxInFlightRequests: number | null = null) =>
  new RequestQueue({
    ...{ maxInFlightRequests, requestTimeout: 60_000, clientId: 'test', broker: 'b:1' },
    ...{ enforceRequestTimeout: true, logger: silent },
  });

/** A request that records how it ended. */
function request(correlationId: number) {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  promise.catch(() => {});
  const entry = { apiKey: 1, apiName: 'Fetch', apiVersion: 1, correlationId, resolve, reject };
  return { promise, pushed: { entry, expectResponse: true, sendRequest: () => {} } };
}

describe('a queue of requests', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('fails waiting requests and their callers when its timer stops', async () => {
    const queue = newQueue();
    queue.scheduleRequestTimeoutCheck();
    const { promise, pushed } = request(1);
    queue.push(pushed);
    const empty = queue.waitForPendingRequests();
    queue.destroy();
    await expect(promise).rejects.toThrow(/closing/);
    await empty;
  });

  it('refuses requests without a timer, and lets nobody wait', async () => {
    const queue = newQueue();
    expect(() => queue.push(request(1).pushed)).toThrow(/closing/);
    await queue.waitForPendingRequests();
    queue.scheduleRequestTimeoutCheck();
    queue.push(request(2).pushed);
    queue.destroy();
    expect(() => queue.push(request(3).pushed)).toThrow(/closing/);
    await queue.waitForPendingRequests();
  });

  it('sets a timer only while a request waits, and sends that request in its turn', async () => {
    vi.useFakeTimers();
    const queue = newQueue(1);
    queue.scheduleRequestTimeoutCheck();
    const idle = vi.getTimerCount();
    queue.checkPendingRequests();
    expect(vi.getTimerCount()).toBe(idle);
    const [first, second] = [request(1), request(2)];
    queue.push(first.pushed);
    expect(vi.getTimerCount()).toBe(idle);
    queue.push(second.pushed);
    expect(vi.getTimerCount()).toBe(idle + 1);
    queue.fulfillRequest({ correlationId: 1, size: 0, payload: null });
    queue.fulfillRequest({ correlationId: 2, size: 0, payload: null });
    await Promise.all([first.promise, second.promise]);
    await vi.advanceTimersByTimeAsync(50);
    expect(vi.getTimerCount()).toBe(idle);
    queue.destroy();
  });
});
