/** Finds a token or byte among segments or turns, which lie one after the other. Pure. */

/** Index of the last item that starts at or before `limit`; -1 if none does. Starts never fall. */
export function lastUpTo<Item>(
  items: ArrayLike<Item>,
  limit: number,
  startOf: (item: Item) => number,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(items[middle] as Item) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
