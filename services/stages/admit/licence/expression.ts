/**
 * SPDX licence expressions: reading, printing and asking whether a set of licences allows them.
 * OR is a choice, AND holds everywhere; an exception (WITH) never takes anything away.
 */
import parseSpdx, { type Info } from 'spdx-expression-parse';

export type LicenceExpression =
  | { readonly kind: 'licence'; readonly identifier: string; readonly exception: string | null }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly LicenceExpression[] };

/** Nesting is bounded by the words; real expressions have a handful. */
const wordsMax = 200;

/**
 * Null where the text is not an expression. The library refuses every name that SPDX does not list,
 * but what a repository states stays as stated. So the library gets a stand-in for each name:
 * a licence's says which word it stands for, and an exception is the second word after its licence.
 */
export function parseExpression(text: string): LicenceExpression | null {
  const words = text.match(/[()]|[^\s()]+/g) ?? [];
  if (words.length > wordsMax || !words.every(isWord)) return null;
  // The library passes over empty parentheses in front of a name.
  if (words.some((word, index) => word === '(' && words[index + 1] === ')')) return null;
  const standIns = words.map((word, index) => {
    if (isOperator(word)) return word;
    return isExceptionAt(words, index) ? 'Classpath-exception-2.0' : `LicenseRef-${index}`;
  });
  try {
    return fromTree(parseSpdx(standIns.join(' ')), words);
  } catch {
    // The library throws, without a class or a code of its own, at all that is not an expression.
    return null;
  }
}

function isOperator(word: string): boolean {
  return /^(?:[()]|and|or|with)$/i.test(word);
}

function isWord(word: string): boolean {
  return isOperator(word) || /^[A-Za-z0-9][\w.+:-]*$/.test(word);
}

function isExceptionAt(words: readonly string[], index: number): boolean {
  return words[index - 1]?.toLowerCase() === 'with';
}

function fromTree(tree: Info, words: readonly string[]): LicenceExpression | null {
  if ('conjunction' in tree) {
    const parts = [fromTree(tree.left, words), fromTree(tree.right, words)];
    return combine(
      tree.conjunction,
      parts.flatMap((part) => part ?? []),
    );
  }
  const index = Number(tree.license.slice('LicenseRef-'.length));
  const exception = tree.exception === undefined ? null : (words[index + 2] ?? null);
  return licence(currentIdentifier(words[index] ?? ''), exception);
}

/** SPDX deprecated `GPL-2.0` and `GPL-2.0+` for names that say what they mean. */
function currentIdentifier(identifier: string): string {
  if (!/^(?:A|L)?GPL-\d\.\d\+?$/.test(identifier)) return identifier;
  return identifier.endsWith('+') ? `${identifier.slice(0, -1)}-or-later` : `${identifier}-only`;
}

export function licence(identifier: string, exception: string | null = null): LicenceExpression {
  return { kind: 'licence', identifier, exception };
}

/** Joins parts, flattening and dropping repetitions; one part stands alone. */
export function combine(
  kind: 'and' | 'or',
  parts: readonly LicenceExpression[],
): LicenceExpression | null {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  const unique = [...new Map(flat.map((part) => [printExpression(part), part])).values()];
  return unique.length > 1 ? { kind, parts: unique } : (unique[0] ?? null);
}

export function printExpression(expression: LicenceExpression): string {
  if (expression.kind === 'licence') {
    const { identifier, exception } = expression;
    return exception === null ? identifier : `${identifier} WITH ${exception}`;
  }
  const parts = expression.parts.map((part) =>
    part.kind === 'licence' ? printExpression(part) : `(${printExpression(part)})`,
  );
  return parts.join(expression.kind === 'and' ? ' AND ' : ' OR ');
}

export function identifiersOf(expression: LicenceExpression): readonly string[] {
  if (expression.kind === 'licence') return [expression.identifier];
  return expression.parts.flatMap(identifiersOf);
}

/** True if what the expression asks for lies within the allowed identifiers. */
export function allows(expression: LicenceExpression, allowed: ReadonlySet<string>): boolean {
  if (expression.kind === 'licence') return allowed.has(expression.identifier);
  if (expression.kind === 'or') return expression.parts.some((part) => allows(part, allowed));
  return expression.parts.every((part) => allows(part, allowed));
}
