/** The texts of segments, asked for as they come in view. */
import { useReducer, useRef } from 'preact/hooks';
import type { Problem, SegmentText, SegmentTokens } from '../../api.ts';
import { ask } from '../frame/ask.ts';
import { problemOf } from '../frame/use-answer.ts';
import { type ColouredLine, colour } from './highlight.ts';

export interface Texts {
  readonly problem: Problem | null;
  textOf(segment: number): SegmentText | null;
  /** Null while there are no colours, or never will be. */
  coloursOf(segment: number, language: string | null): readonly ColouredLine[] | null;
  tokensOf(segment: number): SegmentTokens | null;
  /** Asks for the texts of segments [from, to], if they are not there. */
  want(from: number, to: number): void;
}

interface Held {
  readonly key: string;
  readonly texts: Map<number, SegmentText | 'asked'>;
  readonly colours: Map<number, readonly ColouredLine[] | null>;
  readonly tokens: Map<number, SegmentTokens | null>;
  problem: Problem | null;
}

const askedAtOnce = 60;

export function useTexts(out: number, id: string): Texts {
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const held = useRef<Held | null>(null);
  const key = `${out} ${id}`;
  if (held.current?.key !== key) {
    const [texts, colours, tokens] = [new Map(), new Map(), new Map()];
    held.current = { key, texts, colours, tokens, problem: null };
  }
  const now = held.current;
  const place = { out: String(out), id };
  const fail = (error: unknown) => {
    now.problem = problemOf(error);
    draw(undefined);
  };
  const askFor = (from: number, count: number) => {
    for (let at = from; at < from + count; at += 1) now.texts.set(at, 'asked');
    const range = { from: String(from), count: String(count) };
    ask<SegmentText[]>('texts', { ...place, ...range }).then((texts) => {
      for (const text of texts) now.texts.set(text.segment, text);
      // An answer has a bound: what it leaves out is asked for when it is wanted again.
      for (let at = from; at < from + count; at += 1) {
        if (now.texts.get(at) === 'asked') now.texts.delete(at);
      }
      draw(undefined);
    }, fail);
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
        draw(undefined);
      }, fail);
      return null;
    },
    tokensOf: (segment) => {
      const known = now.tokens.get(segment);
      if (known !== undefined) return known;
      now.tokens.set(segment, null);
      ask<SegmentTokens>('tokens', { ...place, segment: String(segment) }).then((tokens) => {
        now.tokens.set(segment, tokens);
        draw(undefined);
      }, fail);
      return null;
    },
    want: (from, to) => {
      const missing: number[] = [];
      for (let at = from; at <= to; at += 1) if (!now.texts.has(at)) missing.push(at);
      const [first] = missing;
      if (first === undefined) return;
      askFor(first, Math.min(askedAtOnce, (missing.at(-1) ?? first) - first + 1));
    },
  };
}
