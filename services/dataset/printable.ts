/** Makes text safe to show, in a terminal, on a page and in a command for copying. Pure. */

/**
 * Makes repository text safe to show: control characters, which could move the cursor or forge
 * output, become visible symbols. Tabs and newlines stay.
 */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\ufffd';
  });
}

/** A word of a command that is shown for copying, quoted where a POSIX shell would split it. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
