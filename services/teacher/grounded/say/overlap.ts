/**
 * Measures how much of the code stands in a text word for word. The grounded teacher drops
 * sentences that come near the search's leak guard: long shared runs, and many short ones.
 */

/** Shared words in a row that a sentence may have; the guard refuses 12. */
const longRunMax = 10;
/** Runs of so many words are counted as a share of the code; the guard refuses a fifth. */
const shortRun = 5;
const sharedShareMax = 0.12;

export interface CodeRuns {
  readonly long: ReadonlySet<string>;
  readonly short: ReadonlySet<string>;
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

function runsOf(tokens: readonly string[], length: number): string[] {
  const runs: string[] = [];
  for (let start = 0; start + length <= tokens.length; start += 1) {
    runs.push(tokens.slice(start, start + length).join(' '));
  }
  return runs;
}

export function indexRuns(code: string): CodeRuns {
  const tokens = words(code);
  return {
    long: new Set(runsOf(tokens, longRunMax + 1)),
    // A file shorter than a run is copied when all of it is.
    short: new Set(runsOf(tokens, Math.max(1, Math.min(shortRun, tokens.length)))),
  };
}

/** Whether more than `longRunMax` words in a row stand in the code too. */
export function copiesCode(text: string, index: CodeRuns): boolean {
  return runsOf(words(text), longRunMax + 1).some((run) => index.long.has(run));
}

/** Short runs of the code that the text holds. */
export function sharedRuns(text: string, index: CodeRuns): number {
  const tokens = words(text);
  const lengths = new Set([...index.short].slice(0, 1).map((run) => run.split(' ').length));
  const [length = shortRun] = lengths;
  return new Set(runsOf(tokens, length).filter((run) => index.short.has(run))).size;
}

/** Whether the text holds too large a share of the code in short runs. */
export function copiesMuch(text: string, index: CodeRuns): boolean {
  return index.short.size > 0 && sharedRuns(text, index) > sharedShareMax * index.short.size;
}
