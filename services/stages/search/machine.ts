/**
 * The search as a state machine: `step(state, event)` gives the next state and what is to be done
 * now. A state is plain JSON, and `pendingOf` tells what it waits for, so that a search goes on
 * after any stop. The invariants S1–S9 stand in the README. Pure.
 */
import type { Candidate } from '../../../schemas/generated/types.ts';
import type { LeakGuard } from '../../ports/leak-guard.ts';
import { sameText } from '../../ports/same-text.ts';
import type { TriedRewrite } from '../../ports/teacher.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { placesOf } from './places.ts';
import {
  chooseRewrite,
  judgeRewrites,
  longestRewrite,
  type Rewrite,
  type RewriteAnswer,
  type SearchLimits,
  tell,
} from './rewrites.ts';
import { type Score, type WeakLine, weakestLines } from './weak-lines.ts';

export interface Rules {
  readonly guard: LeakGuard;
  readonly limits: SearchLimits;
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
  readonly weakLines: readonly WeakLine[];
  readonly tried: readonly TriedRewrite[];
}

/** A variant is a list of all thoughts before the code. */
export type Variant = readonly string[];

export type Command =
  | { readonly kind: 'ask'; readonly question: RewriteQuestion }
  /** Where a score is needed, the search cannot go on without one. */
  | { readonly kind: 'score'; readonly variants: readonly Variant[]; readonly isNeeded: boolean }
  /** The code after these thoughts, but without the context. */
  | { readonly kind: 'score-bare'; readonly variant: Variant };

export type SearchEvent =
  | {
      readonly kind: 'answered';
      readonly question: Pick<RewriteQuestion, 'thought' | 'round' | 'ordinal'>;
      readonly answer: RewriteAnswer;
    }
  /** Null where the scorer has no score. */
  | { readonly kind: 'scored'; readonly scores: readonly (Score | null)[] }
  | { readonly kind: 'scored-bare'; readonly score: Score | null };

export interface SearchState {
  readonly phase: 'measure' | 'place' | 'ask' | 'score' | 'done';
  readonly first: Variant;
  /** The best so far. */
  readonly thoughts: Variant;
  /** Of no thought (null: the scorer has none), of the first thoughts, of the best. */
  readonly bitsNone: number | null;
  readonly bitsBefore: number;
  readonly best: Score;
  /** Lines that a targeted search is about; null where it is about all of the code. */
  readonly places: readonly number[] | null;
  readonly thought: number;
  readonly round: number;
  /** Rounds in a row without a gain. */
  readonly idle: number;
  /** Texts of this thought, normalised: a repetition is not scored. */
  readonly seen: readonly string[];
  readonly tried: readonly TriedRewrite[];
  /** Of this round, by ordinal; null where one is awaited. */
  readonly answers: readonly (RewriteAnswer | null)[];
  /** What became of them, before they are scored. */
  readonly rewrites: readonly Rewrite[];
  readonly candidates: readonly Candidate[];
  /** How many rewrites may still be asked for. */
  readonly left: number;
}

export interface Stepped {
  readonly state: SearchState;
  readonly commands: readonly Command[];
}

const unmeasured: Score = { bits: 0, tokens: [] };

export function begin(first: Variant, rules: Rules): Stepped {
  const state: SearchState = {
    ...{ phase: 'measure', first, thoughts: first },
    ...{ bitsNone: 0, bitsBefore: 0, best: unmeasured, places: null },
    ...{ thought: -1, round: 0, idle: 0, seen: [], tried: [], answers: [], rewrites: [] },
    ...{ candidates: [], left: rules.limits.rewritesMax },
  };
  return { state, commands: pendingOf(state, rules) };
}

/** An event that is not awaited (late, or for the second time) changes nothing. */
export function step(state: SearchState, event: SearchEvent, rules: Rules): Stepped {
  const next = nextOf(state, event, rules);
  const moved =
    next.phase !== state.phase || next.thought !== state.thought || next.round !== state.round;
  return { state: next, commands: moved ? pendingOf(next, rules) : [] };
}

function nextOf(state: SearchState, event: SearchEvent, rules: Rules): SearchState {
  if (event.kind === 'answered') return answered(state, event, rules);
  if (event.kind === 'scored') return scored(state, event.scores, rules);
  return placed(state, event.score, rules);
}

/** All that a state waits for. */
export function pendingOf(state: SearchState, { limits }: Rules): readonly Command[] {
  const { phase, thought, round } = state;
  if (phase === 'measure') {
    return [{ kind: 'score', variants: [state.first, []], isNeeded: true }];
  }
  if (phase === 'place') return [{ kind: 'score-bare', variant: state.first }];
  if (phase === 'score') {
    return [{ kind: 'score', variants: [...variantsOf(state).values()], isNeeded: false }];
  }
  if (phase === 'done') return [];
  const text = state.thoughts[thought] ?? '';
  const question = {
    ...{ thought, text, round, bits: Math.round(state.best.bits) },
    bytesMax: longestRewrite(state.first[thought] ?? '', limits),
    weakLines: weakestLines(state.best.tokens, limits, state.places),
    // The best text is told as the thought.
    tried: lastOf(
      state.tried.filter((each) => each.text !== text),
      limits.triedMax,
    ),
  };
  return state.answers.flatMap((answer, ordinal): Command[] => {
    if (answer !== null) return [];
    const sample = round * limits.candidates + ordinal;
    return [{ kind: 'ask', question: { ...question, ordinal, sample } }];
  });
}

