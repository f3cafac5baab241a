/**
 * Rows of patterns, and how often a text matches each. A pattern is searched for only where one of
 * its words is in the text, and repeats only what has a bound, so that a hostile text costs as much
 * time as its length. Pure.
 */
import type { FileText } from '../file-text.ts';

export interface Pattern {
  readonly kind: string;
  /** In lower case; a text without any of them does not match. */
  readonly words: readonly string[];
  /** Global; what it repeats is bounded. */
  readonly pattern: RegExp;
  /** Paths that it is about; all, if it names none. */
  readonly paths?: RegExp;
  /** What else the text must hold; null where the pattern says enough. */
  readonly beside?: RegExp;
}

export type Found = Readonly<Record<string, number>>;

export function countPatterns(patterns: readonly Pattern[], { path, text }: FileText): Found {
  const low = text.toLowerCase();
  const found: Record<string, number> = {};
  for (const { kind, words, pattern, paths, beside } of patterns) {
    if (paths?.test(path) === false || !words.some((word) => low.includes(word))) continue;
    const count = text.match(pattern)?.length ?? 0;
    if (count === 0 || beside?.test(text) === false) continue;
    found[kind] = (found[kind] ?? 0) + count;
  }
  return found;
}

/** The kinds in words, with their numbers. */
export function tellFound(found: Found): string {
  return Object.entries(found)
    .map(([kind, count]) => (count === 1 ? kind : `${kind} (${count})`))
    .join(', ');
}
