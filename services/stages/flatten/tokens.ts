/**
 * Estimates how many tokens a text has, without the tokenizer, which only the sink opens: the same
 * text always gives the same number. For code and prose it is some percent more than the vocabulary
 * of Qwen3 gives, so what fits by the estimate mostly fits; for base64 it is a quarter less. Pure.
 */

const capitalised = String.raw`\p{Lu}?\p{Ll}+`;
const otherLetters = String.raw`\p{Lu}+|[\p{L}\p{M}]+`;
const marks = String.raw`[^\s\p{L}\p{M}\p{N}]+`;
const chunk = new RegExp(String.raw`(${capitalised}|${otherLetters})|(\p{N}|\s+)|${marks}`, 'gu');

/** A longer word, or a longer run of other marks, is several tokens. */
const bytesPerToken = { word: 9, marks: 4 };

export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [whole, word, single] of text.matchAll(chunk)) {
    // One space belongs to the word that follows it.
    if (whole === ' ') continue;
    const bytes = word === undefined ? bytesPerToken.marks : bytesPerToken.word;
    tokens += single === undefined ? Math.ceil(Buffer.byteLength(whole) / bytes) : 1;
  }
  return tokens;
}
