/**
 * Goes to a segment and stays there while the rows around it get their real heights, until the
 * reader moves on.
 */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { List } from '../frame/use-virtual.ts';
import type { Block } from './blocks.ts';

/** What a reader does who goes on; a scroll alone may be the list's own. */
const moves = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

export function useScrollTo(
  list: List,
  blocks: readonly Block[],
  scroller: RefObject<HTMLElement | null>,
): (segment: number) => void {
  const target = useRef<number | null>(null);
  useEffect(() => {
    const { current } = scroller;
    const leave = () => {
      target.current = null;
    };
    for (const move of moves) current?.addEventListener(move, leave, { passive: true });
    return () => {
      for (const move of moves) current?.removeEventListener(move, leave);
    };
  }, []);
  const row = blocks.findIndex(
    ({ part, segment }) => part === 'head' && segment === target.current,
  );
  // Each drawing may have measured rows before the target, and moved it.
  useEffect(() => {
    const item = list.getVirtualItems().find(({ index }) => index === row);
    const { current } = scroller;
    if (item === undefined || current === null) return;
    const bottom = current.scrollHeight - current.clientHeight;
    const wanted = Math.min(item.start, bottom);
    if (Math.abs(current.scrollTop - wanted) > 1) list.scrollToOffset(wanted);
  });
  return (segment) => {
    target.current = segment;
    const place = blocks.findIndex((block) => block.part === 'head' && block.segment === segment);
    if (place >= 0) list.scrollToIndex(place, { align: 'start' });
  };
}
