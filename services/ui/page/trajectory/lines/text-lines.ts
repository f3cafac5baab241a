/**
 * Lines of a text and runs of its tokens, each made once however many blocks show parts of them: a
 * step may have a million lines. Pure.
 */
import type { SegmentText, SegmentTokens } from '../../../api.ts';
import type { ColouredLine } from './highlight.ts';
import { tokenRuns } from './token-runs.ts';

const linesOfText = new WeakMap<SegmentText, readonly string[]>();
const runsOfTokens = new WeakMap<SegmentTokens, readonly ColouredLine[]>();

export function linesOf(text: SegmentText): readonly string[] {
  const lines = linesOfText.get(text) ?? text.text.split('\n');
  linesOfText.set(text, lines);
  return lines;
}

/** Lines cut where their tokens end. */
export function tokenLinesOf(text: SegmentText, tokens: SegmentTokens): readonly ColouredLine[] {
  const lines = runsOfTokens.get(tokens) ?? tokenRuns(text.text, tokens.ends);
  runsOfTokens.set(tokens, lines);
  return lines;
}
