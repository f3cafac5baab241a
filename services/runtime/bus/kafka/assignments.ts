/**
 * The partitions that a consumer owns: where each goes on, what was fetched and not yet handed on,
 * what it committed. Plain state; consumer.ts moves it.
 */
import type { IncomingRecord, TopicPartition } from '../bus.ts';

export interface Assignment {
  readonly at: TopicPartition;
  /** Null until the group's commit is known: nothing is delivered before. */
  next: number | null;
  /** Fetched, in order, and waiting for the stage to resume. */
  readonly held: (readonly IncomingRecord[])[];
  /** By the stage. */
  paused: boolean;
  /** Offsets never move backwards. */
  committedOffset: number;
  /** When it last received something, or had nothing to receive. */
  progressMs: number;
}

export const nameOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;

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
    return this.#byName.get(nameOf(at));
  }

  all(): readonly Assignment[] {
    return [...this.#byName.values()];
  }

  /** False when it was revoked meanwhile, even if it came back since. */
  owns(assignment: Assignment): boolean {
    return this.get(assignment.at) === assignment;
  }

  /**
   * Takes over what the group decided. A member that keeps its id has been in the group all the
   * time, so what it keeps nobody else had; with a new id everything may have been elsewhere.
   */
  join(memberId: string, partitions: readonly TopicPartition[], nowMs: number): AssignmentChange {
    const names = new Set(partitions.map(nameOf));
    const sameMember = memberId === this.#memberId;
    this.#memberId = memberId;
    const gone = this.all().filter(({ at }) => !sameMember || !names.has(nameOf(at)));
    for (const { at } of gone) this.#byName.delete(nameOf(at));
    const kept = this.all();
    const added = partitions
      .filter((at) => this.get(at) === undefined)
      .map((at) => ({
        at,
        next: null,
        held: [],
        paused: false,
        committedOffset: -1,
        progressMs: nowMs,
      }));
    for (const assignment of added) this.#byName.set(nameOf(assignment.at), assignment);
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
