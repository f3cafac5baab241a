/**
 * Where the code of a step surprises: bits of each line by the program's own byte model, which
 * reads the document as a model in training would, with the thought before the code and without.
 * They are measured when someone looks, because no output keeps them; a search may have used
 * another scorer.
 */
import { renderHeader } from '../../../schemas/trajectory-text.ts';
import type { TokenizedSample } from '../../dataset/samples.ts';
import { openBytesScorer } from '../../scorer/bytes/scorer.ts';
import type { HeatView } from '../api.ts';

export interface Heat {
  of(sample: TokenizedSample, segment: number): Promise<HeatView>;
  close(): Promise<void>;
}

/** As the search shows a scorer by default. */
const contextBytesMax = 32 * 1024;
/** Longer code would keep the model busy for seconds. */
const targetBytesMax = 300_000;
const keptMax = 500;

export function openHeat(): Heat {
  const scorer = openBytesScorer({ contextBytesMax, threads: 1 });
  const kept = new Map<string, Promise<HeatView>>();
  const { signal } = new AbortController();
  const measure = async (sample: TokenizedSample, segment: number): Promise<HeatView> => {
    const request = requestOf(sample, segment);
    if (typeof request === 'string') return { lines: [], why: request };
    const [after, before] = (await scorer.scoreTokens?.(request, signal)) ?? [];
    const lines = after?.tokens.map(({ bits }, line): [number, number] => [
      rounded(bits),
      rounded(before?.tokens[line]?.bits ?? bits),
    ]);
    return { lines: lines ?? [], why: null };
  };
  return {
    of: (sample, segment) => {
      const key = `${segment} ${sample.overview.id}`;
      const known = kept.get(key) ?? measure(sample, segment);
      kept.set(key, known);
      if (kept.size > keptMax) kept.delete([...kept.keys()][0] ?? '');
      known.catch(() => kept.delete(key));
      return known;
    },
    close: () => scorer.close(),
  };
}

function rounded(bits: number): number {
  return Math.round(bits * 10) / 10;
}

/** In words why there is none. */
function requestOf({ placed, read: { text }, segments }: TokenizedSample, segment: number) {
  const place = placed[segment];
  if (place === undefined || segments[segment]?.kind !== 'write') return 'it writes no code';
  if (Buffer.byteLength(place.body) > targetBytesMax) return 'it is too long to be measured';
  const fence = text.subarray(0, text.indexOf(' ')).toString('utf8');
  const bodyStart = place.start + Buffer.byteLength(renderHeader(fence, place));
  const before = placed[segment - 1];
  const hasThought = before !== undefined && segments[segment - 1]?.kind === 'think';
  const thoughtStart = hasThought ? before.start : place.start;
  const textOf = (from: number, to: number) => text.subarray(from, to).toString('utf8');
  return {
    context: textOf(Math.max(0, thoughtStart - contextBytesMax), thoughtStart),
    thoughts: [textOf(thoughtStart, bodyStart), textOf(place.start, bodyStart)],
    target: place.body,
  };
}
