/** What each kind of teacher provides; open.ts lists the kinds. */
import type { Usage } from '../../schemas/generated/types.ts';
import type { Teacher } from '../ports/teacher.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Book } from '../runtime/coordination/book.ts';
import type { Budget } from '../runtime/coordination/coordination.ts';
import type { Meter } from './meter.ts';
import type { TeacherSettings } from './settings.ts';

export interface TeacherEnvironment {
  readonly apiKey?: string | undefined;
  /** The key of a further endpoint, by the name that `teacher.endpoints` gives it. */
  readonly namedKey?: (name: string) => string | undefined;
  /** Shared with other processes; without one this process counts for itself. */
  readonly budget?: Budget;
  /** Opens the book in which the run's spending is kept; called once, at the first call. */
  readonly book?: () => Book;
  /** Shows what calls cost while they are made. */
  readonly meter?: Meter;
}

/** A call that is not made: what would be sent, and what it would likely bring. */
export interface UnmadeCall {
  /** The key of its answer in the memo. */
  readonly id: string;
  readonly repository: string;
  readonly formName: string;
  readonly promptBytes: number;
  /** The body of the request, as the endpoint would get it. */
  readonly body: Readonly<Record<string, unknown>>;
  /** An answer as it may be expected. */
  readonly sketch: unknown;
}

export interface OfflineAnswer {
  readonly text: string;
  readonly usage: Usage;
  readonly cut: boolean;
}

export interface TeacherAdapter {
  /** Follows the kind's name in help and reference, for people who choose one. */
  readonly about: string;
  /** Whether answers cost money or quota: then all processes share one budget and ask once. */
  readonly pays: boolean;
  /** Throws CONFIG_INVALID when a needed knob is not set. Contacts no server yet. */
  open(settings: TeacherSettings, environment: TeacherEnvironment, clock: Clock): Promise<Teacher>;
  /** The same teacher, whose calls are not made but given to `answer`; only where calls cost. */
  openOffline?(
    settings: TeacherSettings,
    answer: (call: UnmadeCall) => Promise<OfflineAnswer>,
  ): Promise<Teacher>;
}
