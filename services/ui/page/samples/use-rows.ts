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
  /** Asks for the pages of these rows that are not there, one after the other. */
  want(from: number, to: number): void;
}

interface Held {
  readonly key: string;
  readonly question: string;
  /** Pages of the same question to an older state: they are shown until newer ones are there. */
  readonly before: ReadonlyMap<number, SamplePage | 'asked'>;
  readonly pages: Map<number, SamplePage | 'asked'>;
  matched: number;
  samples: number;
  problem: Problem | null;
}

const emptyRows = (key: string, question: string, before: Held | null): Held => ({
  ...{ key, question },
  before: before?.question === question ? shownOf(before) : new Map(),
  pages: new Map(),
  matched: before?.matched ?? 0,
  samples: before?.samples ?? 0,
  problem: null,
});

/** Newer pages before older ones. */
function shownOf({ before, pages }: Held): Map<number, SamplePage | 'asked'> {
  const there = [...pages].filter(([, page]) => page !== 'asked');
  return new Map([...before, ...there].slice(-pagesKeptMax));
}

const pagesKeptMax = 20;

export function useRows(question: Parameters, state: string): Rows {
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const held = useRef<Held | null>(null);
  // What a drag passes and what is typed on meanwhile is not asked for.
  const isAsking = useRef(false);
  const asked = JSON.stringify(question);
  const key = JSON.stringify([asked, state]);
  if (held.current?.key !== key) held.current = emptyRows(key, asked, held.current);
  const now = held.current;
  const askFor = (page: number) => {
    now.pages.set(page, 'asked');
    isAsking.current = true;
    ask<SamplePage>('samples', pageQuestion(question, page)).then(
      (answer) => {
        now.pages.set(page, answer);
        now.matched = answer.matched;
        now.samples = answer.samples;
        isAsking.current = false;
        draw(undefined);
      },
      (error: unknown) => {
        now.problem = problemOf(error);
        isAsking.current = false;
        draw(undefined);
      },
    );
  };
  return {
    matched: now.matched,
    samples: now.samples,
    problem: now.problem,
    rowAt: (place) => {
      const number = Math.floor(place / pageSize);
      const newest = now.pages.get(number);
      const page = newest === undefined || newest === 'asked' ? now.before.get(number) : newest;
      return page === undefined || page === 'asked' ? null : (page.rows[place % pageSize] ?? null);
    },
    want: (from, to) => {
      const last = Math.floor(to / pageSize);
      for (let page = Math.floor(from / pageSize); page <= last; page += 1) {
        if (!isAsking.current && !now.pages.has(page)) askFor(page);
      }
    },
  };
}

export function pageQuestion(question: Parameters, page: number): Parameters {
  return { ...question, from: String(page * pageSize), count: String(pageSize) };
}
