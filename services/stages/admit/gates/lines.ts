/**
 * `lines`: skips files with a line that is too long to read, and source files with a long mean
 * line, because such files hold packed data.
 */
import { z } from 'zod';
import { defineGate } from '../gate.ts';
import { isShortLined, measureLines } from '../line-lengths.ts';

const count = z.number().int().positive();

export const lines = defineGate({
  name: 'lines',
  summary: 'files with too long a line, source code with too long a mean line',
  knobs: {
    lineCharactersMax: count
      .default(10_000)
      .describe(
        'Characters of the longest line of a file; above it the file is skipped. 10,000 passes long tables and prose, not packed data.',
      ),
    lineCharactersMeanMax: count
      .default(200)
      .describe(
        'Mean characters per line of a source file; above it the file is skipped. Twice StarCoder’s 100, which loses genuine files.',
      ),
  },
  reasons: ['long-line', 'long-mean-line'],
  drops: [],
  open: ({ lineCharactersMax, lineCharactersMeanMax }) => ({
    text: ({ path, text }) => {
      const { max, mean } = measureLines(text);
      if (max > lineCharactersMax) return 'long-line';
      return isShortLined(path) && mean > lineCharactersMeanMax ? 'long-mean-line' : null;
    },
  }),
});
