/** A message about a wrong value shows one that works: for every knob there is. */
import { expect, test } from 'vitest';
import { sections } from '../../../../services/registry.ts';
import {
  knobKeys,
  noSources,
  resolveConfiguration,
} from '../../../../services/runtime/config/resolve.ts';

function problemOf(set: string): string | null {
  try {
    resolveConfiguration(sections, { ...noSources, sets: [set] });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Each is wrong for most knobs; some strings take anything. */
const wrong = ['', 'MIT', '-1', '{a: b}', 'not a value', '[[1]]', '1e99'];

test.each(knobKeys(sections))('%s', (key) => {
  for (const value of wrong) {
    const problem = problemOf(`${key}=${value}`);
    if (problem === null) continue;
    const [, examples = ''] = new RegExp(`; for example ${key}=(.*)`).exec(problem) ?? [];
    expect(examples, problem).not.toBe('');
    for (const example of examples.split(' or ')) {
      expect(problemOf(`${key}=${example}`), example).toBeNull();
    }
  }
});

test('a licence by its name alone is told to be a list', () => {
  expect(problemOf('admit.licences=MIT')).toContain('admit.licences=[MIT,Apache-2.0] or record');
});
