/**
 * The soak of knobs knows no knob that is gone, and sets the one that it names. That it knows them
 * all it says itself: whoever adds a part with a knob need not touch its list.
 */
import { expect, test } from 'vitest';
import { changes } from '../soak/knobs/changes.ts';
import { tellingKnobs } from '../soak/knobs/telling.ts';

test('the soak of knobs names only knobs that may change the output', () => {
  expect(tellingKnobs()).toEqual(expect.arrayContaining(Object.keys(changes)));
});

test('the soak changes the knob that it names', () => {
  for (const [knob, entry] of Object.entries(changes)) {
    if ('sets' in entry) expect(entry.sets[0]).toMatch(new RegExp(`^${knob}=`));
  }
});
