/**
 * The order in which samples are packed. A bounded run restores source order, so that its bytes do
 * not depend on which record arrived first; a live stream takes arrival order and drops duplicates.
 * Pure.
 */

/** A record on its way into the data set; small, because many may wait for a slow repository. */
export interface Arrival {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly sequence: number;
  /** Id of the sample; null where the source was dropped. */
  readonly id: string | null;
}

export interface Order<Item extends Arrival> {
  /** Takes a record; false when it is a duplicate and will never be released. */
  offer(item: Item): boolean;
  /** The next record to pack, or null while it has not arrived. */
  shift(): Item | null;
  /** The records that the next calls of `shift` would return, at most `itemsMax`. */
  ready(itemsMax: number): Item[];
  /** Says that a bounded run has this many source positions. */
  close(sources: number): void;
  /** True when every position was released. */
  isComplete(): boolean;
  /** True when every record has arrived. */
  isArrived(): boolean;
  /** Records that were taken and not released. */
  waiting(): Iterable<Item>;
  /** First source position not released; 0 in a live stream. */
  nextSequence(): number;
}

/** Source order from `next` on; a position without a sample is released like any other. */
export function createSourceOrder<Item extends Arrival>(next: number): Order<Item> {
  const held = new Map<number, Item>();
  let sources: number | null = null;
  return {
    offer: (item) => {
      if (item.sequence < next) return false;
      const before = held.get(item.sequence);
      // A dropped repository that was tried again takes its place after all.
      const better = before !== undefined && before.id === null && item.id !== null;
      if (before !== undefined && !better) return false;
      held.set(item.sequence, item);
      return true;
    },
    shift: () => {
      const item = held.get(next) ?? null;
      if (item !== null) {
        held.delete(next);
        next += 1;
      }
      return item;
    },
    ready: (itemsMax) => {
      const items: Item[] = [];
      for (let position = next; items.length < itemsMax; position += 1) {
        const item = held.get(position);
        if (item === undefined) break;
        items.push(item);
      }
      return items;
    },
    close: (count) => {
      sources = count;
    },
    isComplete: () => sources !== null && next >= sources,
    isArrived: () => sources !== null && next + held.size >= sources,
    waiting: () => held.values(),
    nextSequence: () => next,
  };
}

/** Arrival order; a sample that was seen is not taken again. */
export function createArrivalOrder<Item extends Arrival>(seen: Set<string>): Order<Item> {
  const queue: Item[] = [];
  return {
    offer: (item) => {
      if (item.id === null || seen.has(item.id)) return false;
      seen.add(item.id);
      queue.push(item);
      return true;
    },
    shift: () => queue.shift() ?? null,
    ready: (itemsMax) => queue.slice(0, itemsMax),
    close: () => {},
    isComplete: () => false,
    isArrived: () => false,
    waiting: () => queue,
    nextSequence: () => 0,
  };
}
