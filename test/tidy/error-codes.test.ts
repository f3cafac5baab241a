/** The table of error codes holds no code that nothing uses, and sends nobody to a missing knob. */
import { describe, expect, test } from 'vitest';
import { sections } from '../../services/registry.ts';
import { knobKeys } from '../../services/runtime/config/resolve.ts';
import { errorCodes } from '../../services/runtime/error-codes.ts';
import { isTypeScript, readFiles } from './rules/source-files.ts';

const table = 'services/runtime/error-codes.ts';
const sources = readFiles(
  (path) => isTypeScript(path) && /^(services|scripts)\//.test(path) && path !== table,
);

describe('error codes', () => {
  test('each is used somewhere', () => {
    const isUsed = (code: string) => sources.some(({ text }) => text.includes(`'${code}'`));
    expect(Object.keys(errorCodes).filter((code) => !isUsed(code))).toEqual([]);
  });

  test.each(Object.entries(errorCodes))('%s says what happened and what to do', (_, facts) => {
    for (const text of [facts.meaning, facts.remedy]) expect(text).toMatch(/^[A-Z].*\.$/);
    const known = new Set(knobKeys(sections));
    const named = `${facts.meaning} ${facts.remedy}`.matchAll(/`([a-zA-Z]+\.[a-zA-Z]+)`/g);
    for (const [, knob = ''] of named) expect(known).toContain(knob);
  });
});
