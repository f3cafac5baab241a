/**
 * An answer that repeats what it was told to do says nothing about the file, unless the file or its
 * project says the same: a repository may be about prompts, even about these.
 */
import { joinedRuns } from '../../ports/word-runs.ts';
import { wordsOf } from '../words.ts';
import { type Check, quoteShort } from './check.ts';

/** Longer than a phrase that an engineer and an instruction share by chance. */
const runWords = 8;

/** What nobody must recite: the runs of the instructions. */
export function recitedRuns(instructions: string): ReadonlySet<string> {
  return new Set(joinedRuns(wordsOf(instructions), runWords));
}

export const recital: Check = (answer, { instructions, shown }) => {
  let material: string | null = null;
  for (const run of joinedRuns(wordsOf(answer), runWords)) {
    if (!instructions.has(run)) continue;
    material ??= ` ${wordsOf(shown).join(' ')} `;
    if (!material.includes(` ${run} `)) {
      return `the text repeats its instructions: ${quoteShort(run)}`;
    }
  }
  return null;
};
