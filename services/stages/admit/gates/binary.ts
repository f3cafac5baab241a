/** `binary`: valid UTF-8 whose control characters show that it is not text. */
import { defineGate } from '../gate.ts';

/** The largest share of control characters that a text may have. */
const controlShareMax = 0.01;

export const binary = defineGate({
  name: 'binary',
  summary: 'files with more control characters than text has',
  knobs: {},
  reasons: ['binary'],
  drops: [],
  open: () => ({ text: ({ text }) => (isBinary(text) ? 'binary' : null) }),
});

/** Tabs, line feeds, form feeds, carriage returns (9 to 13) and escape occur in ordinary text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is counted
const control = /[\0-\x08\x0e-\x1a\x1c-\x1f]/g;

function isBinary(text: string): boolean {
  if (text.includes('\0')) return true;
  const controls = text.match(control)?.length ?? 0;
  return controls > text.length * controlShareMax;
}
