/**
 * The graph as a picture: the stages in a row, a link between two neighbours for each topic that
 * the second reads of the first, and a rail for every other topic. Pure.
 */
import type { TopicName } from '../../../../schemas/topology.ts';
import type { LiveView } from '../../live/view.ts';

export type LiveStage = LiveView['stages'][number];

export interface TopicLink {
  readonly topic: TopicName;
  /** The place of the writer; the next stage reads. */
  readonly at: number;
}

export interface TopicRail {
  readonly topic: TopicName;
  readonly writers: readonly number[];
  readonly readers: readonly number[];
  /** Its first and last stage. */
  readonly from: number;
  readonly to: number;
  /** Rails beside each other share a row. */
  readonly row: number;
}

export interface FlowLayout {
  readonly links: readonly TopicLink[];
  readonly rails: readonly TopicRail[];
}

export function layoutOf(
  stages: readonly Pick<LiveStage, 'reads' | 'writes'>[],
  topics: readonly TopicName[],
): FlowLayout {
  const links: TopicLink[] = [];
  const rails: Omit<TopicRail, 'row'>[] = [];
  for (const topic of topics) {
    const placesOf = (side: 'reads' | 'writes') =>
      stages.flatMap((stage, place) => (stage[side].includes(topic) ? [place] : []));
    const [writers, readers] = [placesOf('writes'), placesOf('reads')];
    const [writer, reader] = [writers[0], readers[0]];
    if (writer === undefined) continue;
    if (writers.length === 1 && readers.length === 1 && reader === writer + 1) {
      links.push({ topic, at: writer });
      continue;
    }
    const all = [...writers, ...readers];
    rails.push({ topic, writers, readers, from: Math.min(...all), to: Math.max(...all) });
  }
  return { links, rails: inRows(rails) };
}

/** Short ones first; each into the first row where it has room. */
function inRows(rails: readonly Omit<TopicRail, 'row'>[]): TopicRail[] {
  const rows: Omit<TopicRail, 'row'>[][] = [];
  return rails
    .toSorted((a, b) => a.to - a.from - (b.to - b.from))
    .map((rail) => {
      const isApart = (other: Omit<TopicRail, 'row'>) =>
        rail.to < other.from || other.to < rail.from;
      const found = rows.findIndex((row) => row.every(isApart));
      const row = found < 0 ? rows.length : found;
      rows[row] = [...(rows[row] ?? []), rail];
      return { ...rail, row };
    });
}
