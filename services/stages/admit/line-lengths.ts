/** Measures the lines of a text, and tells which files are expected to have short lines. */
import { rowOfPath } from '../../../schemas/languages/languages.ts';
import { lineEnd } from '../../../schemas/lines.ts';

/** Whether long lines in this file mean packed data; in prose, markup and tables they do not. */
export function isShortLined(path: string): boolean {
  return rowOfPath(path)?.isShortLined === true;
}

export interface LineLengths {
  readonly max: number;
  readonly mean: number;
}

let last: { readonly text: string; readonly lengths: LineLengths } | null = null;

/**
 * Measures the lines of a text; line ends count in the mean but not in the maximum. What it says of
 * the last text is kept, because two gates ask.
 */
export function measureLines(text: string): LineLengths {
  if (last?.text !== text) last = { text, lengths: measured(text) };
  return last.lengths;
}

function measured(text: string): LineLengths {
  let max = 0;
  let lines = 0;
  for (let start = 0; start < text.length; lines++) {
    const next = lineEnd(text, start);
    let end = next;
    while (end > start && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
    if (end - start > max) max = end - start;
    start = next;
  }
  return { max, mean: lines === 0 ? 0 : text.length / lines };
}
