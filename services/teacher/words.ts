/** Texts as words, for whoever compares what texts say. Pure. */

/** Words in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [];
}
