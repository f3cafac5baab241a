/** The list of kinds of teachers, from which knob, command line and budget derive. */
import { expect, test } from 'vitest';
import { manualClock } from '../../../services/runtime/clock.ts';
import { teacherKnobs } from '../../../services/teacher/config.ts';
import { openTeacher, teacherKinds, teachers } from '../../../services/teacher/open.ts';

test('the knob accepts every kind and describes each', () => {
  const { kind } = teacherKnobs.shape;
  expect(kind.unwrap().options).toEqual(teacherKinds);
  for (const name of teacherKinds) {
    expect(kind.description).toContain(`${name} (${teachers[name].about})`);
  }
});

test('a teacher is opened under the name of its kind', async () => {
  const endpoint = { baseUrl: 'http://localhost:9/v1', model: 'm' };
  for (const kind of teacherKinds) {
    const knobs = teacherKnobs.parse({ kind, ...endpoint });
    const { identity } = await openTeacher(knobs, {}, manualClock());
    expect(identity.name).toBe(kind);
    // Rules cost nothing; only a model's answers are held to a budget.
    expect(teachers[kind].pays).toBe(identity.languageModel);
  }
});
