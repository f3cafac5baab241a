/**
 * A member of a consumer group. kafkajs fetches a batch and hands it over; the batch goes to the
 * stage at once, or waits here while the stage has paused the partition, so that heartbeats never
 * stop. kafkajs commits nothing by itself: offsets, positions and rebalances are handled here.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import {
  type BusConsumer,
  type Commit,
  type ConsumerOptions,
  partitionName,
  type TopicPartition,
} from '../bus.ts';
import { explainHole, holeIn, type OffsetRange, requireReadable } from '../truncation.ts';
import { metadataBytesMax } from '../watermark.ts';
import { type Assignment, Assignments } from './assignments.ts';
import { fetchCommitted } from './committed.ts';
import type { KafkaKnobs } from './config.ts';
import { type Connections, leaveGroup } from './connections.ts';
import { codedFailure, mayPass, type Patience, patiently } from './failures.ts';
import { incomingRecord } from './reader.ts';
import type { Topics } from './topics.ts';
import { startWatchdog } from './watchdog.ts';

export interface ConsumerContext {
  readonly client: Kafka;
  readonly admin: Admin;
  readonly connections: Connections;
  readonly topics: Topics;
  readonly settings: KafkaKnobs;
  readonly patience: Patience;
}

const commitPauseMs = 100;
const againPauseMs = 1000;

/**
 * About half a minute of retries, so that members keep their partitions over a broker's restart.
 */
const keepMembership = { initialRetryTime: 100, maxRetryTime: 2000, retries: 20 };

export interface OpenableConsumer extends BusConsumer {
  /** Joins the group; resolves when the first assignment is known and deliveries may begin. */
  open(): Promise<void>;
}

export async function createConsumer(
  context: ConsumerContext,
  options: ConsumerOptions,
): Promise<OpenableConsumer> {
  for (const topic of options.topics) await context.topics.partitions(topic);
  return new GroupMember(context, options);
}

class GroupMember implements OpenableConsumer {
  readonly #context: ConsumerContext;
  readonly #options: ConsumerOptions;
  readonly #assignments = new Assignments();
  readonly #ready = Promise.withResolvers<void>();
  #consumer: Consumer;
  #watchdog: { stop(): void };
  #commits: Promise<void> = Promise.resolve();
  #commitsSeen = 0;
  /** Between two memberships kafkajs refuses seek, pause and resume; joining applies them anew. */
  #isMember = false;
  #memberId: string | null = null;
  #lastContactMs = performance.now();
  #lastSignMs = performance.now();
  #opened = false;
  #closed = false;
  #failed = false;
  #closing: Promise<void> | null = null;

