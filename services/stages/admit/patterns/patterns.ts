/**
 * Rows of patterns, and how often a text matches each. A pattern repeats only what has a bound, so
 * that a hostile text costs as much time as its length. Pure.
 */
import type { FileText } from '../file-text.ts';
import type { Counts, Questions } from '../gate.ts';
import { textPatterns } from '../text-patterns.ts';

export interface Pattern {
  readonly kind: string;
  /** Global; what it repeats is bounded. */
  readonly pattern: RegExp;
  /** Paths that it is about; all, if it names none. */
  readonly paths?: RegExp;
  /** What else the text must hold; null where the pattern says enough. */
  readonly beside?: RegExp;
}

/** Opens the count of rows. */
export function openCount(rows: readonly Pattern[]): (file: FileText) => Counts {
  const everywhere = rows.filter(({ paths }) => paths === undefined);
  const elsewhere = rows.filter(({ paths }) => paths !== undefined);
  const search = textPatterns.search(everywhere.map(({ pattern }) => pattern));
  return ({ path, text }) => {
    const found: Record<string, number> = {};
    const add = ({ kind, beside }: Pattern, count: number) => {
      if (count === 0 || beside?.test(text) === false) return;
      found[kind] = (found[kind] ?? 0) + count;
    };
    for (const [row, matches] of search(text).entries()) {
      add(everywhere[row] as Pattern, matches.length);
    }
    for (const row of elsewhere) {
      if (row.paths?.test(path)) add(row, text.match(row.pattern)?.length ?? 0);
    }
    return found;
  };
}

/** What a gate asks that leaves files with found patterns out, or counts what is found. */
export function askAbout<Reason extends string>(
  setting: 'skip-file' | 'count' | 'off',
  reason: Reason,
  count: (file: FileText) => Counts,
): Questions<Reason, never> {
  if (setting === 'off') return {};
  if (setting === 'count') return { marks: count };
  return {
    text: (file) => {
      const detail = tellFound(count(file));
      return detail === '' ? null : { reason, detail };
    },
  };
}

/** The kinds in words, with their numbers. */
function tellFound(found: Counts): string {
  return Object.entries(found)
    .map(([kind, count]) => (count === 1 ? kind : `${kind} (${count})`))
    .join(', ');
}
