/** The list of blocks of one trajectory, with its files beside it and the ribbon above. */
import type { RefObject, VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type LogView, type SegmentFacts, stepOf, type TrajectoryView } from '../../api.ts';
import { isCopy } from '../frame/copy.ts';
import { useKeys } from '../frame/keys.ts';
import { withParameters } from '../frame/route.ts';
import { go, route } from '../frame/state.ts';
import { type List, useVirtual } from '../frame/use-virtual.ts';
import { MarkDialog } from '../marks/mark-dialog.tsx';
import { type TrajectoryMarks, useMarks } from '../marks/use-marks.ts';
import { BlockView, partsOf, type Reading } from './block-view.tsx';
import { type Block, blocksOf, estimateHeight, fileAt, filesOf, keyOfBlock } from './blocks.ts';
import { FileList } from './file-list.tsx';
import { keepDrawn } from './keep-drawn.ts';
import { Overview } from './overview.tsx';
import { useScrollTo } from './use-scroll-to.ts';
import { useTexts } from './use-texts.ts';

export interface ReaderProps {
  readonly trajectory: TrajectoryView;
  readonly log: LogView;
}

export function Reader({ trajectory, log }: ReaderProps) {
  const { out } = route.value;
  const { id, segments } = trajectory;
  const scroller = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const { isAllOpen, ...shows } = useModes();
  const blocks = useMemo(
    () => blocksOf(segments, opened, isAllOpen),
    [segments, opened, isAllOpen],
  );
  const files = useMemo(() => filesOf(segments), [segments]);
  const searches = useMemo(
    () => new Map(log.searches.map((search) => [search.path, search])),
    [log],
  );
  const texts = useTexts(out, trajectory);
  const marking = useMarks(out, id);
  const { marks } = marking;
  const mark = marking.mayMark ? marking.open : null;
  const list = useBlockList(blocks, segments, scroller);
  const items = list.getVirtualItems();
  const offset = list.scrollOffset ?? 0;
  const top = items.find(({ end }) => end > offset + 1) ?? items[0];
  const segmentAtTop = blocks[top?.index ?? 0]?.segment ?? 0;
  const step = stepOf(route.value.parameters, segments);
  const scrollTo = useScrollTo(list, blocks, scroller);
  useEffect(() => {
    if (step !== null) scrollTo(step);
  }, [step]);
  useEffect(() => {
    const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
    texts.want(blocks[first]?.segment ?? 0, blocks[last]?.segment ?? 0);
  });
  const at = step ?? segmentAtTop;
  const goTo = (segment: number) => {
    const bounded = Math.max(0, Math.min(segments.length - 1, segment));
    go(withParameters(route.value, { step: String(bounded), file: '' }), true);
    scrollTo(bounded);
  };
  useKeys({
    j: () => goTo(at + 1),
    k: () => goTo(at - 1),
    n: () => goTo(files.find(({ from }) => from > at)?.from ?? at),
    p: () => goTo(files.findLast(({ from }) => from < at)?.from ?? 0),
    m: () => marking.open(at),
  });
  const reading = { trajectory, log, searches, files, texts, step, marks, mark, ...shows };
  const open = (segment: number) => setOpened((before) => new Set([...before, segment]));
  const here = { segment: segmentAtTop, file: fileAt(files, segmentAtTop) };
  return (
    <div class="reader">
      <FileList {...{ files, searches, current: here.file, isWhole: trajectory.isWhole }} />
      <div class="steps">
        <Overview {...{ trajectory, log, ...here, showsHeat: shows.showsHeat, go: goTo }} />
        <Blocks {...{ list, blocks, reading, scroller, open }} />
      </div>
      <MarkForm {...{ out, id, segments, marking }} />
    </div>
  );
}

/** What the reader may switch on and off. */
function useModes() {
  const [isAllOpen, setAllOpen] = useState(false);
  const [showsTokens, setShowsTokens] = useState(false);
  const [showsHeat, setShowsHeat] = useState(false);
  useKeys({
    o: () => setAllOpen(!isAllOpen),
    b: () => setShowsTokens(!showsTokens),
    // The server measures it.
    ...(isCopy ? {} : { h: () => setShowsHeat(!showsHeat) }),
  });
  return { isAllOpen, showsTokens, showsHeat };
}

function useBlockList(
  blocks: readonly Block[],
  segments: readonly SegmentFacts[],
  scroller: RefObject<HTMLDivElement | null>,
): List {
  const columns = columnsOf(scroller.current?.clientWidth ?? widthBefore());
  // Whenever a row gets its height, the list asks this of all rows behind it.
  const rows = useMemo(
    () =>
      blocks.map((block) => ({
        key: keyOfBlock(block),
        height: estimateHeight(block, segments, columns),
      })),
    [blocks, columns],
  );
  // The list measures all rows anew for another function of keys, so it is another one only then.
  const keyOf = useMemo(() => (row: number) => rows[row]?.key ?? '', [rows]);
  const estimate = (row: number) => rows[row]?.height ?? 0;
  return useVirtual({ count: blocks.length, scroller, estimate, keyOf });
}

/** About what the list will have: it is measured once more where that was wrong. */
function widthBefore(): number {
  return innerWidth > 768 ? innerWidth - Math.min(320, Math.max(240, innerWidth / 4)) : innerWidth;
}

/** Characters that fit a line, in steps of ten: a few more or less change no estimate by much. */
function columnsOf(width: number): number {
  return Math.round((Math.min(width, 1216) - 110) / 80) * 10;
}

interface BlocksProps {
  readonly list: List;
  readonly blocks: readonly Block[];
  readonly reading: Reading;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly open: (segment: number) => void;
}

function Blocks({ list, blocks, reading, scroller, open }: BlocksProps) {
  const items = list.getVirtualItems();
  const drawn = useDrawn(reading, open);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls takes the keyboard.
    <section class="scroller" ref={scroller} tabIndex={0} aria-label="Steps">
      <div class="blocks" style={{ height: `${list.getTotalSize()}px` }}>
        <div style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map(({ index, key }) => (
            <div key={key} data-index={index} ref={list.measureElement}>
              {drawn(blocks[index] ?? nothing)}
            </div>
          ))}
        </div>
      </div>
    </section>
  );
}

/** The blocks as they were drawn, for as long as they would be drawn the same. */
function useDrawn(reading: Reading, open: (segment: number) => void) {
  const kept = useMemo(() => keepDrawn<Block, VNode>(), []);
  const { texts: _, ...rest } = reading;
  const { node } = kept(Object.values(rest));
  return (block: Block) => {
    const parts = partsOf(block, reading);
    return node(block, Object.values(parts), () => (
      <BlockView {...{ block, parts, reading, open }} />
    ));
  };
}

interface MarkFormProps {
  readonly out: number;
  readonly id: string;
  readonly segments: readonly SegmentFacts[];
  readonly marking: TrajectoryMarks;
}

function MarkForm({ out, id, segments, marking: { marking, marks, close } }: MarkFormProps) {
  if (marking === null) return null;
  const { kind = '', path = null } = segments[marking] ?? {};
  return (
    <MarkDialog
      {...{ out, id, segment: marking, onDone: close }}
      step={`${kind} ${path ?? ''}`}
      mark={marks.get(marking)}
    />
  );
}

const nothing = { part: 'head', segment: 0 } as const;
