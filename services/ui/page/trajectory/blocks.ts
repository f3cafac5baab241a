/**
 * A trajectory cut into blocks that a list can draw one by one: a head for each segment, then its
 * lines, a few dozen at a time. So a document of millions of tokens scrolls as a short one. Pure.
 */
import type { SegmentFacts } from '../../api.ts';

export type Block =
  | { readonly part: 'head'; readonly segment: number }
  | {
      readonly part: 'lines';
      readonly segment: number;
      readonly from: number;
      readonly to: number;
      /** Lines after these that a click shows. */
      readonly hidden: number;
    };

const linesOfBlock = 40;
/** Of what was read, the reader first sees so much: the story is in thoughts and code. */
const observedShown = 6;

/** `opened` holds what was read and shall be seen whole; `all` opens everything. */
export function blocksOf(
  segments: readonly SegmentFacts[],
  opened: ReadonlySet<number>,
  all: boolean,
): Block[] {
  const blocks: Block[] = [];
  for (const [segment, { kind, rows }] of segments.entries()) {
    blocks.push({ part: 'head', segment });
    const isShort = kind === 'observe' && !all && !opened.has(segment);
    const shown = isShort ? Math.min(rows, observedShown) : rows;
    for (let from = 0; from < shown; from += linesOfBlock) {
      const to = Math.min(shown, from + linesOfBlock);
      blocks.push({ part: 'lines', segment, from, to, hidden: to === shown ? rows - shown : 0 });
    }
  }
  return blocks;
}

export function keyOfBlock(block: Block): string {
  return block.part === 'head' ? `${block.segment}` : `${block.segment}:${block.from}`;
}

const lineHeight = 20;
const headHeights: Readonly<Partial<Record<SegmentFacts['kind'], number>>> = { file: 96 };

/** The height before a block was drawn; `columns` is how many characters fit a line. */
export function estimateHeight(
  block: Block,
  segments: readonly SegmentFacts[],
  columns: number,
): number {
  const facts = segments[block.segment];
  if (facts === undefined) return lineHeight;
  if (block.part === 'head') return headHeights[facts.kind] ?? 40;
  const charactersOfLine = facts.bytes / Math.max(1, facts.rows);
  const wrapped = Math.max(1, Math.ceil(charactersOfLine / Math.max(20, columns)));
  return (block.to - block.from) * lineHeight * wrapped + (block.hidden > 0 ? 32 : 0);
}

/** A file of the trajectory: the steps from its task to its write. */
export interface FilePart {
  readonly path: string;
  /** Segments [from, to). */
  readonly from: number;
  readonly to: number;
  readonly tokens: { readonly read: number; readonly think: number; readonly write: number };
}

export function filesOf(segments: readonly SegmentFacts[]): FilePart[] {
  const starts = segments.flatMap(({ kind }, place) => (kind === 'file' ? [place] : []));
  return starts.map((from, place) => {
    const to = starts[place + 1] ?? segments.length;
    const part = segments.slice(from, to);
    const sum = (...kinds: readonly SegmentFacts['kind'][]) =>
      part.reduce((total, { kind, tokens }) => total + (kinds.includes(kind) ? tokens : 0), 0);
    const tokens = { read: sum('read', 'observe'), think: sum('think'), write: sum('write') };
    return { path: segments[from]?.path ?? '', from, to, tokens };
  });
}

/** The file that a segment belongs to; null before the first one. */
export function fileAt(files: readonly FilePart[], segment: number): FilePart | null {
  return files.findLast(({ from }) => from <= segment) ?? null;
}

/** What a reader tells apart by colour. */
export const tones = ['setup', 'read', 'think', 'write'] as const;
export type Tone = (typeof tones)[number];

export function toneOf(kind: SegmentFacts['kind']): Tone {
  if (kind === 'read' || kind === 'observe') return 'read';
  if (kind === 'think' || kind === 'requirements') return 'think';
  return kind === 'write' ? 'write' : 'setup';
}
