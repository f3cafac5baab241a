/**
 * Where a search pays: lines that are hard for the scorer although the context helps with them. The
 * rule is REER-PT's (arXiv 2608.30627), with the scorer in place of a model that says what can be
 * inferred. Pure.
 */
import type { TokenBits } from '../../ports/scorer.ts';
import { bitsOfLines } from './weak-lines.ts';

export interface PlaceLimits {
  /** Bytes of code for each place. */
  readonly bytesPerPlace: number;
  /** The code that is scored. */
  readonly target: string;
}

/**
 * A line is inferable if the context saves this share of its bits. What nobody can know (a name
 * that is new, a number, a date) is as hard with the context as without it.
 */
export const inferableShareMin = 0.1;

/**
 * The hardest inferable lines, from 1, in the order of the code: at most one for each
 * `bytesPerPlace`. Hard is what needs more bits than the mean of all lines that need any.
 */
export function placesOf(
  tokens: readonly TokenBits[],
  withoutContext: readonly TokenBits[],
  { bytesPerPlace, target }: PlaceLimits,
): number[] {
  const bits = bitsOfLines(tokens, target);
  const bare = bitsOfLines(withoutContext, target);
  const needed = bits.filter((each) => each > 0);
  const mean = needed.reduce((sum, each) => sum + each, 0) / needed.length;
  const most = Math.floor(Buffer.byteLength(target) / bytesPerPlace);
  return bits
    .map((each, at) => ({ line: at + 1, bits: each, bare: bare[at] ?? 0 }))
    .filter((each) => each.bits > mean && each.bits <= each.bare * (1 - inferableShareMin))
    .sort((a, b) => b.bits - a.bits || a.line - b.line)
    .slice(0, most)
    .map(({ line }) => line)
    .sort((a, b) => a - b);
}
