/**
 * Cuts a search into ranges that the host shows whole: by time of creation, and where a second has
 * too many by stars. A range is written as the qualifiers of the search, which is its name in the
 * log. Pure.
 */
import { shownMax } from '../../../ports/code-host.ts';
import { PipelineError } from '../../../runtime/errors.ts';

/** Whole numbers, both ends included; null has no end. */
export interface Span {
  readonly from: number;
  readonly to: number | null;
}

export interface Range {
  /** Seconds since 1970. */
  readonly created: Span;
  /** Null does not ask for stars. */
  readonly stars: Span | null;
}

export interface Search {
  /** The query without what the range says. */
  readonly words: string;
  readonly range: Range;
}

/** GitHub has no older repository. */
const firstSecond = Date.UTC(2007, 9, 1) / 1000;

/** Ranges in the host's own words, which `parseRange` reads back. */
export function rangeText({ created, stars }: Range): string {
  const time = (second: number) => new Date(second * 1000).toISOString().replace('.000', '');
  const text = (span: Span, one: (value: number) => string) =>
    `${one(span.from)}..${span.to === null ? '*' : one(span.to)}`;
  const parts = [`created:${text(created, time)}`];
  if (stars !== null) parts.push(`stars:${text(stars, String)}`);
  return parts.join(' ');
}

export function parseRange(text: string): Range {
  return takeRange(text).range;
}

/** Takes the range out of a query; SOURCE_UNREADABLE where it says more than one. */
export function takeRange(query: string): Search {
  const words: string[] = [];
  const spans = new Map<string, Span>();
  for (const word of wordsOf(query)) {
    const [, sign, name, value] = /^(-?)(created|stars):(.*)$/i.exec(word) ?? [];
    if (name === undefined || value === undefined) {
      words.push(word);
      continue;
    }
    const key = name.toLowerCase();
    const span = sign === '' && !spans.has(key) ? spanOf(key, value.replaceAll('"', '')) : null;
    if (span === null) throw unclear(word);
    spans.set(key, span);
  }
  const created = spans.get('created') ?? { from: firstSecond, to: null };
  return { words: words.join(' '), range: { created, stars: spans.get('stars') ?? null } };
}

/** Words are separated by blanks; quotes keep blanks within a word. */
function wordsOf(query: string): string[] {
  return query.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

function spanOf(name: string, value: string): Span | null {
  const low = (text: string) => pointOf(name, text, false);
  const high = (text: string) => pointOf(name, text, true);
  const lowest = name === 'created' ? firstSecond : 0;
  const [, sign, bound] = /^(>=|<=|>|<)(.+)$/.exec(value) ?? [];
  const [, from, to] = /^(.+?)\.\.(.+)$/.exec(value) ?? [];
  let span: readonly [number, number | null];
  if (sign !== undefined && bound !== undefined) {
    if (sign === '>=') span = [low(bound), null];
    else if (sign === '>') span = [high(bound) + 1, null];
    else span = [lowest, sign === '<' ? low(bound) - 1 : high(bound)];
  } else if (from !== undefined && to !== undefined) {
    span = [from === '*' ? lowest : low(from), to === '*' ? null : high(to)];
  } else span = [low(value), high(value)];
  const [start, end] = span;
  const isSpan = !Number.isNaN(start) && (end === null || end >= start);
  return isSpan ? { from: start, to: end } : null;
}

const timePattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2}))?$/;

/** A day without a time is its first or its last second. NaN for what is no point. */
function pointOf(name: string, text: string, isEnd: boolean): number {
  if (name === 'stars') return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  const time = timePattern.exec(text);
  if (time === null) return Number.NaN;
  if (time[1] !== undefined) return Math.floor(Date.parse(text) / 1000);
  return Date.parse(`${text}T${isEnd ? '23:59:59' : '00:00:00'}Z`) / 1000;
}

/** A part of a range should hold so many, far enough below the most that is shown. */
const partAim = 0.7 * shownMax;
/** The first page holds a hundred repositories: more parts would be guesses. */
const partsMax = 10;

/** What a first page tells of the repositories of a range. */
export interface Sight {
  /** Repositories in the range. */
  readonly total: number;
  /** The host's time, before which all of them were created. */
  readonly nowSecond: number;
  /** When the shown ones were created. */
  readonly createdSeconds: readonly number[];
}

/**
 * Cuts a range into parts that cover it exactly; null where it cannot be cut. Time is filled very
 * unevenly, so the cuts lie where as many of the shown repositories are before as after. A range
 * without an end gets its end from the host's time.
 */
export function splitRange({ created, stars }: Range, sight: Sight): Range[] | null {
  const { from } = created;
  const to = created.to ?? Math.max(sight.nowSecond, from);
  if (to > from) {
    const starts = [from, ...cuts({ from, to }, sight)];
    return starts.map((start, index) => ({
      created: { from: start, to: (starts[index + 1] ?? to + 1) - 1 },
      stars,
    }));
  }
  const parts = splitStars(stars ?? { from: 0, to: null });
  return parts?.map((part) => ({ created: { from, to }, stars: part })) ?? null;
}

/** The first seconds of all parts but the first; at least one. */
function cuts({ from, to }: { from: number; to: number }, sight: Sight): readonly number[] {
  const count = Math.min(partsMax, Math.max(2, Math.ceil(sight.total / partAim)));
  const shown = sight.createdSeconds
    .filter((second) => second >= from && second <= to)
    .sort((a, b) => a - b);
  const quantiles = Array.from(
    { length: count - 1 },
    (_, index) => shown[Math.floor((shown.length * (index + 1)) / count)],
  );
  const inside = quantiles.filter((second) => second !== undefined && second > from);
  const distinct = [...new Set(inside as number[])];
  return distinct.length > 0 ? distinct : [from + Math.ceil((to - from) / 2)];
}

/** Few repositories have many stars: without an end, each part doubles. */
function splitStars({ from, to }: Span): Span[] | null {
  if (from === to || from >= starsMax) return null;
  const middle = to === null ? from * 2 + 1 : Math.floor((from + to) / 2);
  return [
    { from, to: middle },
    { from: middle + 1, to },
  ];
}

/** No repository has as many. */
const starsMax = 100_000_000;

function unclear(word: string): PipelineError {
  return new PipelineError(
    'SOURCE_UNREADABLE',
    `the search has ${word}, which is not understood: give created: and stars: once each, as >=2020-01-01 or 2020-01-01..2020-12-31 or 10..100`,
    { subject: word },
  );
}
