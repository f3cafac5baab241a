/** How often thoughts use the words by which deliberation is told, per 10,000 words. Pure. */
import { wordsOf } from '../teacher/words.ts';

export interface Register {
  /** Words of all thoughts. */
  readonly words: number;
  /** Occurrences per 10,000 words. */
  readonly per10k: Readonly<Record<string, number>>;
}

export interface RegisterMeasure {
  addThought(thought: string): void;
  report(): Register;
}

/** Doubt and turns, reasons, order, contracts. */
export const registerWords = (
  'imagine okay wait however actually maybe perhaps alternatively instead because therefore ' +
  'since first then finally must should would so'
).split(' ');

export function createRegister(): RegisterMeasure {
  const counts = new Map(registerWords.map((word) => [word, 0]));
  let words = 0;
  return {
    addThought: (thought) => {
      for (const word of wordsOf(thought)) {
        words += 1;
        const count = counts.get(word);
        if (count !== undefined) counts.set(word, count + 1);
      }
    },
    report: () => ({
      words,
      per10k: Object.fromEntries(
        [...counts].map(([word, count]) => [word, (count * 10_000) / Math.max(1, words)]),
      ),
    }),
  };
}
