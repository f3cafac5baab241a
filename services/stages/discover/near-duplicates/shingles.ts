/**
 * The shingles of a text: every run of five words, as 32-bit hashes. Words are letters, digits and
 * underscores without regard to case, as in The Stack's deduplication; bytes of other scripts are
 * letters, too. Spaces and punctuation do not count. Pure.
 */
import { mix } from '../../../runtime/hashes/mix.ts';

const runWords = 5;

/** For each byte the one that is hashed, lower case; 0 ends a word. */
const letters = Uint8Array.from({ length: 256 }, (_, byte) => {
  const isUpper = byte >= 0x41 && byte <= 0x5a;
  if (isUpper) return byte + 0x20;
  const isWord = /\w/.test(String.fromCharCode(byte));
  return isWord || byte >= 0x80 ? byte : 0;
});

/** The hashes in the order of the text; equal runs of words give equal hashes. */
export function shinglesOf(text: Uint8Array): Uint32Array {
  // A word and the space after it take two bytes at least.
  const hashes = new Uint32Array((text.length >> 1) + 1);
  const last = new Uint32Array(runWords);
  let words = 0;
  let count = 0;
  const end = (word: number) => {
    last[words % runWords] = mix(word);
    words += 1;
    if (words < runWords) return;
    let hash = 0;
    for (let back = runWords; back > 0; back--) {
      hash = Math.imul(hash ^ (last[(words - back) % runWords] as number), 0x9e3779b1);
      hash = (hash << 13) | (hash >>> 19);
    }
    hashes[count] = mix(hash);
    count += 1;
  };
  let word = 0;
  let isOpen = false;
  for (let at = 0; at < text.length; at++) {
    const letter = letters[text[at] as number] as number;
    if (letter !== 0) {
      word = Math.imul((isOpen ? word : 0x811c9dc5) ^ letter, 0x01000193);
      isOpen = true;
    } else if (isOpen) {
      end(word);
      isOpen = false;
    }
  }
  if (isOpen) end(word);
  return hashes.subarray(0, count);
}
