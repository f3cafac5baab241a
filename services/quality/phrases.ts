/**
 * Whether thoughts about different files are made from one template: how many of their phrases no
 * other thought has, and the phrases that most thoughts share. Any name in backticks counts as the
 * same word, and so does a list of them, since a template differs in the names alone. Bounded
 * tallies over all thoughts. Pure.
 */
import { wordsOf } from '../teacher/words.ts';
import { hashRuns } from './runs.ts';
import { createTally, type Tally } from './tally.ts';

export interface Phrases {
  readonly thoughts: number;
  /** Different phrases over phrases, each counted once in a thought; 1 if none is shared. */
  readonly distinct: readonly {
    readonly words: number;
    readonly share: number;
    /** One phrase in so many was counted; 1 is exact. */
    readonly oneIn: number;
  }[];
  /** The commonest phrases, and in how many thoughts each stands. */
  readonly common: readonly { readonly phrase: string; readonly thoughts: number }[];
}

export interface PhraseMeasure {
  addThought(thought: string): void;
  report(): Phrases;
}

const lengths = [4, 8] as const;
const shownWords = 8;
const commonMax = 10;
/** Phrases that share so many words in a row are shown once. */
const sameWords = 4;
const phrasesKept = 2 ** 16;
/** No word has it, so it can stand for a name. */
const anyName = '$';

export function createPhrases(capacity = phrasesKept): PhraseMeasure {
  const tallies = lengths.map((words) => ({ words, tally: createTally(capacity) }));
  const texts = new Map<number, string>();
  let thoughts = 0;
  return {
    addThought: (thought) => {
      thoughts += 1;
      const words = wordsWithoutNames(thought);
      for (const { words: length, tally } of tallies) {
        const runs = [...hashRuns(words, length)];
        for (const run of new Set(runs)) tally.add(run);
        if (length === shownWords) rememberTexts(texts, tally, words, runs);
      }
      if (texts.size > 2 * capacity) forgetTexts(texts, tallies.at(-1)?.tally);
    },
    report: () => ({
      thoughts,
      distinct: tallies.map(({ words, tally }) => ({
        words,
        share: tally.total === 0 ? 1 : tally.distinct / tally.total,
        oneIn: tally.oneIn,
      })),
      common: chooseCommon(tallies.at(-1)?.tally, texts),
    }),
  };
}

function wordsWithoutNames(thought: string): string[] {
  const words = wordsOf(thought.replaceAll(/`[^`\n]*`/g, ` ${anyName} `));
  return words.filter((word, at) => word !== anyName || words[at - 1] !== anyName);
}

/** Keeps the wording of what the tally keeps. */
function rememberTexts(
  texts: Map<number, string>,
  tally: Tally,
  words: readonly string[],
  runs: readonly number[],
): void {
  for (const [start, run] of runs.entries()) {
    if (!tally.has(run) || texts.has(run)) continue;
    texts.set(run, words.slice(start, start + shownWords).join(' '));
  }
}

/** Forgets the wording of what the tally has dropped. */
function forgetTexts(texts: Map<number, string>, tally: Tally | undefined): void {
  for (const run of texts.keys()) if (tally?.has(run) !== true) texts.delete(run);
}

function chooseCommon(
  tally: Tally | undefined,
  texts: ReadonlyMap<number, string>,
): Phrases['common'] {
  const shared = [...(tally?.entries() ?? [])]
    .filter(([, count]) => count > 1)
    .map(([run, count]) => ({ phrase: texts.get(run) ?? '', thoughts: count }))
    .sort((a, b) => b.thoughts - a.thoughts || (a.phrase < b.phrase ? -1 : 1));
  const chosen: { phrase: string; thoughts: number }[] = [];
  const seen = new Set<number>();
  for (const each of shared) {
    if (chosen.length === commonMax) break;
    const parts = [...hashRuns(each.phrase.split(' '), sameWords)];
    if (parts.some((part) => seen.has(part))) continue;
    for (const part of parts) seen.add(part);
    chosen.push({ ...each, phrase: showNames(each.phrase) });
  }
  return chosen;
}

function showNames(phrase: string): string {
  return phrase
    .split(' ')
    .map((word) => (word === anyName ? '`…`' : word))
    .join(' ');
}
