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
}

export function useVirtual({ count, scroller, estimate, keyOf }: ListOptions): List {
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
    observeElementOffset,
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
