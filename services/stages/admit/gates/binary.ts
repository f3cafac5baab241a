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

function isBinary(text: string): boolean {
  let controls = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0) return true;
    // Tabs, line feeds, form feeds, carriage returns (9 to 13) and escape occur in ordinary text.
    if (code < 0x20 && !(code >= 9 && code <= 13) && code !== 0x1b) controls += 1;
  }
  return controls > text.length * controlShareMax;
}
