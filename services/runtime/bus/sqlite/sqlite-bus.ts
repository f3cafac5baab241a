/**
 * The bus on one SQLite file: no server, durable when a call resolves, one process per folder.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asPipelineError, PipelineError } from '../../errors.ts';
import { sha256 } from '../../ids.ts';
import { type GroupCommit, openGroupCommit, syncingOf } from '../../store/group-commit.ts';
import { makeFolder } from '../../store/make-folder.ts';
import type {
  Bus,
  Commit,
  ConsumerOptions,
  OutgoingRecord,
  TopicConfiguration,
  TopicPartition,
} from '../bus.ts';
import type { OffsetRange } from '../truncation.ts';
import { metadataBytesMax } from '../watermark.ts';
import { createGroups, type Groups } from './groups.ts';
import {
  offsetsPerPartition,
  openPartitions,
  type Partition,
  type PartitionRow,
  type Partitions,
} from './partitions.ts';

export interface RecordPlace extends TopicPartition {
  readonly offset: number;
}

/** A log whose only process may take records back while no stage runs. */
export interface SqliteLog extends Bus {
  /** Removes records and produces others, all or nothing. */
  amend(removed: readonly RecordPlace[], records: readonly OutgoingRecord[]): Promise<void>;
  /** Removes records, and writes the file anew, without what was ever removed. */
  erase(removed: readonly RecordPlace[]): Promise<void>;
}

/**
 * Keeps every other process from the folder of the log, and from what lies in it, until it is
 * closed. OUTPUT_LOCKED when another process has it.
 */
export function lockLogFolder(folder: string): { close(): void } {
  makeFolder(folder);
  return acquireLock(join(folder, 'lock.db'), folder);
}

/** Opens, or creates, the log in a folder. OUTPUT_LOCKED when another process has it. */
export function openSqliteBus(folder: string): SqliteLog {
  makeFolder(folder);
  const lock = acquireLock(join(folder, 'lock.db'), folder);
  const path = join(folder, 'log.db');
  return new SqliteBus(openDatabase(path), path, lock);
}

/**
 * Holds an exclusive transaction on a separate file. The operating system releases it when the
 * process dies, however it dies, and the log itself stays readable for other processes.
 */
