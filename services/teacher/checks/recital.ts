/** An answer that repeats what it was told to do says nothing about the file. */
import { type Check, quoteShort, wordsOf } from './check.ts';

/** Longer than a phrase that an engineer and an instruction share by chance. */
const runWords = 8;

export const recital: Check = (answer, { instructions }) => {
  const words = wordsOf(answer);
  for (let start = 0; start + runWords <= words.length; start += 1) {
    const run = words.slice(start, start + runWords).join(' ');
    if (instructions.includes(` ${run} `))
      return `the text repeats its instructions: ${quoteShort(run)}`;
  }
  return null;
};
