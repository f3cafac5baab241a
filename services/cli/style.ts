/** Terminal styles; without colours every function returns its text unchanged. */

export interface Style {
  readonly enabled: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const escapeCharacter = '\u001b';

export function createStyle(enabled: boolean): Style {
  const wrap = (on: number, off: number) => (text: string) =>
    enabled && text !== '' ? `${escapeCharacter}[${on}m${text}${escapeCharacter}[${off}m` : text;
  return {
    enabled,
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
    cyan: wrap(36, 39),
  };
}

/**
 * Makes repository text safe to print: control characters, which could move the cursor or forge
 * output, become visible symbols. Tabs and newlines stay.
 */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\ufffd';
  });
}
