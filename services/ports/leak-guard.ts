/**
 * Finds code copied into a thought. Copying is the cheapest way to lower the bits of the code, and
 * it teaches nothing. Only words are compared, so white space, punctuation, quotes, case and
 * comments cannot hide a copy. Lists of names and texts that the sub-agent has read are exempt,
 * because a thought may name things. Pure.
 */
import { joinedRuns } from './word-runs.ts';

export interface LeakLimits {
  /** A shared run of this many words is a leak. */
  readonly leakWordsMax: number;
  /** Words per run when the copied share is measured. */
  readonly leakShareWords: number;
  readonly leakShareMax: number;
}

/** Where nobody sets others. They let pass what names things, and stop what copies statements. */
export const usualLeakLimits: LeakLimits = {
  leakWordsMax: 12,
  leakShareWords: 5,
  leakShareMax: 0.2,
};

export interface LeakGuard {
  /** The kind of copy found in the thought, or null. */
  find(thought: string): 'run' | 'share' | null;
}

interface Word {
  readonly text: string;
  /** The text between the previous word and this one. */
  readonly gap: string;
}

/** A longer word (a hash, a literal, text without spaces) is split into pieces. */
const wordLettersMax = 32;
const pieceLetters = 8;

export function createLeakGuard(
  code: string,
  visible: readonly string[],
  limits: LeakLimits,
): LeakGuard {
  const codeWords = splitWords(code);
  // In a file shorter than a run, the whole file is one run.
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

/** Strips comments of common languages. Mistakes are harmless: the full text is compared too. */
function stripComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, ' ')
    .replaceAll(/\/\/[^\n]*|(^|\s)(#|--)\s[^\n]*/gm, ' ');
}

function allRuns(words: readonly Word[], length: number): string[] {
  return joinedRuns(
    words.map(({ text }) => text),
    length,
  );
}

/** Runs of the code that a thought must not hold: all runs except lists of names. */
function runsOf(words: readonly Word[], length: number): string[] {
  const all = allRuns(words, length);
  const runs: string[] = [];
  // Length of the list of names that ends with this word.
  let listed = 0;
  for (const [index, word] of words.entries()) {
    if (!/^\p{L}|^[_$]/u.test(word.text)) listed = 0;
    else listed = listed > 0 && /^[\s'"`]*[,|][\s'"`]*$/.test(word.gap) ? listed + 1 : 1;
    const start = index - length + 1;
    const isList = length > 1 && listed >= length;
    if (start >= 0 && !isList) runs.push(all[start] as string);
  }
  return runs;
}
