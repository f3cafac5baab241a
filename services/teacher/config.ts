/** Knobs of the teacher, under `teacher.*`: the kind, and the settings that any kind may use. */
import { z } from 'zod';
import { teacherKinds, teachers } from './open.ts';
import { teacherSettings } from './settings.ts';

const choices = teacherKinds.map((kind) => `${kind} (${teachers[kind].about})`);

export const teacherKnobs = z.object({
  kind: z
    .enum(teacherKinds)
    .default('grounded')
    .describe(`who writes plans and thoughts: ${choices.join(' or ')}`),
  ...teacherSettings.shape,
});

export type TeacherKnobs = z.infer<typeof teacherKnobs>;
