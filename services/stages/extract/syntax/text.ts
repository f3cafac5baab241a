/** Shortens declarations and documentation to one line each. Pure. */

const signatureLengthMax = 200;
const docLengthMax = 300;

/** Text without line breaks or runs of white space. */
export function collapse(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** A declaration without its body: one line, at most 200 characters. */
export function signatureOf(text: string): string {
  // Only the beginning is kept, so a huge initialiser is cut before it is collapsed.
  const line = collapse(text.slice(0, signatureLengthMax * 10)).replace(/[\s{:=]+$/, '');
  return cut(line, signatureLengthMax);
}

/** First sentence of a documentation comment or string; null when nothing is left. */
export function firstSentence(text: string): string | null {
  const paragraph = text.trim().split(/\n\s*\n/, 1)[0] ?? '';
  const line = collapse(paragraph);
  const end = /[.!?](?=\s+[^a-z\s]|\s*$)/.exec(line.replaceAll(/\b(?:e\.g|i\.e|etc)\. /g, mask));
  const sentence = end === null ? line : line.slice(0, end.index + 1);
  return sentence === '' ? null : cut(sentence, docLengthMax);
}

/** A comment without its markers. */
export function commentText(comment: string): string {
  return comment
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^(?:\/\*[*!]*|\/\/[/!]*|#+|\*+(?!\/))\s?/, '')
        .replace(/\**\*\/$/, '')
        .trimEnd(),
    )
    .join('\n')
    .trim();
}

/** Keeps the length, so that offsets still fit. */
function mask(abbreviation: string): string {
  return '_'.repeat(abbreviation.length);
}

/** Never splits a surrogate pair. */
function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const kept = text.slice(0, lengthMax - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