function answered(
  state: SearchState,
  { question, answer }: Extract<SearchEvent, { kind: 'answered' }>,
  rules: Rules,
): SearchState {
  const { thought, round, ordinal } = question;
  const awaited =
    state.phase === 'ask' &&
    state.thought === thought &&
    state.round === round &&
    state.answers[ordinal] === null;
  if (!awaited) return state;
  const answers = state.answers.with(ordinal, answer);
  const all = answers.filter((each) => each !== null);
  if (all.length < answers.length) return { ...state, answers };
  const bytesMax = longestRewrite(state.first[thought] ?? '', rules.limits);
  const bounds = { bytesMax, fence: rules.limits.fence };
  const { rewrites, seen } = judgeRewrites(all, state.seen, bounds, rules.guard);
  const judged = { ...state, answers, rewrites, seen };
  // Without a text to score, the round is over.
  return rewrites.some(({ refusal }) => refusal === null)
    ? { ...judged, phase: 'score' }
    : endRound(judged, new Map(), rules);
}

function scored(state: SearchState, scores: readonly (Score | null)[], rules: Rules): SearchState {
  if (state.phase === 'measure') {
    const [before, none] = scores;
    if (before === undefined || none === undefined || scores.length > 2) throw wrongCount(scores);
    if (before === null) throw noBits();
    const bitsNone = none?.bits ?? null;
    const measured = { ...state, bitsNone, bitsBefore: before.bits, best: before };
    // A scorer that knows no more than sums cannot say where to search.
    const isTargeted = rules.limits.bytesPerPlace > 0 && before.tokens.length > 0;
    return isTargeted ? { ...measured, phase: 'place' } : openThought(measured, rules);
  }
  if (state.phase !== 'score') return state;
  const ordinals = [...variantsOf(state).keys()];
  if (ordinals.length !== scores.length) throw wrongCount(scores);
  return endRound(state, new Map(ordinals.map((each, at) => [each, scores[at] ?? null])), rules);
}

/** Chooses the places; each may cost one round. */
function placed(state: SearchState, bare: Score | null, rules: Rules): SearchState {
  if (state.phase !== 'place') return state;
  if (bare === null || bare.tokens.length === 0) return openThought(state, rules);
  const places = placesOf(state.best.tokens, bare.tokens, rules.limits);
  const left = Math.min(state.left, places.length * rules.limits.candidates);
  return openThought({ ...state, places, left }, rules);
}

function noBits(): PipelineError {
  return new PipelineError(
    'SCORER_REFUSED',
    'the scorer gave no bits for the code after its first thoughts; see the limits of its server',
    { subject: 'scorer' },
  );
}

function wrongCount(scores: readonly (Score | null)[]): Error {
  return new Error(`the scorer gave ${scores.length} scores, which is not what was asked for`);
}

/** What is scored in this round, by ordinal. */
function variantsOf({ rewrites, thoughts, thought }: SearchState): ReadonlyMap<number, Variant> {
  const scorable = rewrites.filter(({ refusal }) => refusal === null);
  return new Map(scorable.map(({ ordinal, text }) => [ordinal, thoughts.with(thought, text)]));
}

/** Records every rewrite of the round, keeps the best one, and goes on. */
function endRound(
  state: SearchState,
  scores: ReadonlyMap<number, Score | null>,
  rules: Rules,
): SearchState {
  const { limits } = rules;
  const accepted = chooseRewrite(scores, state.best.bits, limits);
  const records = state.rewrites.map((rewrite) => recordOf(state, rewrite, scores, accepted));
  const kept = accepted === null ? undefined : variantsOf(state).get(accepted);
  const told = records.flatMap((each, at) => tell(each, state.rewrites[at]?.text ?? ''));
  const next = {
    ...state,
    thoughts: kept ?? state.thoughts,
    best: (accepted === null ? undefined : scores.get(accepted)) ?? state.best,
    candidates: [...state.candidates, ...records],
    tried: lastOf([...state.tried, ...told], limits.triedMax + 1),
    idle: accepted === null ? state.idle + 1 : 0,
    rewrites: [],
  };
  // What has no other rewrite of this text is not asked about it again.
  const exhausted = records.some(({ outcome }) => outcome === 'exhausted');
  return accepted === null && exhausted
    ? openThought(next, rules)
    : openRound(next, state.round + 1, rules);
}

function recordOf(
  { thought, round }: SearchState,
  { ordinal, text, refusal }: Rewrite,
  scores: ReadonlyMap<number, Score | null>,
  accepted: number | null,
): Candidate {
  const score = scores.get(ordinal) ?? null;
  const judged = ordinal === accepted ? 'accepted' : 'not-better';
  return {
    ...{ thought, round, ordinal },
    outcome: refusal ?? (score === null ? 'unscored' : judged),
    bits: score?.bits ?? null,
    textBytes: Buffer.byteLength(text),
    // Of what was scored, a text is an example to learn from.
    text: score === null ? null : text,
  };
}

function openThought(state: SearchState, rules: Rules): SearchState {
  const thought = state.thought + 1;
  const original = state.first[thought];
  const fresh = { ...state, thought, round: 0, idle: 0, tried: [], answers: [], rewrites: [] };
  if (original === undefined) return { ...fresh, phase: 'done', seen: [] };
  return openRound({ ...fresh, seen: [sameText(original)] }, 0, rules);
}

function openRound(state: SearchState, round: number, rules: Rules): SearchState {
  const { candidates, iterations, idleRoundsMax } = rules.limits;
  const amount = Math.min(candidates, state.left);
  const isOver = round >= iterations || state.idle >= idleRoundsMax || amount <= 0;
  if (isOver) return openThought(state, rules);
  const answers = Array.from({ length: amount }, () => null);
  return { ...state, phase: 'ask', round, answers, left: state.left - amount };
}

function lastOf<Item>(items: readonly Item[], amount: number): Item[] {
  return amount === 0 ? [] : items.slice(-amount);
}
