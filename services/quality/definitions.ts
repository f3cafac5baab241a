/**
 * The names that a file defines at its top level, by the words that open a definition in its
 * language. Patterns, not a parser: an output at rest holds text alone. Only lines without
 * indentation count, so methods and nested functions do not. Pure.
 */
import { rowOfPath } from '../../schemas/languages/languages.ts';

const modifiers =
  'export|default|declare|abstract|async|public|private|protected|internal|static|final|sealed|' +
  'partial|readonly|data|open|override|inline|virtual|extern|unsafe|typedef|#|' +
  'pub(?:\\([\\w: ]{0,80}\\))?';
const name = '([\\p{L}_$][\\p{L}\\p{N}_$]*)';
/** Of a Go method, or of a function in C that a word defines. */
const receiver = '(?:\\([^)\\n]{0,200}\\)[ \\t]*)?';

type Row = NonNullable<ReturnType<typeof rowOfPath>>;

/** Made once for each language. */
const patterns = new Map<Row, RegExp | null>();

/** Empty for languages whose definitions no word opens. */
export function topLevelNames(path: string, code: string): string[] {
  const row = rowOfPath(path);
  if (row === undefined) return [];
  const known = patterns.get(row);
  const pattern = known === undefined ? patternOf(row) : known;
  patterns.set(row, pattern);
  if (pattern === null) return [];
  return [...new Set([...code.matchAll(pattern)].map(([, found = '']) => found))];
}

function patternOf(row: Row): RegExp | null {
  if (!('definers' in row)) return null;
  const definers = Object.keys(row.definers as Readonly<Record<string, string>>);
  if (definers.length === 0) return null;
  const opening = definers.map((word) => RegExp.escape(word)).join('|');
  // Two definers in a row, as in `const fn` and `enum class`: the last one counts. All repetition
  // is bounded, since a hostile line may hold such words by the thousand.
  const before = `(?:(?:${modifiers})(?:[ \\t]+|\\b)){0,6}(?:(?:${opening})[ \\t]+){0,2}`;
  return new RegExp(`^${before}(?:${opening})\\*?[ \\t]+${receiver}\\*?${name}`, 'gmu');
}
