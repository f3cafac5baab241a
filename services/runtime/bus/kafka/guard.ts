/**
 * Patches three faults of kafkajs 2.2.4: requests that wait for ever, consumers that keep running
 * after they were closed, and a timer that never rests (README.md, "It leaves requests unwatched",
 * "A consumer that closes", "It polls empty queues"). Loaded with the client, once.
 */
import { createRequire } from 'node:module';

/** Internals of kafkajs that it does not type. */
interface RequestQueue {
  requestTimeoutIntervalId: NodeJS.Timeout | null | undefined;
  readonly pending: readonly unknown[];
  readonly broker: string;
  push(request: unknown): void;
  destroy(): void;
  rejectAll(error: Error): void;
  waitForPendingRequests(): Promise<void>;
  scheduleCheckPendingRequests(): void;
}

/** The object in kafkajs that fetches during one membership of a consumer. */
interface Runner {
  running: boolean;
  readonly consumerGroup: { connect(): Promise<void>; joinAndSync(): Promise<void> };
  readonly onCrash: (error: unknown) => Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  scheduleFetchManager(): void;
}

interface Class<Instance> {
  readonly prototype: Instance;
}

const require = createRequire(import.meta.url);

interface Errors {
  readonly KafkaJSConnectionError: new (message: string, of: { broker: string }) => Error;
}

const { KafkaJSConnectionError } = require('kafkajs/src/errors') as Errors;

/**
 * A closing connection still accepts requests, but has stopped the timer that fails unanswered
 * ones: such a request waits for ever, and so does whoever closes the connection next. With this
 * guard a queue without a timer accepts no request, and requests in it fail when the timer stops.
 */
function guardRequests(prototype: RequestQueue): void {
  const { push, destroy, waitForPendingRequests } = prototype;
  const closed = (queue: RequestQueue) =>
    new KafkaJSConnectionError('Connection is closing', { broker: queue.broker });
  prototype.push = function pushWatched(request) {
    if (this.requestTimeoutIntervalId == null) throw closed(this);
    push.call(this, request);
  };
  prototype.destroy = function destroyWhole() {
    destroy.call(this);
    this.requestTimeoutIntervalId = null;
    this.rejectAll(closed(this));
  };
  prototype.waitForPendingRequests = function waitWhileWatched() {
    if (this.requestTimeoutIntervalId == null) this.rejectAll(closed(this));
    return waitForPendingRequests.call(this);
  };
}

/**
 * kafkajs polls an empty queue again after a negative timeout, for ever: a thousand times per
 * second and connection, with a warning from Node. With this guard only a pending request schedules
 * a poll.
 */
function restWhenEmpty(prototype: RequestQueue): void {
  const { scheduleCheckPendingRequests } = prototype;
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending() {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
  };
}

/**
 * A runner that is stopped while it joins ignores the stop: it joins, fetches for ever and keeps
 * its partitions from everybody else. With this guard stopping waits until the runner has joined,
 * or has failed to, and then leaves.
 */
function guardRunner(prototype: Runner): void {
  const { stop } = prototype;
  const joining = new WeakMap<Runner, Promise<void>>();
  prototype.start = async function startStoppable() {
    if (this.running) return;
    const joined = Promise.withResolvers<void>();
    joining.set(this, joined.promise);
    try {
      await this.consumerGroup.connect();
      await this.consumerGroup.joinAndSync();
    } catch (error) {
      // Handling the crash stops the runner, and stopping waits for `joined`.
      joined.resolve();
      return this.onCrash(error);
    }
    this.running = true;
    this.scheduleFetchManager();
    joined.resolve();
  };
  prototype.stop = async function stopJoined() {
    await joining.get(this);
    return stop.call(this);
  };
}

const queue = require('kafkajs/src/network/requestQueue') as Class<RequestQueue>;
guardRequests(queue.prototype);
restWhenEmpty(queue.prototype);
guardRunner((require('kafkajs/src/consumer/runner') as Class<Runner>).prototype);
