/**
 * The partitions that a consumer owns: each one's position, the records fetched and not yet
 * delivered, and its last commit. Plain state; consumer.ts changes it.
 */
import { type IncomingRecord, partitionName, type TopicPartition } from '../bus.ts';

export interface Assignment {
  readonly at: TopicPartition;
  /**
   * Position of the next fetch; null until the group's commit is known, and until then nothing is
   * delivered.
   */
  next: number | null;
  /** Fetched, in order, and waiting for the stage to resume. */
  readonly held: (readonly IncomingRecord[])[];
  /** True while the stage has paused the partition. */
  paused: boolean;
  /** Offsets never move backwards. */
  committedOffset: number;
  /** Below this offset what is missing was explained: nothing of ours is lost. */
  wholeTo: number;
  /** Asks the broker why offsets are missing; null while nobody asks. */
  explaining: Promise<void> | null;
  /** When records last arrived, or when the partition was last seen to have none. */
  progressMs: number;
}

export interface AssignmentChange {
  readonly revoked: readonly TopicPartition[];
  readonly added: readonly Assignment[];
  readonly kept: readonly Assignment[];
}

/** Partitions of one member of a group. */
export class Assignments {
  readonly #byName = new Map<string, Assignment>();
  #memberId: string | null = null;

  get(at: TopicPartition): Assignment | undefined {
    return this.#byName.get(partitionName(at));
  }

  all(): readonly Assignment[] {
    return [...this.#byName.values()];
  }

  /** False when the partition was revoked meanwhile, even if it has come back since. */
  owns(assignment: Assignment): boolean {
    return this.get(assignment.at) === assignment;
  }

  /**
   * Applies the group's new assignment. A member that keeps its id has been in the group all the
   * time, so nobody else had the partitions that it keeps; under a new id another member may have
   * had any of them.
   */
  join(memberId: string, partitions: readonly TopicPartition[], nowMs: number): AssignmentChange {
    const names = new Set(partitions.map(partitionName));
    const sameMember = memberId === this.#memberId;
    this.#memberId = memberId;
    const gone = this.all().filter(({ at }) => !sameMember || !names.has(partitionName(at)));
    for (const { at } of gone) this.#byName.delete(partitionName(at));
    const kept = this.all();
    const added = partitions
      .filter((at) => this.get(at) === undefined)
      .map((at) => ({
        at,
        next: null,
        held: [],
        paused: false,
        committedOffset: -1,
        wholeTo: 0,
        explaining: null,
        progressMs: nowMs,
      }));
    for (const assignment of added) this.#byName.set(partitionName(assignment.at), assignment);
    return { revoked: gone.map(({ at }) => at), added, kept };
  }

  /** Gives everything up. */
  clear(): readonly TopicPartition[] {
    const gone = this.all().map(({ at }) => at);
    this.#byName.clear();
    this.#memberId = null;
    return gone;
  }
}
