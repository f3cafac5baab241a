/** What commands are told of their terminal. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminal } from '../../../services/cli/context.ts';

test('a terminal has the width of its window now, and 80 columns where nobody says', () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 0 });
  const terminal = createTerminal(stream, {});
  expect(terminal.columns).toBe(80);
  stream.columns = 120;
  expect(terminal.columns).toBe(120);
  expect(createTerminal(new PassThrough(), {}).columns).toBe(80);
});
