/** `binary`: valid UTF-8 that is no text, told by its control characters. */
import { defineGate } from '../gate.ts';

/** Share of control characters above which UTF-8 is not text; form feed and escape are in use. */
const controlShareMax = 0.01;

export const binary = defineGate({
  name: 'binary',
  summary: 'control characters that no text has',
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
    // Tab, line feed, form feed, carriage return and escape belong to text.
    if (code < 0x20 && !(code >= 9 && code <= 13) && code !== 0x1b) controls += 1;
  }
  return controls > text.length * controlShareMax;
}
