/**
 * Reads the `pre_tokenizer` of a tokenizer.json into steps that cut bytes into pieces, each step
 * cutting the pieces of the one before as if they were whole texts. UnsupportedPattern where a
 * step is one that only the library knows. Pure.
 */
import { z } from 'zod';
import { type Automaton, compile, lengthOf, matchAt } from './automaton.ts';
import { literalPattern, type Node, parsePattern, UnsupportedPattern } from './pattern.ts';
import { numeric } from './unicode.ts';

export interface Step {
  readonly automaton: Automaton;
  readonly invert: boolean;
  readonly behavior: Behavior;
}

type Behavior = z.infer<typeof behavior>;

/** The regular expression of GPT-2, which ByteLevel brings along. */
const byteLevelPattern =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const behavior = z.enum([
  'Isolated',
  'Removed',
  'Contiguous',
  'MergedWithPrevious',
  'MergedWithNext',
]);

const split = z.object({
  pattern: z.union([z.object({ Regex: z.string() }), z.object({ String: z.string() })]),
  behavior,
  invert: z.boolean().default(false),
});
const byteLevel = z.object({ use_regex: z.boolean().default(true) });
const digits = z.object({ individual_digits: z.boolean().default(false) });
const sequence = z.object({ pretokenizers: z.array(z.unknown()) });

/** Throws ZodError where a step's fields are not what they must be. */
export function readPretokenizer(preTokenizer: unknown): readonly Step[] {
  const flat = flatten(preTokenizer);
  const last = flat.findIndex(({ type }) => type === 'ByteLevel');
  // A step after ByteLevel would see the characters that stand for bytes, not the text.
  if (last !== flat.length - 1) throw new UnsupportedPattern('a step after ByteLevel');
  return flat.flatMap(readStep);
}

function flatten(value: unknown): { type: string }[] {
  const step = z.looseObject({ type: z.string() }).parse(value);
  return step.type === 'Sequence' ? sequence.parse(step).pretokenizers.flatMap(flatten) : [step];
}

function readStep(step: { type: string }): Step[] {
  if (step.type === 'ByteLevel') {
    return byteLevel.parse(step).use_regex ? [isolated(parsePattern(byteLevelPattern))] : [];
  }
  if (step.type === 'Digits') {
    const each = isolated({ kind: 'set', set: numeric() });
    return [digits.parse(step).individual_digits ? each : { ...each, behavior: 'Contiguous' }];
  }
  if (step.type !== 'Split') throw new UnsupportedPattern(`a step ${step.type}`);
  const { pattern, ...rest } = split.parse(step);
  const node = 'Regex' in pattern ? parsePattern(pattern.Regex) : literalPattern(pattern.String);
  const made = { ...rest, automaton: compile(node) };
  if (made.behavior !== 'Removed') return [made];
  // `Removed` with `invert` removes text that does not match; it equals Isolated if all text
  // matches.
  if (!made.invert || !matchesEverything(made.automaton)) {
    throw new UnsupportedPattern('a step that removes characters');
  }
  return [{ ...made, behavior: 'Isolated' }];
}

function isolated(node: Node): Step {
  return { automaton: compile(node), invert: false, behavior: 'Isolated' };
}

/** Whether some match begins at every character of every text. */
function matchesEverything({ table, width }: Automaton): boolean {
  const states = table.length / width;
  const failing = new Set([0]);
  for (let before = 0; before !== failing.size; ) {
    before = failing.size;
    for (let state = 1; state < states; state += 1) {
      // The search always begins at a character, so its first state need not handle the text's end.
      const row = table.subarray(state * width, (state + 1) * width - (state === 1 ? 1 : 0));
      if (row.some((target) => (target & 1) === 0 && failing.has(target >> 1))) failing.add(state);
    }
  }
  return !failing.has(1);
}

/** Calls `visit` with the start and the end of every piece of a step within a range, in order. */
export function forEachPiece(
  step: Step,
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (start: number, end: number) => void,
): void {
  if (step.behavior === 'Isolated') {
    for (let at = start; at < end; at = visitNext(step, bytes, at, end, visit));
    return;
  }
  const spans: Span[] = [];
  const note = (from: number, to: number, matched: boolean) =>
    spans.push({ start: from, end: to, matched: matched !== step.invert });
  for (let at = start; at < end; ) {
    const from = nextMatch(step.automaton, bytes, at, end);
    if (from > at) note(at, from, false);
    at = from < end ? matchAt(step.automaton, bytes, from, end) : end;
    if (from < end) note(from, at, true);
  }
  for (const span of combine(spans, step.behavior)) visit(span.start, span.end);
}

/** Visits the next piece of an Isolated step, and the match after it; returns where they end. */
export function visitNext(
  { automaton }: Step,
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (start: number, end: number) => void,
): number {
  const matched = matchAt(automaton, bytes, start, end);
  if (matched >= 0) {
    visit(start, matched);
    return matched;
  }
  const from = nextMatch(automaton, bytes, start, end);
  visit(start, from);
  return from;
}

/** Where the next match begins; `end` when there is none. */
function nextMatch(automaton: Automaton, bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && matchAt(automaton, bytes, at, end) < 0) at += lengthOf(bytes[at] as number);
  return at;
}

interface Span {
  start: number;
  end: number;
  matched: boolean;
}

function combine(spans: readonly Span[], how: Behavior): readonly Span[] {
  if (how === 'MergedWithNext') {
    const turned = joinSpans([...spans].reverse(), (span, before) => span.matched && !before);
    return turned.reverse();
  }
  return joinSpans(spans, (span, before) =>
    how === 'Contiguous' ? span.matched === before : span.matched && !before,
  );
}

/** Joins a span with the one before it where `joins` says so. */
function joinSpans(spans: readonly Span[], joins: (span: Span, before: boolean) => boolean) {
  const joined: Span[] = [];
  let before = false;
  for (const span of spans) {
    const last = joined.at(-1);
    if (last !== undefined && joins(span, before)) {
      last.start = Math.min(last.start, span.start);
      last.end = Math.max(last.end, span.end);
    } else joined.push({ ...span });
    before = span.matched;
  }
  return joined;
}
