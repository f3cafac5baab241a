/**
 * Where the code of a step surprises: bits of each line by the program's own byte model, which
 * reads the document as a model in training would, with the thought before the code and without.
 * They are measured when someone looks, because no output keeps them; a search may have used
 * another scorer.
 */
import { openBytesScorer } from '../../scorer/bytes/scorer.ts';
import type { HeatView } from '../api.ts';
import { bodyOf, placeOf, type ServedDocument, textBetween } from './document.ts';

export interface Heat {
  of(document: ServedDocument, segment: number): Promise<HeatView>;
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
  const measure = async (document: ServedDocument, segment: number): Promise<HeatView> => {
    const request = requestOf(document, segment);
    if (typeof request === 'string') return { lines: [], why: request };
    const [after, before] = (await scorer.scoreTokens?.(request, signal)) ?? [];
    const lines = after?.tokens.map(({ bits }, line): [number, number] => [
      rounded(bits),
      rounded(before?.tokens[line]?.bits ?? bits),
    ]);
    return { lines: lines ?? [], why: null };
  };
  return {
    of: (document, segment) => {
      const key = `${segment} ${document.overview.id}`;
      const known = kept.get(key) ?? measure(document, segment);
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
function requestOf(document: ServedDocument, segment: number) {
  const { segments } = document;
  const place = placeOf(document, segment);
  if (place === null || segments[segment]?.kind !== 'write') return 'it writes no code';
  const { start, bodyStart, bodyEnd } = place;
  if (bodyEnd - bodyStart > targetBytesMax) return 'it is too long to be measured';
  const before = segments[segment - 1]?.kind === 'think' ? placeOf(document, segment - 1) : null;
  const thoughtStart = before?.start ?? start;
  const textOf = (from: number, to: number) => textBetween(document, from, to);
  return {
    context: textOf(Math.max(0, thoughtStart - contextBytesMax), thoughtStart),
    thoughts: [textOf(thoughtStart, bodyStart), textOf(start, bodyStart)],
    target: bodyOf(document, segment),
  };
}
