/** The texts of segments, asked for as they come in view. */
import { useReducer, useRef } from 'preact/hooks';
import type { HeatView, Problem, SegmentText, SegmentTokens, TrajectoryView } from '../../api.ts';
import { ask } from '../frame/ask.ts';
import { problemOf } from '../frame/use-answer.ts';
import { type ColouredLine, colour } from './lines/highlight.ts';

export interface Texts {
  readonly problem: Problem | null;
  textOf(segment: number): SegmentText | null;
  /** Null while there are no colours, or never will be. */
  coloursOf(segment: number, language: string | null): readonly ColouredLine[] | null;
  tokensOf(segment: number): SegmentTokens | null;
  /** Bits per line; null while they are measured. */
  heatOf(segment: number): HeatView | null;
  /** Asks for the texts of segments [from, to], if they are not there. */
  want(from: number, to: number): void;
}

interface Held {
  readonly key: string;
  readonly texts: Map<number, SegmentText | 'asked'>;
  readonly colours: Map<number, readonly ColouredLine[] | null>;
  readonly tokens: Map<number, SegmentTokens | null>;
  readonly heats: Map<number, HeatView | null>;
  /** What comes in view meanwhile is asked for when the answer is there: a drag passes much. */
  isAsking: boolean;
  problem: Problem | null;
}

const askedAtOnce = 60;

/** Draws once a frame, however much comes in it. */
function useDrawing(): () => void {
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const isAsked = useRef(false);
  return () => {
    if (isAsked.current) return;
    isAsked.current = true;
    requestAnimationFrame(() => {
      isAsked.current = false;
      draw(undefined);
    });
  };
}

/** The texts that came with the trajectory are there from the start. */
export function useTexts(out: number, { id, texts: first }: TrajectoryView): Texts {
  const draw = useDrawing();
  const held = useRef<Held | null>(null);
  const key = `${out} ${id}`;
  if (held.current?.key !== key) {
    const [colours, tokens, heats] = [new Map(), new Map(), new Map()];
    const texts = new Map(first.map((text) => [text.segment, text] as const));
    held.current = { key, texts, colours, tokens, heats, isAsking: false, problem: null };
  }
  const now = held.current;
  const place = { out: String(out), id };
  const fail = (error: unknown) => {
    now.isAsking = false;
    now.problem = problemOf(error);
    draw();
  };
  const askFor = (from: number, count: number) => {
    now.isAsking = true;
    for (let at = from; at < from + count; at += 1) now.texts.set(at, 'asked');
    const range = { from: String(from), count: String(count) };
    ask<SegmentText[]>('texts', { ...place, ...range }).then((texts) => {
      for (const text of texts) now.texts.set(text.segment, text);
      // An answer has a bound: what it leaves out is asked for when it is wanted again.
      for (let at = from; at < from + count; at += 1) {
        if (now.texts.get(at) === 'asked') now.texts.delete(at);
      }
      now.isAsking = false;
      draw();
    }, fail);
  };
  const askOnce = <Value>(
    question: string,
    known: Map<number, Value | null>,
    segment: number,
  ): Value | null => {
    if (known.has(segment)) return known.get(segment) ?? null;
    known.set(segment, null);
    ask<Value>(question, { ...place, segment: String(segment) }).then((value) => {
      known.set(segment, value);
      draw();
    }, fail);
    return null;
  };
  const textOf = (segment: number) => {
    const text = now.texts.get(segment);
    return text === undefined || text === 'asked' ? null : text;
  };
  return {
    problem: now.problem,
    textOf,
    coloursOf: (segment, language) => {
      const known = now.colours.get(segment);
      const text = textOf(segment);
      if (known !== undefined || text === null || language === null) return known ?? null;
      now.colours.set(segment, null);
      colour(language, text.text).then((lines) => {
        now.colours.set(segment, lines);
        draw();
      }, fail);
      return null;
    },
    tokensOf: (segment) => askOnce<SegmentTokens>('tokens', now.tokens, segment),
    heatOf: (segment) => askOnce<HeatView>('heat', now.heats, segment),
    want: (from, to) => {
      if (now.isAsking) return;
      const missing: number[] = [];
      for (let at = from; at <= to; at += 1) if (!now.texts.has(at)) missing.push(at);
      const [first] = missing;
      if (first === undefined) return;
      askFor(first, Math.min(askedAtOnce, (missing.at(-1) ?? first) - first + 1));
    },
  };
}
