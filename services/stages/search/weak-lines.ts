/**
 * Where the code surprises most: bits per line, from what the scorer needs for each token. A token
 * over several lines counts for the line in which it ends. Pure.
 */
import type { TokenBits } from '../../ports/scorer.ts';

/** Bits of the code; `tokens` is empty where the scorer knows no more than the sum. */
export interface Score {
  readonly bits: number;
  readonly tokens: readonly TokenBits[];
}

export interface WeakLine {
  /** From 1, within the code that is scored. */
  readonly line: number;
  /** Rounded. */
  readonly bits: number;
}

export interface WeakLimits {
  readonly weakLinesMax: number;
  /** The code that is scored. */
  readonly target: string;
}

/** The lines with the most bits, in the order of the code; of the places alone, where there are. */
export function weakestLines(
  tokens: readonly TokenBits[],
  { weakLinesMax, target }: WeakLimits,
  places: readonly number[] | null = null,
): WeakLine[] {
  if (weakLinesMax === 0) return [];
  const weakest = bitsOfLines(tokens, target)
    .map((each, at) => ({ line: at + 1, bits: Math.round(each) }))
    .filter((each) => each.bits > 0)
    .sort((a, b) => b.bits - a.bits || a.line - b.line);
  const kept = places === null ? weakest : weakest.filter(({ line }) => places.includes(line));
  return kept.slice(0, weakLinesMax).sort((a, b) => a.line - b.line);
}

/** Bits of each line; none where the tokens are not known. */
export function bitsOfLines(tokens: readonly TokenBits[], target: string): number[] {
  if (tokens.length === 0) return [];
  const ends = [...target.matchAll(/\n|\r(?!\n)|$/g)].map(({ index }) => index + 1);
  const bits: number[] = ends.map(() => 0);
  let line = 0;
  for (const token of tokens) {
    while (line < ends.length - 1 && token.end > (ends[line] ?? 0)) line += 1;
    bits[line] = (bits[line] ?? 0) + token.bits;
  }
  return bits;
}
