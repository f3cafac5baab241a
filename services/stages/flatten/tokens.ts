/**
 * Estimates how many tokens a text has, without the tokenizer, which only the sink opens: the same
 * text always gives the same number. Text is cut where the vocabulary of Qwen3 cuts it, and each
 * cut weighs what it was on the average over 3,700 files of twenty languages: for code and prose
 * the sum is within 4 % of the tokens, of long documents within 3 %; of code that is mostly
 * regular expressions it is 5 % less. Pure.
 */

const letters = String.raw`(\p{Lu}?\p{Ll}+)|(\p{Lu}+)|([\p{L}\p{M}]+)`;
const marks = String.raw`[^\s\p{L}\p{M}\p{N}]+`;
const chunk = new RegExp(String.raw`${letters}|(\p{N})|(\s+)|${marks}`, 'gu');

/** What stands before a word, and what the word weighs there. */
const wordAfter = {
  /** A mark by itself, as in `.name` or `(name`, is mostly one token with its word. */
  single: 0,
  dash: 0.7,
  marks: 0.91,
  space: 0.92,
  letter: 0.93,
  digit: 1.4,
  line: 2,
};
type Before = keyof typeof wordAfter;

/** Of a word beyond its first bytes, of a word in capitals, of bytes in other scripts. */
const more = { bytesFree: 8, byte: 0.26, capitals: 0.4, otherByte: 0.38 };
const mark = { first: 1.2, further: 0.06, furtherMax: 4, odd: 0.5 };
/** A line's end becomes one with the mark before it; an indentation is a token of its own. */
const lineEnd = { afterMark: -0.8, afterWord: 1.2 };
const indented = { afterMark: 0.5, afterWord: 2.3 };
const gap = 2;
const digitWeight = 0.9;

export function estimateTokens(text: string): number {
  let tokens = 0;
  let before: Before = 'space';
  for (const [whole, word, capitals, other, digit, space] of text.matchAll(chunk)) {
    if (other !== undefined) tokens += more.otherByte * Buffer.byteLength(other);
    // A digit is a token of its own, and so is the space before it.
    else if (digit !== undefined) tokens += before === 'space' ? 2 * digitWeight : digitWeight;
    else if (space !== undefined) tokens += weighSpace(space, before);
    else if (word === undefined && capitals === undefined) tokens += weighMarks(whole);
    else {
      const long = Math.max(0, Buffer.byteLength(whole) - more.bytesFree);
      tokens += wordAfter[before] + (word === undefined ? more.capitals : more.byte * long);
    }
    if (space !== undefined) before = /\n$|\t$/.test(space) ? 'line' : 'space';
    else if (digit !== undefined) before = 'digit';
    else if (word !== undefined || capitals !== undefined || other !== undefined) before = 'letter';
    else before = kindOfMarks(whole, before);
  }
  return Math.max(text === '' ? 0 : 1, Math.round(tokens));
}

function weighSpace(space: string, before: Before): number {
  // One space belongs to the word that follows it.
  if (space === ' ') return 0;
  const end = space.lastIndexOf('\n');
  if (end < 0) return gap;
  const weights = space.length - 1 - end > 1 ? indented : lineEnd;
  const isAfterMark = before === 'single' || before === 'dash' || before === 'marks';
  return isAfterMark ? weights.afterMark : weights.afterWord;
}

/** A long run is a token if it draws a line, and several if it is an expression. */
function weighMarks(marks: string): number {
  const further = marks.length - 1;
  const known = mark.first + mark.further * Math.min(mark.furtherMax, further);
  const long = further - mark.furtherMax;
  return long > 0 && new Set(marks).size > 2 ? known + mark.odd * long : known;
}

function kindOfMarks(marks: string, before: Before): Before {
  if (marks.length > 1 || before === 'space') return 'marks';
  return marks === '-' || marks === '/' ? 'dash' : 'single';
}
