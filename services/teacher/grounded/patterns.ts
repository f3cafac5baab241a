/** Builds regular expressions from named parts, so that each part fits on a line. */

/** Alternation: matches one of the patterns, tried in this order, with the first one's flags. */
export function oneOf(first: RegExp, ...others: readonly RegExp[]): RegExp {
  return new RegExp([first, ...others].map(({ source }) => source).join('|'), first.flags);
}

/** Concatenation: matches the patterns one after the other, with the first one's flags. */
export function inOrder(first: RegExp, ...others: readonly RegExp[]): RegExp {
  return new RegExp([first, ...others].map(({ source }) => source).join(''), first.flags);
}
