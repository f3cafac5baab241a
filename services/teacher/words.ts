/** Texts as words and as runs of words, for whoever compares what texts say. Pure. */

/** Words in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

/** Each run of so many words, in order; a shorter text has none. */
export function runsOf(words: readonly string[], length: number): string[] {
  const runs: string[] = [];
  for (let start = 0; start + length <= words.length; start += 1) {
    runs.push(words.slice(start, start + length).join(' '));
  }
  return runs;
}
