/** A text cut where its tokens end, line by line; neighbours differ in kind. Pure. */
import type { ColouredLine } from './highlight.ts';

export function tokenRuns(text: string, ends: readonly number[]): ColouredLine[] {
  const lines: [string, string][][] = [[]];
  let start = 0;
  for (const [place, end] of [...ends, text.length].entries()) {
    const kind = place % 2 === 0 ? 'even' : 'odd';
    for (const [part, piece] of text.slice(start, end).split('\n').entries()) {
      if (part > 0) lines.push([]);
      if (piece !== '') lines.at(-1)?.push([kind, piece]);
    }
    start = end;
  }
  return lines;
}
