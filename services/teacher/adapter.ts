/** What each kind of teacher provides; open.ts lists the kinds. */
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
  /** Follows the kind's name in help and reference, for people who choose one. */
  readonly about: string;
  /** Whether answers cost money or quota: then all processes share one budget and ask once. */
  readonly pays: boolean;
  /** Throws CONFIG_INVALID when a needed knob is not set. Contacts no server yet. */
  open(settings: TeacherSettings, environment: TeacherEnvironment, clock: Clock): Promise<Teacher>;
}
