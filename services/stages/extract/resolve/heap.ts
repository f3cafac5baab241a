/** A binary heap of numbers, each under a key: the smallest key first, then the smallest number. */

export interface Heap {
  push(key: number, value: number): void;
  pop(): number | undefined;
}

export function openHeap(): Heap {
  const items: [key: number, value: number][] = [];
  return {
    push(key, value) {
      items.push([key, value]);
      siftUp(items);
    },
    pop() {
      const [first] = items;
      const last = items.pop();
      if (first === undefined || last === undefined) return undefined;
      if (items.length > 0) {
        items[0] = last;
        siftDown(items);
      }
      return first[1];
    },
  };
}

type Item = [key: number, value: number];

function isBefore(a: Item | undefined, b: Item | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a[0] === b[0] ? a[1] < b[1] : a[0] < b[0];
}

function swap(items: Item[], a: number, b: number): void {
  const [left, right] = [items[a], items[b]];
  if (left === undefined || right === undefined) return;
  items[a] = right;
  items[b] = left;
}

function siftUp(items: Item[]): void {
  let index = items.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(items[index], items[parent])) return;
    swap(items, index, parent);
    index = parent;
  }
}

function siftDown(items: Item[]): void {
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const child = isBefore(items[left + 1], items[left]) ? left + 1 : left;
    if (child >= items.length || !isBefore(items[child], items[index])) return;
    swap(items, index, child);
    index = child;
  }
}
