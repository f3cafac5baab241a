/** Asks once more for an answer that has not the form asked for. */
import { fitText, joinMaterial, material } from './material.ts';

/** What is wrong with an answer may quote the answer, so it is material too. */
const problemBytesMax = 2_000;

export function repairPrompt(problem: string, cut: boolean): string {
  return joinMaterial([
    'That answer cannot be used. What is wrong with it:',
    material('problem', fitText(problem, problemBytesMax)),
    `Answer again with the JSON object only${cut ? ', and shorter' : ''}.`,
  ]);
}
