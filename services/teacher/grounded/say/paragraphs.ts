/**
 * Joins sentences into a text without repetition and without copying long or many code runs. What
 * "It" stands for is kept: a sentence goes with the one that named its subject.
 */
import { joinedRuns } from '../../../ports/word-runs.ts';
import { wordsOf } from '../../words.ts';
import { type CodeRuns, copiesCode, copiesMuch, sharedRuns } from './overlap.ts';

/** Words in a row; a sentence that mostly has those of earlier ones says nothing new. */
const toldRunWords = 6;
const toldShareMax = 0.5;

export function joinParagraphs(paragraphs: readonly (readonly string[])[], runs: CodeRuns): string {
  const isTold = rememberTold();
  let lost = false;
  let kept = paragraphs.map((sentences) =>
    sentences.flatMap(splitAtIt).filter((one) => {
      if (one === '' || (lost && one.startsWith('It '))) return false;
      const left = isTold(one) || copiesCode(one, runs);
      lost = left && !one.startsWith('It ');
      return !left;
    }),
  );
  // A short file is soon copied as a whole, so sentences that share most are dropped first.
  while (copiesMuch(kept.flat().join(' '), runs)) {
    const worst = kept
      .flat()
      .reduce((a, b) => (sharedRuns(b, runs) > sharedRuns(a, runs) ? b : a), '');
    if (worst === '') break;
    kept = kept.map((sentences) => withoutSentence(sentences, worst));
  }
  return kept
    .filter((sentences) => sentences.length > 0)
    .map((sentences) => sentences.join(' '))
    .join('\n\n');
}

/** Without a sentence, and without those after it that call its subject "It". */
function withoutSentence(sentences: readonly string[], left: string): string[] {
  let lost = false;
  return sentences.filter((one) => {
    lost = one === left || (lost && one.startsWith('It '));
    return !lost;
  });
}

/** What is said of one subject is one piece; each of its sentences may be told already. */
function splitAtIt(piece: string): string[] {
  return piece.split(/(?<=[.!?])\s+(?=It\s)/);
}

/** Whether a sentence, or most of it, was asked about before. */
function rememberTold(): (sentence: string) => boolean {
  const told = new Set<string>();
  return (sentence) => {
    const words = wordsOf(sentence);
    const length = Math.max(1, Math.min(toldRunWords, words.length));
    const own = joinedRuns(words, length);
    const known = own.filter((run) => told.has(run)).length;
    for (const run of own) told.add(run);
    return known > own.length * toldShareMax;
  };
}
