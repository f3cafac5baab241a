/**
 * The bus: topics of ordered partitions, consumer groups with offsets and commit metadata. Two
 * adapters implement it (SQLite here, Kafka later) and test/contract/bus.ts holds both to it.
 */

export interface TopicConfiguration {
  readonly name: string;
  readonly partitions: number;
}

export interface OutgoingRecord {
  readonly topic: string;
  /** Chooses the partition: equal keys meet in one. */
  readonly key: string;
  readonly value: Uint8Array;
}

export interface IncomingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Uint8Array;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface Commit extends TopicPartition {
  /** First offset not yet done. */
  readonly offset: number;
  /** At most 4,096 bytes: which later offsets are done already. */
  readonly metadata: string;
}

export interface ConsumerOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** First offset to deliver, given what the group committed (null: nothing yet). */
  readonly startOffset: (partition: TopicPartition, committed: Commit | null) => number;
  /** Takes records and returns at once; back-pressure is by pause, never by blocking here. */
  readonly onRecords: (records: readonly IncomingRecord[]) => void;
  /** The partitions are no longer ours: forget their work. */
  readonly onRevoked: (partitions: readonly TopicPartition[]) => void;
  /** The consumer cannot go on. */
  readonly onFailure: (error: unknown) => void;
  /** Records per delivery at most. */
  readonly batchMax: number;
}

export interface BusConsumer {
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Durable when resolved. Offsets never move backwards. */
  commit(commits: readonly Commit[]): Promise<void>;
  /** Stops deliveries; resolves when none is under way. */
  close(): Promise<void>;
}

export interface Bus {
  /** Creates what is missing; a different partition count is CONFIG_INVALID. */
  createTopics(topics: readonly TopicConfiguration[]): Promise<void>;
  /** Durable and in order per partition when resolved; all of one call or none. */
  produce(records: readonly OutgoingRecord[]): Promise<void>;
  consume(options: ConsumerOptions): Promise<BusConsumer>;
  /** Records of a partition from an offset on, without a group. */
  read(
    partition: TopicPartition,
    fromOffset: number,
    limit: number,
  ): Promise<readonly IncomingRecord[]>;
  /** One past the last offset of every partition of a topic. */
  endOffsets(topic: string): Promise<readonly number[]>;
  committed(group: string, partition: TopicPartition): Promise<Commit | null>;
  close(): Promise<void>;
}
