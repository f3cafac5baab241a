/** Runs of words, for whoever compares what texts say. Pure. */

/**
 * Each run of so many words, in order, with a space between two words; a shorter text has none.
 * They are cut from one text: to join each by itself was a tenth of a run with search.
 */
export function joinedRuns(words: readonly string[], length: number): string[] {
  if (words.length < length) return [];
  const text = words.join(' ');
  const runs: string[] = [];
  let [start, end] = [0, words.slice(0, length).join(' ').length];
  for (let at = 0; at + length <= words.length; at += 1) {
    runs.push(text.slice(start, end));
    start += (words[at] as string).length + 1;
    end += (words[at + length]?.length ?? 0) + 1;
  }
  return runs;
}
