/** A model that is stuck says one thing again and again. */
import { joinedRuns } from '../../ports/word-runs.ts';
import { wordsOf } from '../words.ts';
import { type Check, quoteShort, sentencesOf } from './check.ts';

const sameSentencesMax = 2;
/** In a row. */
const sameWordsMax = 6;
const sentenceWordsMin = 4;
const runWords = 8;
/** Share of a text's runs that occurred in it before. */
const repeatedShareMax = 0.2;
const wordsMin = 60;

export const repetition: Check = (answer, { shown }) => {
  const seen = new Map<string, number>();
  for (const sentence of sentencesOf(answer)) {
    const words = wordsOf(sentence);
    if (words.length < sentenceWordsMin) continue;
    const key = words.join(' ');
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    if (count > sameSentencesMax) return `the text says ${quoteShort(sentence)} again and again`;
  }
  const stuck = /(\S{1,20}?)\1{19,}/.exec(answer.replaceAll(/[-=_.*#\s]+/g, ' '));
  // A key of forty zeros is one of the file's own words.
  if (stuck !== null && !shown.includes(stuck[0].trim().toLowerCase())) {
    return `the text is stuck at ${quoteShort(stuck[0])}`;
  }
  const words = wordsOf(answer);
  const word = stuckWord(words);
  if (word !== null) return `the text is stuck at ${quoteShort(word)}`;
  return repeatedShare(words) > repeatedShareMax
    ? 'much of the text repeats what it said before'
    : null;
};

function stuckWord(words: readonly string[]): string | null {
  let run = 0;
  for (const [at, word] of words.entries()) {
    run = word === words[at - 1] ? run + 1 : 1;
    if (run > sameWordsMax) return word;
  }
  return null;
}

function repeatedShare(words: readonly string[]): number {
  if (words.length < wordsMin) return 0;
  const runs = joinedRuns(words, runWords);
  return 1 - new Set(runs).size / runs.length;
}
