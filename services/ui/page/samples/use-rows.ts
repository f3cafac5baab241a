/** The rows of a table, asked for in pages as they come in view. */
import { useReducer, useRef } from 'preact/hooks';
import type { Problem, SamplePage, SampleRow } from '../../api.ts';
import { ask } from '../frame/ask.ts';
import type { Parameters } from '../frame/route.ts';
import { problemOf } from '../frame/use-answer.ts';

export const pageSize = 100;

export interface Rows {
  readonly matched: number;
  readonly samples: number;
  readonly problem: Problem | null;
  /** Null while it is on its way. */
  rowAt(place: number): SampleRow | null;
  /** Asks for the pages of these rows, if they are not there. */
  want(from: number, to: number): void;
}

interface Held {
  readonly key: string;
  readonly pages: Map<number, SamplePage | 'asked'>;
  matched: number;
  samples: number;
  problem: Problem | null;
}

const emptyRows = (key: string, before: Held | null): Held => ({
  key,
  pages: new Map(),
  matched: before?.matched ?? 0,
  samples: before?.samples ?? 0,
  problem: null,
});

export function useRows(question: Parameters, state: string): Rows {
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const held = useRef<Held | null>(null);
  const key = JSON.stringify([question, state]);
  if (held.current?.key !== key) held.current = emptyRows(key, held.current);
  const now = held.current;
  const askFor = (page: number) => {
    now.pages.set(page, 'asked');
    const range = { from: String(page * pageSize), count: String(pageSize) };
    ask<SamplePage>('samples', { ...question, ...range }).then(
      (answer) => {
        now.pages.set(page, answer);
        now.matched = answer.matched;
        now.samples = answer.samples;
        draw(undefined);
      },
      (error: unknown) => {
        now.problem = problemOf(error);
        draw(undefined);
      },
    );
  };
  return {
    matched: now.matched,
    samples: now.samples,
    problem: now.problem,
    rowAt: (place) => {
      const page = now.pages.get(Math.floor(place / pageSize));
      return page === undefined || page === 'asked' ? null : (page.rows[place % pageSize] ?? null);
    },
    want: (from, to) => {
      const last = Math.floor(to / pageSize);
      for (let page = Math.floor(from / pageSize); page <= last; page += 1) {
        if (!now.pages.has(page)) askFor(page);
      }
    },
  };
}
