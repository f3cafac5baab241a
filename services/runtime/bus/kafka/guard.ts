/**
 * Mends three places of kafkajs 2.2.4: requests that are left for ever, consumers that go on when
 * they were closed, and a timer that never rests (README.md, "It leaves requests unwatched", "A
 * consumer that closes", "It looks at empty queues"). Loaded with the client, once.
 */
import { createRequire } from 'node:module';

/** What kafkajs has and does not type. */
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

/** What fetches for one membership of a consumer. */
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
 * A connection that is closing still takes requests, and stops the timer that ends those without an
 * answer: such a request waits for ever, and with it whoever closes the connection next. A queue
 * without a timer takes none, and what is in it when the timer stops fails.
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
 * A queue that nothing waits in is looked at again after a negative time, for ever: a thousand
 * times a second and connection, with a warning from Node. Who puts a request in asks for the look.
 */
function restWhenEmpty(prototype: RequestQueue): void {
  const { scheduleCheckPendingRequests } = prototype;
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending() {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
  };
}

/**
 * A runner that is stopped while it joins takes no notice: it joins, fetches for ever and keeps its
 * partitions from everybody. Stopping waits until it has joined, or has failed to, and then leaves.
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
      // Crashing stops it.
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
