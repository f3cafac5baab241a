/**
 * Measures how long a run of a text's words also stands in the code. The grounded teacher drops
 * sentences that come near the search's leak guard, whichever way the guard splits words.
 */

/** Shared words in a row that a sentence may have; the guard refuses 12. */
export const sharedRunMax = 10;

/** Runs of code words, for repeated questions about one file. */
export interface CodeRuns {
  readonly runs: ReadonlySet<string>;
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

export function indexRuns(code: string): CodeRuns {
  const tokens = words(code);
  const runs = new Set<string>();
  for (let start = 0; start + sharedRunMax < tokens.length; start += 1) {
    runs.add(tokens.slice(start, start + sharedRunMax + 1).join(' '));
  }
  return { runs };
}

/** Whether more than `sharedRunMax` words in a row stand in the code too. */
export function copiesCode(text: string, index: CodeRuns): boolean {
  const tokens = words(text);
  for (let start = 0; start + sharedRunMax < tokens.length; start += 1) {
    if (index.runs.has(tokens.slice(start, start + sharedRunMax + 1).join(' '))) return true;
  }
  return false;
}
