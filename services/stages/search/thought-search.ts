/**
 * The search: rewrites one thought at a time. A rewrite is refused or scored, and kept only if it
 * lowers the bits of the code by the margin below the best so far (I4). Bits never rise, and every
 * requested rewrite is recorded exactly once. Pure: asking and scoring are passed in.
 */
import type { Candidate } from '../../../schemas/generated/types.ts';
import type { LeakGuard } from '../../ports/leak-guard.ts';
import { sameText } from '../../ports/same-text.ts';
import type { TriedRewrite } from '../../ports/teacher.ts';

export interface SearchLimits {
  readonly candidates: number;
  readonly iterations: number;
  readonly idleRoundsMax: number;
  readonly triedMax: number;
  readonly gainBitsMin: number;
  readonly gainShareMin: number;
  readonly thoughtBytesMax: number;
  readonly growthMax: number;
  readonly growthBytesMin: number;
  /** Begins the headers of the scored text: a rewrite that forged one would be scored wrongly. */
  readonly fence: string;
}

export interface RewriteQuestion {
  /** Index of the thought within the file. */
  readonly thought: number;
  /** The best text so far. */
  readonly text: string;
  readonly round: number;
  /** Place among the rewrites that are asked for at once, from 0. */
  readonly ordinal: number;
  /** Differs for every rewrite of a thought. */
  readonly sample: number;
  readonly bytesMax: number;
  /** Bits of the best text so far, rounded. */
  readonly bits: number;
  readonly tried: readonly TriedRewrite[];
}

/** What became of a question: a text, or why there is none. */
export type RewriteAnswer = { readonly text: string } | { readonly none: 'failed' | 'exhausted' };

export interface SearchPorts {
  readonly rewrite: (question: RewriteQuestion) => Promise<RewriteAnswer>;
  /** Bits of the code for each variant; a variant is a list of all thoughts of the file. */
  readonly score: (variants: readonly (readonly string[])[]) => Promise<readonly number[]>;
}

export interface SearchResult {
  readonly thoughts: readonly string[];
  readonly bitsBefore: number;
  readonly bitsAfter: number;
  readonly candidates: readonly Candidate[];
}

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

interface Rewrite {
  readonly ordinal: number;
  readonly text: string;
  readonly refusal: Refusal | null;
}

export async function searchThoughts(
  first: readonly string[],
  guard: LeakGuard,
  ports: SearchPorts,
  limits: SearchLimits,
): Promise<SearchResult> {
  const [bitsBefore = Number.NaN] = await scoreAll(ports, [first]);
  const candidates: Candidate[] = [];
  let thoughts = first;
  let bits = bitsBefore;
  for (const [thought, original] of first.entries()) {
    const bytesMax = longestRewrite(original, limits);
    const seen = new Set([sameText(original)]);
    const tried: TriedRewrite[] = [];
    let idle = 0;
    for (let round = 0; round < limits.iterations && idle < limits.idleRoundsMax; round += 1) {
      const text = thoughts[thought] ?? original;
      const asked = { thought, text, round, bytesMax, bits: Math.round(bits) };
      const told = tried.filter((each) => each.text !== text).slice(-limits.triedMax);
      const answers = await Promise.all(
        Array.from({ length: limits.candidates }, (_unused, ordinal) => {
          const sample = round * limits.candidates + ordinal;
          return ports.rewrite({ ...asked, ordinal, sample, tried: told });
        }),
      );
      const rewrites = judgeRewrites(answers, seen, { bytesMax, fence: limits.fence }, guard);
      const variants = new Map(
        rewrites.flatMap((rewrite) =>
          rewrite.refusal === null ? [[rewrite.ordinal, thoughts.with(thought, rewrite.text)]] : [],
        ),
      );
      const scores = await scoreAll(ports, [...variants.values()]);
      const scored = new Map([...variants.keys()].map((ordinal, at) => [ordinal, scores[at]]));
      const accepted = chooseRewrite(scored, bits, limits);
      const records = rewrites.map((each) => record(thought, round, each, scored, accepted));
      candidates.push(...records);
      tried.push(...records.flatMap((each, at) => tell(each, rewrites[at]?.text ?? '')));
      idle = accepted === null ? idle + 1 : 0;
      // What has no other rewrite of this text is not asked about it again.
      if (accepted === null && rewrites.some(({ refusal }) => refusal === 'exhausted')) break;
      if (accepted === null) continue;
      thoughts = variants.get(accepted) ?? thoughts;
      bits = scored.get(accepted) ?? bits;
    }
  }
  return { thoughts, bitsBefore, bitsAfter: bits, candidates };
}

/** One call scores all variants, so that the same scorer state judges them all. */
async function scoreAll(ports: SearchPorts, variants: readonly (readonly string[])[]) {
  if (variants.length === 0) return [];
  const bits = await ports.score(variants);
  if (bits.length !== variants.length || !bits.every(Number.isFinite)) {
    throw new Error(
      `the scorer gave ${bits.length} scores for ${variants.length}, or one not finite`,
    );
  }
  return bits;
}

/** Refusals come before scoring, because scoring a rewrite that cannot be kept is wasted. */
function judgeRewrites(
  answers: readonly RewriteAnswer[],
  seen: Set<string>,
  bounds: RewriteBounds,
  guard: LeakGuard,
): Rewrite[] {
  return answers.map((answer, ordinal) => {
    if ('none' in answer) return { ordinal, text: '', refusal: answer.none };
    const text = answer.text.trim();
    const refusal = refuse(text, seen, bounds, guard);
    seen.add(sameText(text));
    return { ordinal, text, refusal };
  });
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
export function marginOf(bits: number, limits: SearchLimits): number {
  return Math.max(limits.gainBitsMin, limits.gainShareMin * bits);
}

/** The rewrite with the lowest bits, the first of equals, if they fall, and by the margin. */
function chooseRewrite(
  scored: ReadonlyMap<number, number | undefined>,
  bits: number,
  limits: SearchLimits,
): number | null {
  let chosen: number | null = null;
  let lowest = bits - marginOf(bits, limits);
  for (const [ordinal, score] of scored) {
    if (score === undefined || score >= bits) continue;
    if (chosen === null ? score > lowest : score >= lowest) continue;
    chosen = ordinal;
    lowest = score;
  }
  return chosen;
}

function record(
  thought: number,
  round: number,
  rewrite: Rewrite,
  scored: ReadonlyMap<number, number | undefined>,
  accepted: number | null,
): Candidate {
  return {
    thought,
    round,
    ordinal: rewrite.ordinal,
    outcome: rewrite.refusal ?? (rewrite.ordinal === accepted ? 'accepted' : 'not-better'),
    bits: scored.get(rewrite.ordinal) ?? null,
    textBytes: Buffer.byteLength(rewrite.text),
  };
}

/** What later questions tell of a rewrite: nothing of those that say nothing new. */
function tell({ outcome, bits }: Candidate, text: string): TriedRewrite[] {
  const isTold = (name: string): name is TriedRewrite['outcome'] =>
    ['accepted', 'not-better', 'leak', 'too-long', 'invalid'].includes(name);
  if (!isTold(outcome)) return [];
  const rounded = bits === null ? null : Math.round(bits);
  return [{ outcome, bits: rounded, text: outcome === 'too-long' ? '' : text }];
}
