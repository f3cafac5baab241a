/**
 * The definition of a line, for all code that counts or slices lines. Line k is the text after the
 * (k−1)-th line end, up to and including the k-th. A line ends at LF, at CR LF, or at a CR alone,
 * as old Macs wrote it. A last line without an end counts; an empty rest after the last end does
 * not. Form feed and U+2028 are content.
 */

/** Number of lines; 0 for an empty text. */
export function countLines(text: string): number {
  let lines = 0;
  let cursor = 0;
  while (cursor < text.length) {
    lines += 1;
    cursor = lineEnd(text, cursor);
  }
  return lines;
}

/**
 * Lines `fromLine` to `toLine`, counted from 1 and inclusive, with their line ends. 0 and 0 mean
 * the whole text. Lines past the end are empty.
 */
export function lineRange(text: string, fromLine: number, toLine: number): string {
  if (fromLine === 0 && toLine === 0) return text;
  let line = 1;
  let cursor = 0;
  while (line < fromLine && cursor < text.length) {
    cursor = lineEnd(text, cursor);
    line += 1;
  }
  const start = cursor;
  while (line <= toLine && cursor < text.length) {
    cursor = lineEnd(text, cursor);
    line += 1;
  }
  return text.slice(start, cursor);
}

/** One object for all calls: each sets where it looks from. */
const ends = /\r\n?|\n/g;

/** One past the end of the line at `start`, or the end of the text. */
export function lineEnd(text: string, start: number): number {
  ends.lastIndex = start;
  return ends.test(text) ? ends.lastIndex : text.length;
}

/**
 * The same text with LF for each CR alone, for parsers that count at LF only. Every character keeps
 * its offset.
 */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text;
}

/** The words of a text on one line, with one space between. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
