/** One block of a trajectory: the head of a segment, or some of its lines. */
import type { Mark } from '../../../../schemas/marks.ts';
import { tellRefused } from '../../../dataset/refused.ts';
import type {
  FileSearch,
  HeatView,
  LogView,
  SegmentFacts,
  SegmentText,
  SegmentTokens,
  TrajectoryView,
} from '../../api.ts';
import { route } from '../frame/state.ts';
import { type Block, type FilePart, fileAt } from './blocks.ts';
import { HeadBlock } from './head-block.tsx';
import type { ColouredLine } from './lines/highlight.ts';
import { LinesBlock } from './lines/lines-block.tsx';
import type { Texts } from './use-texts.ts';

/** What all blocks of a trajectory are drawn from. */
export interface Reading {
  readonly trajectory: TrajectoryView;
  readonly log: LogView;
  readonly searches: ReadonlyMap<string, FileSearch>;
  readonly files: readonly FilePart[];
  readonly texts: Texts;
  /** The step that the address names. */
  readonly step: number | null;
  readonly showsTokens: boolean;
  readonly showsHeat: boolean;
  /** By step. */
  readonly marks: ReadonlyMap<number, Mark>;
  /** Opens the form of a mark; null where none may be made. */
  readonly mark: ((segment: number) => void) | null;
}

/** What only this block is drawn from; null for what is not there yet, or not wanted. */
export interface BlockParts {
  readonly text: SegmentText | null;
  readonly colours: readonly ColouredLine[] | null;
  readonly tokens: SegmentTokens | null;
  readonly heat: HeatView | null;
}

export interface BlockProps {
  readonly block: Block;
  readonly parts: BlockParts;
  readonly reading: Reading;
  readonly open: (segment: number) => void;
}

const noParts: BlockParts = { text: null, colours: null, tokens: null, heat: null };

/** Asks for what is not there yet. */
export function partsOf({ part, segment }: Block, reading: Reading): BlockParts {
  const { trajectory, texts, showsTokens, showsHeat } = reading;
  const facts = trajectory.segments[segment];
  if (part === 'head' || facts === undefined) return noParts;
  return {
    text: texts.textOf(segment),
    colours: coloursOf(texts, segment, facts),
    tokens: showsTokens ? tokensOf(texts, segment, facts) : null,
    heat: showsHeat && facts.kind === 'write' ? texts.heatOf(segment) : null,
  };
}

export function BlockView({ block, parts, reading, open }: BlockProps) {
  const { trajectory, log, searches, files, step, marks, mark } = reading;
  const { segment } = block;
  const facts = trajectory.segments[segment];
  if (facts === undefined) return null;
  if (block.part === 'lines') {
    return (
      <LinesBlock
        {...block}
        facts={facts}
        {...parts}
        place={{ out: route.value.out, id: trajectory.id, segment }}
        open={() => open(segment)}
      />
    );
  }
  return (
    <HeadBlock
      facts={facts}
      segment={segment}
      isCurrent={segment === step}
      search={searches.get(fileAt(files, segment)?.path ?? '')}
      edges={log.edges}
      lacks={lacksAt(facts, trajectory)}
      mark={marks.get(segment)}
      onMark={mark === null ? null : () => mark(segment)}
    />
  );
}

function coloursOf(texts: Texts, segment: number, { kind, language }: SegmentFacts) {
  return kind === 'write' || kind === 'observe' ? texts.coloursOf(segment, language) : null;
}

/** Beyond this, marks of tokens would make the page slow. */
const markedTokensMax = 30_000;

function tokensOf(texts: Texts, segment: number, { tokens }: SegmentFacts) {
  return tokens <= markedTokensMax ? texts.tokensOf(segment) : null;
}

/** What is missing or was refused: of a file, it is told at its write; of the plan, at the plan. */
function lacksAt({ kind, path }: SegmentFacts, { lacks, refused }: TrajectoryView): string[] {
  const isHere = (lacking: string | null) =>
    (kind === 'write' && lacking !== null && lacking === path) ||
    (kind === 'plan' && lacking === null);
  const told = kind === 'write' || kind === 'plan' ? tellRefused(refused, path) : null;
  return [
    ...lacks.filter((lack) => isHere(lack.path)).map((lack) => `no ${lack.what}: ${lack.reason}`),
    ...(told === null ? [] : [told]),
  ];
}