function acquireLock(path: string, folder: string): DatabaseSync {
  const lock = new DatabaseSync(path);
  try {
    lock.exec('PRAGMA busy_timeout = 0');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== 5) {
      throw asPipelineError(error, path);
    }
    throw new PipelineError(
      'OUTPUT_LOCKED',
      `another process is working in ${folder}; wait for it, or choose another output folder`,
      { subject: folder, cause: error },
    );
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // FULL while tables are made: a commit survives power loss, not only the end of the process.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(`
      CREATE TABLE IF NOT EXISTS partitions (
        id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
        UNIQUE (topic, partition));
      CREATE TABLE IF NOT EXISTS records (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL);
      CREATE TABLE IF NOT EXISTS commits (
        consumer_group TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
        next_offset INTEGER NOT NULL, metadata TEXT NOT NULL,
        PRIMARY KEY (consumer_group, topic, partition)) WITHOUT ROWID;
    `);
    return database;
  } catch (error) {
    database.close();
    throw asPipelineError(error, path);
  }
}

function prepareStatements(database: DatabaseSync) {
  return {
    insertRecord: database.prepare('INSERT INTO records (id, key, value) VALUES (?, ?, ?)'),
    // The row stays: an offset is given once, and a gap at the start would read as lost records.
    removeRecord: database.prepare("UPDATE records SET key = '', value = x'' WHERE id = ?"),
    firstRecord: database.prepare('SELECT min(id) AS first FROM records WHERE id >= ? AND id < ?'),
    readCommit: database.prepare(`
      SELECT next_offset, metadata FROM commits
      WHERE consumer_group = ? AND topic = ? AND partition = ?`),
    // Offsets never move backwards, whatever order commits arrive in.
    writeCommit: database.prepare(`
      INSERT INTO commits (consumer_group, topic, partition, next_offset, metadata)
      VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset, metadata = excluded.metadata
      WHERE excluded.next_offset >= next_offset`),
  };
}

function partitionOf(key: string, partitions: number): number {
  return Number.parseInt(sha256(key).slice(0, 8), 16) % partitions;
}

class SqliteBus implements SqliteLog {
  readonly #database: DatabaseSync;
  readonly #lock: DatabaseSync;
  readonly #writer: GroupCommit;
  readonly #groups: Groups;
  readonly #topics: Partitions;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(database: DatabaseSync, path: string, lock: DatabaseSync) {
    this.#database = database;
    this.#lock = lock;
    this.#statements = prepareStatements(database);
    this.#topics = openPartitions(database);
    this.#writer = openGroupCommit(database, 'the log', syncingOf(database, path));
    this.#groups = createGroups({
      partitions: this.#topics.of,
      read: this.#topics.readRows,
      committed: (group, partition) => this.#committedNow(group, partition),
      end: (at) => this.#partitionAt(at).end,
      range: (at) => this.#range(this.#partitionAt(at)),
      commit: (group, commits) => this.#commit(group, commits),
    });
  }

  async createTopics(topics: readonly TopicConfiguration[]): Promise<void> {
    for (const topic of topics) {
      const existing = this.#topics.has(topic.name) ? this.#topics.of(topic.name).length : null;
      if (existing !== null && existing !== topic.partitions) {
        throw new PipelineError(
          'CONFIG_INVALID',
          `topic ${topic.name} has ${existing} partitions, not ${topic.partitions}; partitions cannot change, use a new data set`,
          { subject: topic.name },
        );
      }
    }
    const missing = topics.filter((topic) => !this.#topics.has(topic.name));
    const insert = this.#database.prepare(
      'INSERT INTO partitions (topic, partition) VALUES (?, ?) RETURNING id, topic, partition',
    );
    const rows: PartitionRow[] = [];
    await this.#writer.write(() => {
      for (const topic of missing) {
        for (let partition = 0; partition < topic.partitions; partition += 1) {
          rows.push(insert.get(topic.name, partition) as unknown as PartitionRow);
        }
      }
    });
    for (const row of rows) this.#topics.add(row);
  }

  async produce(records: readonly OutgoingRecord[]): Promise<void> {
    await this.amend([], records);
  }

  async amend(removed: readonly RecordPlace[], records: readonly OutgoingRecord[]): Promise<void> {
    const { insertRecord: insert, removeRecord: remove } = this.#statements;
    const gone = removed.map(({ topic, partition, offset }) => {
      const from = this.#topics.of(topic)[partition] as Partition;
      return { from, id: from.id * offsetsPerPartition + offset };
    });
    const targets = records.map((record) => {
      const partitions = this.#topics.of(record.topic);
      return partitions[partitionOf(record.key, partitions.length)] as Partition;
    });
    const ends = new Map<Partition, number>();
    await this.#writer.write(() => {
      for (const { id } of gone) remove.run(id);
      records.forEach((record, index) => {
        const target = targets[index] as Partition;
        const offset = ends.get(target) ?? this.#topics.tail(target);
        insert.run(target.id * offsetsPerPartition + offset, record.key, record.value);
        ends.set(target, offset + 1);
      });
    });
    // Ends move only when records are durable, so that nobody reads what may still be lost; the
    // table may hold more by now.
    for (const [partition, end] of ends) partition.end = end;
    this.#groups.notify();
  }

  async erase(removed: readonly RecordPlace[]): Promise<void> {
    await this.amend(removed, []);
    // Pages keep what once stood in them, and so does the write-ahead log until it is cut off.
    try {
      this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
    } catch (error) {
      throw asPipelineError(error, this.#database.location() ?? 'the log');
    }
  }

  /** Rows are never deleted here, unless somebody does it by hand. */
  #range({ id, end }: Partition): OffsetRange {
    const low = id * offsetsPerPartition;
    const row = this.#statements.firstRecord.get(low, low + offsetsPerPartition) as {
      first: number | null;
    };
    return { start: row.first === null ? end : row.first - low, end };
  }

  async consume(options: ConsumerOptions) {
    return this.#groups.join(options);
  }

  async read(partition: TopicPartition, fromOffset: number, limit: number) {
    return this.#topics.read(partition, fromOffset, limit);
  }

  async endOffsets(topic: string): Promise<readonly number[]> {
    return this.#topics.of(topic).map((partition) => partition.end);
  }

  async startOffsets(topic: string): Promise<readonly number[]> {
    return this.#topics.of(topic).map((partition) => this.#range(partition).start);
  }

  async committed(group: string, partition: TopicPartition): Promise<Commit | null> {
    return this.#committedNow(group, partition);
  }

  async committedOf(group: string, topic: string): Promise<readonly (Commit | null)[]> {
    return this.#topics
      .of(topic)
      .map(({ partition }) => this.#committedNow(group, { topic, partition }));
  }

  async close(): Promise<void> {
    await this.#groups.close();
    await this.#writer.close();
    this.#database.close();
    this.#lock.close();
  }

  #partitionAt({ topic, partition }: TopicPartition): Partition {
    return this.#topics.of(topic)[partition] as Partition;
  }

  #committedNow(group: string, at: TopicPartition): Commit | null {
    const row = this.#statements.readCommit.get(group, at.topic, at.partition) as
      | { next_offset: number; metadata: string }
      | undefined;
    if (row === undefined) return null;
    const { topic, partition } = at;
    return { topic, partition, offset: row.next_offset, metadata: row.metadata };
  }

  async #commit(group: string, commits: readonly Commit[]): Promise<void> {
    for (const commit of commits) {
      if (Buffer.byteLength(commit.metadata) > metadataBytesMax) {
        throw new Error(`commit metadata of ${commit.topic} is above ${metadataBytesMax} bytes`);
      }
    }
    await this.#writer.write(() => {
      for (const { topic, partition, offset, metadata } of commits) {
        this.#statements.writeCommit.run(group, topic, partition, offset, metadata);
      }
    });
  }
}
