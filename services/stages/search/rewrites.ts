/**
 * What becomes of a rewrite: refused with a reason, or scored and kept only if it lowers the bits
 * of the code by the margin below the best so far (I4). Pure.
 */
import type { Candidate } from '../../../schemas/generated/types.ts';
import type { LeakGuard } from '../../ports/leak-guard.ts';
import { sameText } from '../../ports/same-text.ts';
import type { TriedRewrite } from '../../ports/teacher.ts';
import type { PlaceLimits } from './places.ts';
import type { Score, WeakLimits } from './weak-lines.ts';

export interface SearchLimits extends WeakLimits, PlaceLimits {
  readonly candidates: number;
  readonly iterations: number;
  readonly idleRoundsMax: number;
  readonly triedMax: number;
  /** Rewrites that may be asked for before this code. */
  readonly rewritesMax: number;
  readonly gainBitsMin: number;
  readonly gainShareMin: number;
  readonly thoughtBytesMax: number;
  readonly growthMax: number;
  readonly growthBytesMin: number;
  /** Begins the headers of the scored text: a rewrite that forged one would be scored wrongly. */
  readonly fence: string;
}

/** What became of a question: a text, or why there is none. */
export type RewriteAnswer = { readonly text: string } | { readonly none: 'failed' | 'exhausted' };

/** In the order in which they are checked. */
export const refusals = [
  'failed',
  'exhausted',
  'invalid',
  'too-long',
  'duplicate',
  'leak',
] as const;
export type Refusal = (typeof refusals)[number];

export interface Rewrite {
  readonly ordinal: number;
  readonly text: string;
  readonly refusal: Refusal | null;
}

/** Refusals come before scoring, because scoring a rewrite that cannot be kept is wasted. */
export function judgeRewrites(
  answers: readonly RewriteAnswer[],
  before: readonly string[],
  bounds: RewriteBounds,
  guard: LeakGuard,
): { readonly rewrites: readonly Rewrite[]; readonly seen: readonly string[] } {
  const seen = new Set(before);
  const rewrites = answers.map((answer, ordinal): Rewrite => {
    if ('none' in answer) return { ordinal, text: '', refusal: answer.none };
    const text = answer.text.trim();
    const refusal = refuse(text, seen, bounds, guard);
    seen.add(sameText(text));
    return { ordinal, text, refusal };
  });
  return { rewrites, seen: [...seen] };
}

interface RewriteBounds extends Pick<SearchLimits, 'fence'> {
  readonly bytesMax: number;
}

export function refuse(
  text: string,
  seen: ReadonlySet<string>,
  { bytesMax, fence }: RewriteBounds,
  guard: LeakGuard,
): Refusal | null {
  if (!isThought(text) || `\n${text}`.includes(`\n${fence}`)) return 'invalid';
  if (Buffer.byteLength(text) > bytesMax) return 'too-long';
  if (seen.has(sameText(text))) return 'duplicate';
  if (guard.find(text) !== null) return 'leak';
  return null;
}

/** Whether the text holds a letter or digit, is well-formed, and has no control characters. */
function isThought(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text) && text.isWellFormed() && !/[^\P{Cc}\n\t]|\uFFFD/u.test(text);
}

export function longestRewrite(original: string, limits: SearchLimits): number {
  const grown = Math.floor(Buffer.byteLength(original) * limits.growthMax);
  return Math.min(limits.thoughtBytesMax, Math.max(limits.growthBytesMin, grown));
}

/** By how much the bits must fall: the larger of the absolute and the relative margin. */
export function marginOf(
  bits: number,
  limits: Pick<SearchLimits, 'gainBitsMin' | 'gainShareMin'>,
): number {
  return Math.max(limits.gainBitsMin, limits.gainShareMin * bits);
}

/** The rewrite with the lowest bits, the first of equals, if they fall, and by the margin. */
export function chooseRewrite(
  scores: ReadonlyMap<number, Score | null>,
  bits: number,
  limits: SearchLimits,
): number | null {
  let chosen: number | null = null;
  let lowest = bits - marginOf(bits, limits);
  for (const [ordinal, score] of scores) {
    if (score === null) continue;
    if (score.bits >= bits) continue;
    if (chosen === null ? score.bits > lowest : score.bits >= lowest) continue;
    chosen = ordinal;
    lowest = score.bits;
  }
  return chosen;
}

/** What later questions tell of a rewrite: nothing of those that say nothing new. */
export function tell({ outcome, bits }: Candidate, text: string): TriedRewrite[] {
  const isTold = (name: string): name is TriedRewrite['outcome'] =>
    ['accepted', 'not-better', 'leak', 'too-long', 'invalid'].includes(name);
  if (!isTold(outcome)) return [];
  const rounded = bits === null ? null : Math.round(bits);
  return [{ outcome, bits: rounded, text: outcome === 'too-long' ? '' : text }];
}
