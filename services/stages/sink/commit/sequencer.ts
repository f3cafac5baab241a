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
  /**
   * Takes a record; false when it is a duplicate and will never be released. `packed` says that its
   * sample was released before.
   */
  offer(item: Item, packed: boolean): boolean;
  /** The next record to pack, or null while it has not arrived. */
  shift(): Item | null;
  /** The records that the next calls of `shift` would return, at most `itemsMax`. */
  ready(itemsMax: number): Item[];
  /** Says that a bounded run has this many source positions. */
  close(sources: number): void;
  /** True when every position was released, and every sample that came late. */
  isComplete(): boolean;
  /** True when every record has arrived. */
  isArrived(): boolean;
  /** Records that were taken and not released. */
  waiting(): Iterable<Item>;
  /** First source position not released; 0 in a live stream. */
  nextSequence(): number;
}

/**
 * Source order from `next` on; a position without a sample is released like any other. A repository
 * that was dropped, and was tried again when its position had passed, comes late: after the last
 * position, in source order among those like it.
 */
export function createSourceOrder<Item extends Arrival>(next: number): Order<Item> {
  const held = new Map<number, Item>();
  const late = new Map<number, Item>();
  let sources: number | null = null;
  const lateInOrder = () => {
    if (sources === null || next + held.size < sources || late.size === 0) return [];
    return [...late.values()].sort((a, b) => a.sequence - b.sequence);
  };
  return {
    offer: (item, packed) => {
      if (item.sequence < next) {
        if (item.id === null || packed || late.has(item.sequence)) return false;
        late.set(item.sequence, item);
        return true;
      }
      const before = held.get(item.sequence);
      // A dropped repository that was tried again takes its place after all.
      const better = before !== undefined && before.id === null && item.id !== null;
      if (before !== undefined && !better) return false;
      held.set(item.sequence, item);
      return true;
    },
    shift: () => {
      const item = held.get(next);
      if (item !== undefined) {
        held.delete(next);
        next += 1;
        return item;
      }
      const [last] = lateInOrder();
      if (last === undefined || sources === null || next < sources) return null;
      late.delete(last.sequence);
      return last;
    },
    ready: (itemsMax) => {
      const items: Item[] = [];
      for (let position = next; items.length < itemsMax; position += 1) {
        const item = held.get(position);
        if (item === undefined) break;
        items.push(item);
      }
      return [...items, ...lateInOrder()].slice(0, itemsMax);
    },
    close: (count) => {
      sources = count;
    },
    isComplete: () => sources !== null && next >= sources && late.size === 0,
    isArrived: () => sources !== null && next + held.size >= sources,
    waiting: () => [...held.values(), ...late.values()],
    nextSequence: () => next,
  };
}

/** Arrival order; a sample that is packed, or waits, is not taken again. */
export function createArrivalOrder<Item extends Arrival>(): Order<Item> {
  const queue: Item[] = [];
  const queued = new Set<string | null>();
  return {
    offer: (item, packed) => {
      if (item.id === null || packed || queued.has(item.id)) return false;
      queued.add(item.id);
      queue.push(item);
      return true;
    },
    shift: () => {
      const item = queue.shift() ?? null;
      queued.delete(item?.id ?? null);
      return item;
    },
    ready: (itemsMax) => queue.slice(0, itemsMax),
    close: () => {},
    isComplete: () => false,
    isArrived: () => false,
    waiting: () => queue,
    nextSequence: () => 0,
  };
}
