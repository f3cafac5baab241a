/**
 * The bus: topics of ordered partitions, consumer groups with offsets and commit metadata. Two
 * adapters implement it (SQLite and Kafka) and test/contract/bus.ts holds both to it.
 */

export interface TopicConfiguration {
  readonly name: string;
  readonly partitions: number;
  /** Records older than this may be deleted; null or absent keeps them for ever. */
  readonly retentionMs?: number | null;
  /** Of several records with the same key, the broker need keep only the last. */
  readonly compacted?: boolean;
}

export interface OutgoingRecord {
  readonly topic: string;
  /** Chooses the partition: records with the same key go to the same partition. */
  readonly key: string;
  readonly value: Uint8Array;
}

export interface IncomingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Uint8Array;
  /** When it was written, by the time of day; where the bus does not know, when it was read. */
  readonly timeMs?: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The name of a partition, for keys and messages. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** The name of a record before it is decoded. */
export function recordName(record: IncomingRecord): string {
  return `${partitionName(record)}/${record.offset}`;
}

export interface Commit extends TopicPartition {
  /** First offset that is not yet processed. */
  readonly offset: number;
  /** At most 4,096 bytes: which offsets above `offset` are processed already. */
  readonly metadata: string;
}

export interface ConsumerOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * First offset to deliver, given the group's last commit (null: it has committed nothing yet).
   */
  readonly startOffset: (partition: TopicPartition, committed: Commit | null) => number;
  /** Takes records and returns at once; back-pressure is by pause, never by blocking here. */
  readonly onRecords: (records: readonly IncomingRecord[]) => void;
  /**
   * The consumer no longer owns these partitions: forget the work on them. Other partitions
   * continue where they were. A revoked partition may come back, and then `startOffset` is asked
   * again.
   */
  readonly onRevoked: (partitions: readonly TopicPartition[]) => void;
  /**
   * The consumer has failed and delivers nothing more. LOG_TRUNCATED where records were deleted
   * before they were delivered; at the start `consume` rejects with it.
   */
  readonly onFailure: (error: unknown) => void;
  /** Records per delivery at most. */
  readonly batchMax: number;
}

export interface BusConsumer {
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /**
   * Durable when resolved. A member never moves an offset backwards; commits for partitions that
   * were revoked meanwhile are left out.
   */
  commit(commits: readonly Commit[]): Promise<void>;
  /** Stops deliveries; resolves when no delivery is running. */
  close(): Promise<void>;
}

export interface Bus {
  /** Creates the topics that are missing; a different partition count is CONFIG_INVALID. */
  createTopics(topics: readonly TopicConfiguration[]): Promise<void>;
  /**
   * Durable when resolved, and in order per partition. When it rejects, some of the call's records
   * may be written, and any record may be written twice: the caller repeats the whole call, and ids
   * make that harmless (I7). First occurrences keep the order in which calls were made. A mistake
   * in the call itself (no such topic, a record that is too large) is refused before anything is
   * written.
   */
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
  /** First offset of every partition that was not deleted; its end where it has no records. */
  startOffsets(topic: string): Promise<readonly number[]>;
  committed(group: string, partition: TopicPartition): Promise<Commit | null>;
  /** The same for every partition of a topic, in one question. */
  committedOf(group: string, topic: string): Promise<readonly (Commit | null)[]>;
  close(): Promise<void>;
}
