/**
 * Finds code copied into a thought: copying is the cheapest way to lower the bits of the code, and
 * teaches nothing. Words alone are compared, so that white space, punctuation, quotes, case and
 * comments change nothing. Naming things is no leak: lists of names and what the sub-agent has read
 * are exempt. Pure.
 */

export interface LeakLimits {
  /** A shared run of this many words is a leak. */
  readonly leakWordsMax: number;
  /** Run length at which the copied share is measured. */
  readonly leakShareWords: number;
  readonly leakShareMax: number;
}

export interface LeakGuard {
  /** What the thought copies, or null. */
  find(thought: string): 'run' | 'share' | null;
}

interface Word {
  readonly text: string;
  /** What stands between this word and the one before. */
  readonly gap: string;
}

/** A longer word (a hash, a literal, text without spaces) counts as several. */
const wordLettersMax = 32;
const pieceLetters = 8;

export function createLeakGuard(
  code: string,
  visible: readonly string[],
  limits: LeakLimits,
): LeakGuard {
  const codeWords = splitWords(code);
  // A file shorter than a run is copied when all of it is.
  const shareWords = Math.max(1, Math.min(limits.leakShareWords, codeWords.length));
  const longRuns = new Set(
    [codeWords, splitWords(stripComments(code))].flatMap((words) =>
      runsOf(words, limits.leakWordsMax),
    ),
  );
  const shortRuns = new Set(runsOf(codeWords, shareWords));
  for (const words of visible.map(splitWords)) {
    for (const run of allRuns(words, limits.leakWordsMax)) longRuns.delete(run);
    for (const run of allRuns(words, shareWords)) shortRuns.delete(run);
  }
  return {
    find: (thought) => {
      const variants = [splitWords(thought), splitWords(stripComments(thought))];
      const copied = new Set<string>();
      for (const words of variants) {
        for (const run of allRuns(words, limits.leakWordsMax)) {
          if (longRuns.has(run)) return 'run';
        }
        for (const run of allRuns(words, shareWords)) {
          if (shortRuns.has(run)) copied.add(run);
        }
      }
      return copied.size > limits.leakShareMax * shortRuns.size ? 'share' : null;
    },
  };
}

function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let end = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}_$]+/gu)) {
    const gap = text.slice(end, match.index);
    end = match.index + match[0].length;
    const lower = match[0].toLowerCase();
    if (lower.length <= wordLettersMax) {
      words.push({ text: lower, gap });
      continue;
    }
    for (let start = 0; start < lower.length; start += pieceLetters) {
      const piece = lower.slice(start, start + pieceLetters);
      words.push({ text: piece, gap: start === 0 ? gap : '' });
    }
  }
  return words;
}

/** Comments of the common languages. What it wrongly takes for one, the whole text still holds. */
function stripComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, ' ')
    .replaceAll(/\/\/[^\n]*|(^|\s)(#|--)\s[^\n]*/gm, ' ');
}

function* allRuns(words: readonly Word[], length: number): Generator<string> {
  for (let start = 0; start + length <= words.length; start += 1) {
    yield joinRun(words, start, length);
  }
}

/** Runs of code that a thought must not hold: all but lists of names. */
function runsOf(words: readonly Word[], length: number): string[] {
  const runs: string[] = [];
  // How many words up to here are one list of names, this one included.
  let listed = 0;
  for (const [index, word] of words.entries()) {
    if (!/^\p{L}|^[_$]/u.test(word.text)) listed = 0;
    else listed = listed > 0 && /^[\s'"`]*[,|][\s'"`]*$/.test(word.gap) ? listed + 1 : 1;
    const start = index - length + 1;
    const isList = length > 1 && listed >= length;
    if (start >= 0 && !isList) runs.push(joinRun(words, start, length));
  }
  return runs;
}

function joinRun(words: readonly Word[], start: number, length: number): string {
  return words
    .slice(start, start + length)
    .map((word) => word.text)
    .join(' ');
}
