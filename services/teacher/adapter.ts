/** What a kind of teacher is to the rest of the program: it brings this, and a line in open.ts. */
import type { Teacher } from '../ports/teacher.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Budget } from '../runtime/coordination/coordination.ts';
import type { TeacherSettings } from './settings.ts';

export interface TeacherEnvironment {
  readonly apiKey?: string | undefined;
  /** Shared with other processes; without one this process counts for itself. */
  readonly budget?: Budget;
}

export interface TeacherAdapter {
  /** A few words after its name, for people who choose. */
  readonly about: string;
  /** Answers cost money or quota: processes of a data set share one budget, and ask once. */
  readonly pays: boolean;
  /** CONFIG_INVALID when a knob that it needs is not set. Nothing is asked yet. */
  open(settings: TeacherSettings, environment: TeacherEnvironment, clock: Clock): Promise<Teacher>;
}
