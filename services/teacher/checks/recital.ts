/**
 * An answer that repeats what it was told to do says nothing about the file, unless the file or its
 * project says the same: a repository may be about prompts, even about these.
 */
import { type Check, quoteShort, wordsOf } from './check.ts';

/** Longer than a phrase that an engineer and an instruction share by chance. */
const runWords = 8;

export const recital: Check = (answer, { instructions, shown }) => {
  const words = wordsOf(answer);
  let material: string | null = null;
  for (let start = 0; start + runWords <= words.length; start += 1) {
    const run = words.slice(start, start + runWords).join(' ');
    if (!instructions.includes(` ${run} `)) continue;
    material ??= ` ${wordsOf(shown).join(' ')} `;
    if (!material.includes(` ${run} `)) {
      return `the text repeats its instructions: ${quoteShort(run)}`;
    }
  }
  return null;
};
