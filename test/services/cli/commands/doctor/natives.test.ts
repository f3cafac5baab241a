/** The doctor speaks for every parser that a run may need, and says which of them do not work. */
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

test('what no parser reads is named', async () => {
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
