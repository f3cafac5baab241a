/**
 * SPDX licence expressions: parsing, printing, and testing against a set of allowed licences.
 * OR is a choice and AND requires all parts; a listed exception (WITH) only adds permissions.
 */
import parseSpdx, { type Info } from 'spdx-expression-parse';

export type LicenceExpression =
  | { readonly kind: 'licence'; readonly identifier: string; readonly exception: string | null }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly LicenceExpression[] };

/** Maximum number of words, which also bounds nesting; real expressions have a handful. */
const wordsMax = 200;

/**
 * Returns null if the text is not an expression. The library refuses names that SPDX does not list,
 * but this function must keep every name that a repository states. So the library parses stand-ins:
 * `LicenseRef-N` stands for word N. An exception is the second word after its licence.
 */
export function parseExpression(text: string): LicenceExpression | null {
  const words = text.match(/[()]|[^\s()]+/g) ?? [];
  if (words.length > wordsMax || !words.every(isWord)) return null;
  // Without this check, the library would accept empty parentheses before a name.
  if (words.some((word, index) => word === '(' && words[index + 1] === ')')) return null;
  const standIns = words.map((word, index) => {
    if (isOperator(word)) return word;
    return isExceptionAt(words, index) ? 'Classpath-exception-2.0' : `LicenseRef-${index}`;
  });
  try {
    return fromTree(parseSpdx(standIns.join(' ')), words);
  } catch {
    // The library throws a plain Error (no class, no code) for a text that is not an expression.
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

/**
 * Returns the current form of a deprecated identifier: SPDX replaced `GPL-2.0` and `GPL-2.0+` by
 * `GPL-2.0-only` and `GPL-2.0-or-later`.
 */
export function currentIdentifier(identifier: string): string {
  if (!/^(?:A|L)?GPL-\d\.\d\+?$/.test(identifier)) return identifier;
  return identifier.endsWith('+') ? `${identifier.slice(0, -1)}-or-later` : `${identifier}-only`;
}

export function licence(identifier: string, exception: string | null = null): LicenceExpression {
  return { kind: 'licence', identifier, exception };
}

/** Joins parts, flattens nested ones and drops duplicates; a single part is returned unchanged. */
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

/** Returns the name of a licence without its version: people often give none. */
export function familyOf(identifier: string): string {
  const name = identifier.replace(/^LicenseRef-/, '');
  return /^(?:[AL]?GPL|BSD|MIT|Artistic|Apache)/.exec(name)?.[0] ?? name.replace(/-\d.*$/, '');
}

/** Returns the same expression with every identifier changed. */
export function mapIdentifiers(
  expression: LicenceExpression,
  change: (identifier: string) => string,
): LicenceExpression {
  if (expression.kind === 'licence') {
    return licence(currentIdentifier(change(expression.identifier)), expression.exception);
  }
  const { kind, parts } = expression;
  return { kind, parts: parts.map((part) => mapIdentifiers(part, change)) };
}

/**
 * Whether the allowed identifiers satisfy the expression; `X+` is a choice that includes X. Of what
 * stands behind WITH only the exceptions that SPDX lists are known to add permissions:
 * `MIT WITH Commons-Clause` takes some back.
 */
export function allows(expression: LicenceExpression, allowed: ReadonlySet<string>): boolean {
  if (expression.kind === 'licence') {
    const { identifier, exception } = expression;
    if (exception !== null && !isException(exception)) return false;
    return allowed.has(identifier) || allowed.has(identifier.replace(/\+$/, ''));
  }
  if (expression.kind === 'or') return expression.parts.some((part) => allows(part, allowed));
  return expression.parts.every((part) => allows(part, allowed));
}

function isException(name: string): boolean {
  try {
    parseSpdx(`MIT WITH ${name}`);
    return true;
  } catch {
    // The library knows SPDX's list of exceptions.
    return false;
  }
}
