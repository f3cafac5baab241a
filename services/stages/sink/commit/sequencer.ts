/**
 * In which order samples are packed. A bounded run restores source order, so that its bytes do not
 * depend on who overtook whom; a live stream takes arrival order and drops what it has seen. Pure.
 */

/** A record on its way into the data set; small, because many may wait for a slow repository. */
export interface Arrival {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly sequence: number;
  /** Id of the sample; null where the position ends without one. */
  readonly id: string | null;
}

export interface Order<Item extends Arrival> {
  /** Takes a record; false when it is a duplicate and will never be released. */
  offer(item: Item): boolean;
  /** The next record to pack, or null while it has not arrived. */
  shift(): Item | null;
  /** What the next calls of `shift` would give, at most so many. */
  ready(itemsMax: number): Item[];
  /** A bounded run has this many source positions. */
  close(sources: number): void;
  /** True when every position was released. */
  isComplete(): boolean;
  /** True when no record is to come any more. */
  isArrived(): boolean;
  /** Records that were taken and not released. */
  waiting(): Iterable<Item>;
  /** First source position not released; 0 in a live stream. */
  nextSequence(): number;
}

/** Source order from `next` on; positions without a sample are stepped over. */
export function createSourceOrder<Item extends Arrival>(next: number): Order<Item> {
  const held = new Map<number, Item>();
  let sources: number | null = null;
  return {
    offer: (item) => {
      if (item.sequence < next || held.has(item.sequence)) return false;
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
