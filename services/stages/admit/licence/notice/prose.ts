/** Makes one text of a comment's lines, in which sentences can be told apart. */

/** Marks the end of a paragraph or of a self-contained line in the joined text of a block. */
export const stop = '¶';

/** Joins the lines to one text, in which copyright lines and empty lines end a sentence. */
export function proseOf(lines: readonly string[]): string {
  const ended = lines.map((line) => {
    if (line === '' || /^[-=*#_~+/. ]+$/.test(line)) return ` ${stop} `;
    const own = /^(?:@|\\|:)?\w*(?:copyright|authors?)\b|\(c\)|©|^@\w+|^\w+[^ ]*\.\w{1,5}$/i.test(
      line,
    );
    return own ? `${line} ${stop} ` : `${line} `;
  });
  return ended
    .join('')
    .replace(/["“”'‘’`*]/g, '')
    .replace(/\s+/g, ' ');
}
