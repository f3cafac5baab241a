/** Measures the lines of a text, and tells which files are expected to have short lines. */
import { rowOfPath } from '../../../schemas/languages/languages.ts';

/** Whether long lines in this file mean packed data; in prose, markup and tables they do not. */
export function isShortLined(path: string): boolean {
  return rowOfPath(path)?.isShortLined === true;
}

export interface LineLengths {
  readonly max: number;
  readonly mean: number;
}

/** Line feeds do not count. */
export function measureLines(text: string): LineLengths {
  let max = 0;
  let lines = 0;
  for (let start = 0; start < text.length; lines++) {
    const end = text.indexOf('\n', start);
    const stop = end === -1 ? text.length : end;
    if (stop - start > max) max = stop - start;
    start = stop + 1;
  }
  return { max, mean: lines === 0 ? 0 : text.length / lines };
}
