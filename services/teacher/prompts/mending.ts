/** Tells a teacher why its last answer to the same prompt was refused. */
import type { Mending } from '../../ports/teacher.ts';
import { fitText, type Material, material } from './material.ts';

/** Shares of the longest prompt. */
const answerShare = 0.03;
const problemShare = 0.01;

export function mendingParts(
  mending: Mending | undefined,
  bytesMax: number,
): (string | Material)[] {
  if (mending === undefined) return [];
  return [
    'Your last answer to this cannot be used:',
    material('refused-answer', fitText(mending.answer, bytesMax * answerShare)),
    material('problem', fitText(mending.problem, bytesMax * problemShare)),
    'Answer again, and avoid this.',
  ];
}
