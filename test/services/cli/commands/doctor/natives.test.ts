/** The doctor checks every parser that a run may need, and names those that do not work. */
import { expect, test } from 'vitest';
import { parsedRows } from '../../../../../schemas/languages/languages.ts';
import { checkParsers } from '../../../../../services/cli/commands/doctor/natives.ts';
import { extractKnobs } from '../../../../../services/stages/extract/config.ts';

const { signal } = new AbortController();
const names = parsedRows.map(({ name }) => name).sort();

test('a child process finds the probe of every parsed language', async () => {
  const { detail, problem } = await checkParsers(extractKnobs.parse({}), signal);
  expect(problem).toBeNull();
  expect(detail).toBe(`child process parses ${names.join(', ')}`);
});

test('names every language whose parser does not work', async () => {
  const lengthMax = 30;
  const { detail, problem } = await checkParsers(
    extractKnobs.parse({ parseBytesMax: lengthMax, notebookBytesMax: lengthMax }),
    signal,
  );
  const mute = parsedRows.filter(({ probe }) => probe.text.length > lengthMax);
  expect(mute.length).toBeGreaterThan(0);
  expect(problem).toContain(
    `no parser for ${mute
      .map(({ name }) => name)
      .sort()
      .join(', ')}: `,
  );
  for (const { name } of mute) expect(detail).not.toMatch(new RegExp(`\\b${name}\\b`));
});