  constructor(context: ConsumerContext, options: ConsumerOptions) {
    const { patience } = context;
    const isClosed = () => this.#closed || patience.isClosed();
    this.#context = { ...context, patience: { ...patience, isClosed } };
    this.#options = options;
    // A failure can come before anybody awaits this promise; that must not be an unhandled
    // rejection.
    this.#ready.promise.catch(() => {});
    this.#consumer = this.#create();
    this.#watchdog = startWatchdog(this.#assignments, context.topics, {
      group: options.group,
      stallMs: context.settings.stallMs,
      lastSignMs: () => this.#lastSignMs,
      answerMsMax: context.settings.rebalanceTimeoutMs + context.settings.requestTimeoutMs,
      onStall: (error) => this.#fail(error),
    });
  }

  async open(): Promise<void> {
    try {
      await this.#run();
      await this.#ready.promise;
      this.#opened = true;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  #create(): Consumer {
    const { client, settings } = this.#context;
    const consumer = client.consumer({
      groupId: this.#options.group,
      allowAutoTopicCreation: false,
      sessionTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: Math.min(settings.heartbeatMs, settings.sessionTimeoutMs / 3),
      rebalanceTimeout: settings.rebalanceTimeoutMs,
      maxWaitTimeInMs: settings.fetchWaitMs,
      maxBytesPerPartition: settings.fetchBytesMax,
      // After a close, a restart would begin a membership that nobody ends.
      retry: { ...keepMembership, restartOnFailure: async () => !this.#closed },
    });
    const sign = () => {
      this.#lastSignMs = performance.now();
    };
    const contact = () => {
      sign();
      this.#lastContactMs = performance.now();
    };
    consumer.on('consumer.network.request', sign);
    consumer.on('consumer.network.request_timeout', sign);
    consumer.on('consumer.crash', sign);
    consumer.on('consumer.fetch', contact);
    consumer.on('consumer.heartbeat', contact);
    consumer.on('consumer.stop', () => {
      if (consumer === this.#consumer) this.#isMember = false;
    });
    consumer.on('consumer.group_join', ({ payload }) => {
      if (consumer === this.#consumer) this.#joined(payload.memberId, payload.memberAssignment);
    });
    consumer.on('consumer.commit_offsets', () => {
      this.#commitsSeen += 1;
    });
    consumer.on('consumer.crash', ({ payload }) => {
      if (consumer === this.#consumer) this.#crashed(payload.error, payload.restart);
    });
    return consumer;
  }

  async #run(): Promise<void> {
    const consumer = this.#consumer;
    const { patience } = this.#context;
    await patiently('connecting', patience, () => {
      this.#lastSignMs = performance.now();
      return consumer.connect();
    });
    await consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
    if (this.#closed) {
      await consumer.disconnect();
      return;
    }
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => this.#take(payload),
    });
  }

  /**
   * Either kafkajs restarts this consumer by itself, or it has given up and a new one is opened.
   */
  #crashed(error: Error, restarts: boolean): void {
    if (this.#closed) return;
    this.#isMember = false;
    const { patienceMs, brokers } = this.#context.patience;
    if (!mayPass(error) || performance.now() - this.#lastContactMs > patienceMs) {
      this.#fail(codedFailure(error, `consuming as ${this.#options.group}`, brokers));
      return;
    }
    this.#leave();
    if (!restarts) {
      this.#revoke(this.#assignments.clear());
      this.#openAgain().catch((second: unknown) => this.#fail(second));
    }
  }

  /**
   * Leaves under the old id: the group assigns its partitions anew only when that membership ends.
   */
  #leave(): void {
    const memberId = this.#memberId;
    if (memberId === null) return;
    this.#memberId = null;
    const { connections, patience } = this.#context;
    // If no broker answers for that long, the calls that wait for an answer report it.
    leaveGroup(connections, patience, { groupId: this.#options.group, memberId }).catch(() => {});
  }

  async #openAgain(): Promise<void> {
    await delay(againPauseMs);
    if (this.#closed) return;
    this.#consumer = this.#create();
    await this.#run();
  }

  /**
   * Before the first assignment `consume` rejects; afterwards the stage's `onFailure` is called.
   */
  #fail(error: unknown): void {
    if (this.#closed || this.#failed) return;
    this.#failed = true;
    if (this.#opened) this.#options.onFailure(error);
    else this.#ready.reject(error);
  }

  #revoke(partitions: readonly TopicPartition[]): void {
    if (partitions.length > 0 && !this.#closed) this.#options.onRevoked(partitions);
  }

  /** Runs inside kafkajs's event, before it fetches again: nothing may be awaited here. */
  #joined(memberId: string, assignment: Readonly<Record<string, readonly number[]>>): void {
    this.#isMember = true;
    this.#memberId = memberId;
    this.#lastContactMs = performance.now();
    const partitions = Object.entries(assignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    const change = this.#assignments.join(memberId, partitions, performance.now());
    this.#revoke(change.revoked);
    // kafkajs would continue at the commits; partitions that we keep continue at their positions.
    for (const kept of change.kept) if (kept.next !== null) this.#position(kept, kept.next);
    for (const added of change.added) this.#pauseOrResume(added);
    this.#begin(change.added).then(this.#ready.resolve, (error: unknown) => this.#fail(error));
  }

  /** Fetches the group's commits, then lets the stage choose where to start. */
  async #begin(added: readonly Assignment[]): Promise<void> {
    const { admin, topics, patience } = this.#context;
    const started = added.filter((each) => each.next === null);
    const partitions = started.map(({ at }) => at);
    const committed = await fetchCommitted(admin, this.#options.group, partitions, patience);
    const ranges = new Map<string, readonly OffsetRange[]>();
    for (const topic of new Set(partitions.map((at) => at.topic))) {
      ranges.set(topic, await topics.ranges(topic));
    }
    for (const assignment of started) {
      const { at } = assignment;
      if (!this.#assignments.owns(assignment)) continue;
      const commit = committed.get(partitionName(at)) ?? null;
      const offset = this.#options.startOffset(at, commit);
      requireReadable(at, offset, ranges.get(at.topic)?.[at.partition] ?? { start: 0, end: 0 });
      assignment.committedOffset = commit?.offset ?? -1;
      this.#position(assignment, offset);
    }
  }

  #position(assignment: Assignment, offset: number): void {
    const { topic, partition } = assignment.at;
    assignment.next = offset;
    if (this.#isMember) this.#consumer.seek({ topic, partition, offset: String(offset) });
    this.#pauseOrResume(assignment);
  }

  #pauseOrResume(assignment: Assignment): void {
    if (!this.#isMember) return;
    const wait = assignment.paused || assignment.held.length > 0 || assignment.next === null;
    if (wait) this.#consumer.pause([selected(assignment.at)]);
    else this.#consumer.resume([selected(assignment.at)]);
  }

  #take({ batch, resolveOffset, isStale }: EachBatchPayload): void {
    const assignment = this.#assignments.get(batch);
    // A batch that is not taken is not resolved, so kafkajs fetches it again.
    if (this.#closed || this.#failed || assignment === undefined) return;
    if (assignment.next === null) return;
    if (isStale() || assignment.paused || assignment.held.length > 0) return;
    const from = assignment.next;
    const hole = holeIn(batch.messages, from, assignment.wholeTo);
    if (hole !== null) {
      this.#explain(assignment, hole, Number(batch.lastOffset()) + 1);
      return;
    }
    const records = batch.messages.map((message) =>
      incomingRecord(batch.topic, batch.partition, message),
    );
    for (let start = 0; start < records.length; start += this.#options.batchMax) {
      assignment.held.push(records.slice(start, start + this.#options.batchMax));
    }
    assignment.next = Math.max(from, Number(batch.lastOffset()) + 1);
    resolveOffset(batch.messages.at(-1)?.offset ?? batch.lastOffset());
    this.#deliver(assignment);
  }

  /** Only what is known to be whole is taken; until then the batch is fetched again. */
  #explain(assignment: Assignment, hole: Parameters<typeof explainHole>[2], wholeTo: number): void {
    const explain = async () => {
      await explainHole(this.#context.topics, assignment.at, hole);
      assignment.wholeTo = wholeTo;
    };
    assignment.explaining ??= explain()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        assignment.explaining = null;
      });
  }

  #deliver(assignment: Assignment): void {
    while (!this.#closed && !assignment.paused && this.#assignments.owns(assignment)) {
      const records = assignment.held.shift();
      if (records === undefined) break;
      assignment.progressMs = performance.now();
      try {
        this.#options.onRecords(records);
      } catch (error) {
        this.#fail(error);
        return;
      }
    }
    if (this.#assignments.owns(assignment)) this.#pauseOrResume(assignment);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) {
      const assignment = this.#assignments.get(at);
      if (assignment === undefined) continue;
      assignment.paused = true;
      this.#pauseOrResume(assignment);
    }
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) {
      const assignment = this.#assignments.get(at);
      if (assignment === undefined || !assignment.paused) continue;
      assignment.paused = false;
      assignment.progressMs = performance.now();
      // Not synchronously: the stage may be in the middle of taking records.
      setImmediate(() => this.#deliver(assignment));
    }
  }

  commit(commits: readonly Commit[]): Promise<void> {
    for (const { topic, metadata } of commits) {
      if (Buffer.byteLength(metadata) > metadataBytesMax) {
        return Promise.reject(
          new Error(`commit metadata of ${topic} is above ${metadataBytesMax} bytes`),
        );
      }
    }
    const wanted = commits.flatMap((commit) => {
      const assignment = this.#assignments.get(commit);
      return assignment === undefined ? [] : [{ commit, assignment }];
    });
    const result = this.#commits.then(() => this.#commitOwned(wanted));
    // Commits run one after the other; a failed one does not stop the next.
    this.#commits = result.catch(() => {});
    return result;
  }

  /** A commit refused during a rebalance is repeated without the partitions revoked meanwhile. */
  async #commitOwned(
    wanted: readonly { readonly commit: Commit; readonly assignment: Assignment }[],
  ): Promise<void> {
    await patiently('committing offsets', this.#context.patience, async () => {
      const owned = wanted.filter(
        ({ commit, assignment }) =>
          this.#assignments.owns(assignment) &&
          assignment.next !== null &&
          commit.offset >= assignment.committedOffset,
      );
      if (owned.length === 0) return;
      if (!this.#isMember) throw new Error('the consumer is between two memberships');
      const seen = this.#commitsSeen;
      await this.#consumer.commitOffsets(
        owned.map(({ commit }) => ({ ...commit, offset: String(commit.offset) })),
      );
      // kafkajs reports nothing when it ignores a commit because it is restarting or stopping.
      if (this.#commitsSeen === seen) {
        await delay(commitPauseMs);
        throw new Error('the consumer is between two memberships');
      }
      for (const { commit, assignment } of owned) assignment.committedOffset = commit.offset;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    this.#watchdog.stop();
    this.#ready.reject(new Error('the consumer was closed before it had joined'));
    await this.#commits;
    this.#assignments.clear();
    await this.#consumer.disconnect();
  }
}

function selected({ topic, partition }: TopicPartition) {
  return { topic, partitions: [partition] };
}
