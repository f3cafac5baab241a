/**
 * Every knob that may change the output has a value that the soak of knobs proves to change
 * something, or a reason why no run can show it: a knob without effect misleads.
 */
import { expect, test } from 'vitest';
import { sections } from '../../services/registry.ts';
import { changes } from '../soak/knobs/changes.ts';

const telling = Object.entries(sections).flatMap(([section, { shape }]) =>
  Object.entries(shape).flatMap(([name, knob]) => {
    const { operational, input } = knob.meta() ?? {};
    return operational === true || input === true ? [] : [`${section}.${name}`];
  }),
);

test('the soak of knobs knows every knob that may change the output, and no other', () => {
  expect(Object.keys(changes).sort()).toEqual([...telling].sort());
});

test('the soak changes the knob that it names', () => {
  for (const [knob, entry] of Object.entries(changes)) {
    if ('sets' in entry) expect(entry.sets[0]).toMatch(new RegExp(`^${knob}=`));
  }
});
