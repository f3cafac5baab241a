/**
 * What a person may mean by the words after `why OUT`: a sample, a repository, a file of one, a
 * line of that file, or a file of any repository. Pure. An origin holds colons itself, so every
 * colon may be the one before a path, and what the output knows decides.
 */
import { foldName as fold, type Named, namesOf } from '../repository-names.ts';

/** One way to read the words. */
export interface Reading {
  /** Null where only a path is named. */
  readonly repository: string | null;
  readonly path: string | null;
  readonly line: number | null;
}

export interface Match {
  /** How near it is to what was asked: 0 is the nearest. */
  readonly level: 0 | 1 | 2;
  readonly reading: Reading;
}

/** The words read as a repository, alone or followed by a path and perhaps a line. */
function readingsOf(asked: string): Reading[] {
  const readings: Reading[] = [{ repository: asked, path: null, line: null }];
  for (let at = asked.indexOf(':'); at >= 0; at = asked.indexOf(':', at + 1)) {
    const [repository, rest] = [asked.slice(0, at), asked.slice(at + 1)];
    if (repository !== '' && rest !== '') readings.push({ repository, ...placeOf(rest) });
  }
  return readings;
}

/** `src/a.py:12` is line 12 of `src/a.py`. */
function placeOf(text: string): Pick<Reading, 'path' | 'line'> {
  const [, path, line] = /^(.+):([1-9]\d{0,8})$/s.exec(text) ?? [];
  return path === undefined ? { path: text, line: null } : { path, line: Number(line) };
}

export interface Asked {
  readonly text: string;
  /** Matches a repository by its names and by ids, whole or by their beginning. */
  repository(named: Named, ids: readonly string[]): Match | null;
  /** Matches a file of any repository. */
  file(path: string): Match | null;
}

/** A shorter beginning of an id means nothing. */
const idBeginningMin = 6;

export function parseAsked(text: string): Asked {
  const readings = readingsOf(text);
  const wanted = new Map(readings.map((reading) => [fold(reading.repository ?? ''), reading]));
  const place = placeOf(text);
  const whole: Reading = { repository: text, path: null, line: null };
  const start = fold(text);
  return {
    text,
    repository: (named, ids) => {
      const names = namesOf(named);
      for (const name of [...names, ...ids]) {
        const reading = wanted.get(fold(name));
        if (reading !== undefined) return { level: 0, reading };
      }
      const begins = names.some((name) => fold(name).startsWith(start));
      const isId = start.length >= idBeginningMin && ids.some((id) => id.startsWith(start));
      return begins || isId ? { level: 2, reading: whole } : null;
    },
    file: (path) => {
      if (path === place.path) return { level: 1, reading: { repository: null, ...place } };
      return path === text ? { level: 1, reading: { repository: null, path, line: null } } : null;
    },
  };
}
