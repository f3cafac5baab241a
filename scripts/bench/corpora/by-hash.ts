/** Samples that are as good as drawn by chance, and the same in each run. Pure. */
import { sha256 } from '../../../services/runtime/ids.ts';

/** The items in the order of the hashes of their keys. */
export function byHash<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return items
    .map((item) => ({ item, hash: sha256(key(item)) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ item }) => item);
}
