/** Makes text from repositories and models safe to show, in a terminal and on a page. Pure. */

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
