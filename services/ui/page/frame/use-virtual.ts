/** A long list of which only the part in view is drawn; sizes are measured as rows come in view. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';

export type List = Virtualizer<HTMLElement, HTMLElement>;

export interface ListOptions {
  readonly count: number;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly estimate: (row: number) => number;
  /** Names a row, so that what was measured stays with it; the same one for the same rows. */
  readonly keyOf?: (row: number) => string | number;
  /** Pixels of the list for one of the bar; 1 without it. */
  readonly scale?: { readonly current: number };
}

export function useVirtual({ count, scroller, estimate, keyOf, scale }: ListOptions): List {
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const held = useRef<List | null>(null);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: estimate,
    // So that the first drawing has rows: what the list measures then is their size at once.
    initialRect: { width: innerWidth, height: innerHeight },
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset: (instance: List, tell: (offset: number, isScrolling: boolean) => void) =>
      observeElementOffset(instance, (offset, isScrolling) =>
        tell(offset * (scale?.current ?? 1), isScrolling),
      ),
    overscan: 6,
    onChange: () => draw(undefined),
    ...(keyOf === undefined ? {} : { getItemKey: keyOf }),
  };
  held.current ??= new Virtualizer<HTMLElement, HTMLElement>(options);
  const list = held.current;
  list.setOptions({ ...list.options, ...options });
  useEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  return list;
}

/** Browsers draw no element higher than some millions of pixels: Firefox 17, Chromium 33. */
const heightMax = 15_000_000;

export interface RowList {
  readonly list: List;
  /** Of the element that holds the rows. */
  readonly height: number;
  /** Where a row is drawn in it. */
  readonly topOf: (start: number) => number;
  readonly scrollToRow: (row: number) => void;
}

/**
 * A list of rows of one height, however many: where all of them are higher than an element can be,
 * a pixel of the bar stands for several of the list.
 */
export function useVirtualRows(
  count: number,
  scroller: RefObject<HTMLElement | null>,
  rowHeight: number,
): RowList {
  const total = count * rowHeight;
  const height = Math.min(total, heightMax);
  const view = scroller.current?.clientHeight ?? innerHeight;
  const ratio = total > height ? (total - view) / (height - view) : 1;
  const scale = useRef(ratio);
  scale.current = ratio;
  const list = useVirtual({ count, scroller, estimate: () => rowHeight, scale });
  const offset = list.scrollOffset ?? 0;
  return {
    list,
    height,
    topOf: (start) => start - offset + offset / ratio,
    scrollToRow: (row) => {
      const { current } = scroller;
      if (current === null) return;
      const [top, seen] = [row * rowHeight, current.clientHeight - 2 * rowHeight];
      const wanted = Math.max(Math.min(offset, top), top - seen);
      if (wanted !== offset) current.scrollTop = wanted / ratio;
    },
  };
}
