/** Regular expressions put together from parts that have a name, so that each fits a line. */

/** Matches what one of the patterns does, tried in this order; flags are those of the first. */
export function oneOf(first: RegExp, ...others: readonly RegExp[]): RegExp {
  return new RegExp([first, ...others].map(({ source }) => source).join('|'), first.flags);
}

/** Matches what the patterns do one after the other; flags are those of the first. */
export function inOrder(first: RegExp, ...others: readonly RegExp[]): RegExp {
  return new RegExp([first, ...others].map(({ source }) => source).join(''), first.flags);
}
