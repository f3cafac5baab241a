/**
 * Consumer groups of the SQLite bus: members of a group share its partitions, each partition has
 * one owner at a time, and a member that joins or leaves moves partitions (eagerly, as Kafka's
 * classic protocol does). Deliveries run on the event loop, one batch per turn.
 */
import {
  type BusConsumer,
  type Commit,
  type ConsumerOptions,
  type IncomingRecord,
  partitionName,
  type TopicPartition,
} from '../bus.ts';
import { holeIn, missingBetween, type OffsetRange, requireReadable } from '../truncation.ts';

interface LogAccess {
  readonly partitions: (topic: string) => readonly TopicPartition[];
  /** Rows; that of a record that was taken back is empty. */
  readonly read: (
    partition: TopicPartition,
    fromOffset: number,
    limit: number,
  ) => readonly IncomingRecord[];
  readonly end: (partition: TopicPartition) => number;
  /** What is in the table now. */
  readonly range: (partition: TopicPartition) => OffsetRange;
  readonly committed: (group: string, partition: TopicPartition) => Commit | null;
  readonly commit: (group: string, commits: readonly Commit[]) => Promise<void>;
}

export interface Groups {
  join(options: ConsumerOptions): BusConsumer;
  /** Delivers new records, if there are any. */
  notify(): void;
  close(): Promise<void>;
}

interface Assignment {
  readonly at: TopicPartition;
  position: number;
  paused: boolean;
}

interface Member {
  readonly options: ConsumerOptions;
  assignments: Map<string, Assignment>;
  /** Index of the partition to deliver next, so that no partition starves. */
  turn: number;
  scheduled: boolean;
  closed: boolean;
}

export function createGroups(log: LogAccess): Groups {
  const groups = new Map<string, Member[]>();

  const rebalance = (group: string) => {
    const members = groups.get(group) ?? [];
    for (const member of members) revokeAll(member);
    const topics = [...new Set(members.flatMap((member) => member.options.topics))].sort();
    for (const topic of topics) {
      const candidates = members.filter((member) => member.options.topics.includes(topic));
      log.partitions(topic).forEach((at, index) => {
        const member = candidates[index % candidates.length] as Member;
        const position = member.options.startOffset(at, log.committed(group, at));
        requireThere({ at, position }, log);
        member.assignments.set(partitionName(at), { at, position, paused: false });
      });
    }
    for (const member of members) schedule(member, log);
  };

  return {
    join: (options) => {
      const member: Member = {
        options,
        assignments: new Map(),
        turn: 0,
        scheduled: false,
        closed: false,
      };
      groups.set(options.group, [...(groups.get(options.group) ?? []), member]);
      rebalance(options.group);
      return consumerOf(member, log, async () => {
        member.closed = true;
        member.assignments.clear();
        const others = (groups.get(options.group) ?? []).filter((other) => other !== member);
        groups.set(options.group, others);
        if (others.length > 0) rebalance(options.group);
      });
    },
    notify: () => {
      for (const members of groups.values()) for (const member of members) schedule(member, log);
    },
    close: async () => {
      for (const members of groups.values()) {
        for (const member of members) member.closed = true;
      }
      groups.clear();
    },
  };
}

function revokeAll(member: Member): void {
  const revoked = [...member.assignments.values()].map((assignment) => assignment.at);
  member.assignments.clear();
  if (revoked.length > 0) member.options.onRevoked(revoked);
}

function consumerOf(member: Member, log: LogAccess, leave: () => Promise<void>): BusConsumer {
  const setPaused = (partitions: readonly TopicPartition[], paused: boolean) => {
    for (const at of partitions) {
      const assignment = member.assignments.get(partitionName(at));
      if (assignment !== undefined) assignment.paused = paused;
    }
    if (!paused) schedule(member, log);
  };
  return {
    pause: (partitions) => setPaused(partitions, true),
    resume: (partitions) => setPaused(partitions, false),
    commit: async (commits) => {
      // Only the owner may commit: a late commit of a revoked partition must not undo the new
      // owner's.
      const owned = commits.filter((commit) => member.assignments.has(partitionName(commit)));
      if (owned.length > 0) await log.commit(member.options.group, owned);
    },
    close: leave,
  };
}

function schedule(member: Member, log: LogAccess): void {
  if (member.scheduled || member.closed) return;
  member.scheduled = true;
  setImmediate(() => {
    member.scheduled = false;
    if (member.closed) return;
    try {
      if (deliverOne(member, log)) schedule(member, log);
    } catch (error) {
      member.options.onFailure(error);
    }
  });
}

/** Delivers one batch of the next partition that has records; false when none has. */
function deliverOne(member: Member, log: LogAccess): boolean {
  const assignments = [...member.assignments.values()];
  for (let step = 0; step < assignments.length; step += 1) {
    const index = (member.turn + step) % assignments.length;
    const assignment = assignments[index] as Assignment;
    if (assignment.paused) continue;
    const records = log.read(assignment.at, assignment.position, member.options.batchMax);
    const last = records.at(-1);
    if (last === undefined) {
      if (assignment.position < log.end(assignment.at)) requireThere(assignment, log);
      continue;
    }
    requireDense(assignment, records);
    assignment.position = last.offset + 1;
    member.turn = index + 1;
    const kept = records.filter(({ value }) => value.byteLength > 0);
    if (kept.length > 0) member.options.onRecords(kept);
    return true;
  }
  return false;
}

function requireThere({ at, position }: Pick<Assignment, 'at' | 'position'>, log: LogAccess): void {
  requireReadable(at, position, log.range(at));
}

function requireDense({ at, position }: Assignment, records: readonly IncomingRecord[]): void {
  const hole = holeIn(records, position);
  if (hole !== null) throw missingBetween(at, hole.after, hole.found);
}
