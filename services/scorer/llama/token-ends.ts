/** Where each token of a text ends, from what its tokens spell together. Pure. */
import type { Token } from './library.ts';

type Spell = (tokens: readonly Token[]) => string;

/** Stands where bytes spell no whole character. */
const replaced = /\uFFFD+$/;

/**
 * In UTF-16 units; a token that ends inside a character ends it. Null where the tokens do not spell
 * the text.
 */
export function tokenEnds(
  tokens: readonly Token[],
  text: string,
  spell: Spell,
): readonly number[] | null {
  const ends: number[] = [];
  let at = 0;
  // Since the last end of a token that was one of a character.
  let open: Token[] = [];
  for (const token of tokens) {
    open.push(token);
    const spelled = spell(open);
    const whole = spelled.replace(replaced, '');
    if (text.startsWith(spelled, at)) {
      at += spelled.length;
      ends.push(at);
      open = [];
    } else if (whole !== spelled && text.startsWith(whole, at)) {
      const inside = text.codePointAt(at + whole.length);
      if (inside === undefined) return null;
      ends.push(at + whole.length + String.fromCodePoint(inside).length);
    } else return null;
  }
  return at === text.length ? ends : null;
}
