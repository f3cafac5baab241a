/** The list of all kinds of teachers. To add a kind, add its folder here and its line below. */
import type { Teacher } from '../ports/teacher.ts';
import type { Clock } from '../runtime/clock.ts';
import { PipelineError } from '../runtime/errors.ts';
import type { OfflineAnswer, TeacherAdapter, TeacherEnvironment, UnmadeCall } from './adapter.ts';
import { checkedTeacher } from './checked.ts';
import { grounded } from './grounded/adapter.ts';
import { openai } from './openai/adapter.ts';
import type { TeacherSettings } from './settings.ts';

export const teachers = { grounded, openai } as const satisfies Record<string, TeacherAdapter>;

export type TeacherKind = keyof typeof teachers;
export const teacherKinds = Object.keys(teachers) as TeacherKind[];

/** The caller reads the key from the environment and passes it. */
export async function openTeacher(
  { kind, ...settings }: TeacherSettings & { readonly kind: TeacherKind },
  environment: TeacherEnvironment,
  clock: Clock,
): Promise<Teacher> {
  return checkedTeacher(await teachers[kind].open(settings, environment, clock), settings);
}

/** The same teacher, whose calls are given to `answer` and not made. */
export async function openOfflineTeacher(
  { kind, ...settings }: TeacherSettings & { readonly kind: TeacherKind },
  answer: (call: UnmadeCall) => Promise<OfflineAnswer>,
): Promise<Teacher> {
  const adapter: TeacherAdapter = teachers[kind];
  if (adapter.openOffline !== undefined) {
    return checkedTeacher(await adapter.openOffline(settings, answer), settings);
  }
  throw new PipelineError(
    'CONFIG_INVALID',
    `the teacher ${kind} makes no calls and costs nothing; choose one that does, for example --teacher openai --set teacher.model=NAME`,
    { subject: 'teacher.kind' },
  );
}
