/**
 * SPDX licence expressions: reading, printing and asking whether a set of licences allows them.
 * OR is a choice, AND holds everywhere; an exception (WITH) never takes anything away.
 */

export type LicenceExpression =
  | { readonly kind: 'licence'; readonly identifier: string; readonly exception: string | null }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly LicenceExpression[] };

/** Null where the text is not an expression. */
export function parseExpression(text: string): LicenceExpression | null {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  // Nesting is bounded by the tokens; real expressions have a handful.
  if (tokens.length === 0 || tokens.length > 200) return null;
  const reader = { tokens, next: 0 };
  const expression = readOr(reader);
  return reader.next === tokens.length ? expression : null;
}

interface TokenReader {
  readonly tokens: readonly string[];
  next: number;
}

function readOr(reader: TokenReader): LicenceExpression | null {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readOne(reader)));
}

function readChain(
  reader: TokenReader,
  kind: 'and' | 'or',
  readPart: () => LicenceExpression | null,
): LicenceExpression | null {
  const parts: LicenceExpression[] = [];
  do {
    const part = readPart();
    if (part === null) return null;
    parts.push(part);
  } while (accept(reader, kind));
  return combine(kind, parts);
}

function readOne(reader: TokenReader): LicenceExpression | null {
  if (accept(reader, '(')) {
    const inner = readOr(reader);
    return accept(reader, ')') ? inner : null;
  }
  const token = reader.tokens[reader.next];
  if (token === undefined || !/^[A-Za-z0-9][\w.+:-]*$/.test(token)) return null;
  if (/^(?:and|or|with)$/i.test(token)) return null;
  reader.next += 1;
  let exception: string | null = null;
  if (accept(reader, 'with')) {
    exception = reader.tokens[reader.next] ?? null;
    if (exception === null) return null;
    reader.next += 1;
  }
  return licence(currentIdentifier(token), exception);
}

/** SPDX deprecated `GPL-2.0` and `GPL-2.0+` for names that say what they mean. */
function currentIdentifier(identifier: string): string {
  if (!/^(?:A|L)?GPL-\d\.\d\+?$/.test(identifier)) return identifier;
  return identifier.endsWith('+') ? `${identifier.slice(0, -1)}-or-later` : `${identifier}-only`;
}

function accept(reader: TokenReader, word: string): boolean {
  if (reader.tokens[reader.next]?.toLowerCase() !== word) return false;
  reader.next += 1;
  return true;
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
