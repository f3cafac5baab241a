/** Joins what several places of one metadata file say, as a field and the classifiers. Pure. */
import {
  combine,
  familyOf,
  identifiersOf,
  type LicenceExpression,
  licence,
} from '../expression.ts';
import { sameFamily } from '../folder-licence.ts';
import { licencesIn } from '../named.ts';
import { fromStatement, reserved, stated } from '../statement.ts';

/** Joins statements that all apply. */
export function together(statements: readonly string[]): LicenceExpression | null {
  return combine(
    'and',
    statements.flatMap((value) => fromStatement(value) ?? []),
  );
}

/** What one place of a file says. */
export interface Said {
  readonly values: readonly string[];
  readonly expression: LicenceExpression | null;
}

/** Where two places differ, nobody can tell which of them holds, so both do. */
export function bothOf(one: Said, other: Said): LicenceExpression | null {
  const parts = [beyond(one, other), beyond(other, one)];
  return combine(
    'and',
    parts.flatMap((part) => part ?? []),
  );
}

/** What is said here; of words that are not understood, only what they name beyond the other. */
function beyond({ values, expression }: Said, other: Said): LicenceExpression | null {
  if (expression === null || other.expression === null) return expression;
  if (!isVague(expression) || isVague(other.expression)) return expression;
  const families = new Set(identifiersOf(other.expression).map(familyOf));
  const named = values.flatMap((value) =>
    restricted.test(value) ? licence(reserved) : licencesIn(value),
  );
  const isOther = (each: LicenceExpression) =>
    !identifiersOf(each).every((identifier) => families.has(familyOf(identifier)));
  return combine('and', named.filter(isOther));
}

function isVague(expression: LicenceExpression): boolean {
  return identifiersOf(expression).includes(stated);
}

/** Classifiers of works that are open to some ends alone. */
const restricted = /^free(?:ware$| (?:for|to) )/i;

/** Classifiers only list names; a field that has all of them says how they relate. */
export function withClassifiers(
  field: readonly string[],
  classified: readonly string[],
): LicenceExpression | null {
  const one = { values: field, expression: together(field) };
  const other = { values: classified, expression: together(classified) };
  const [said, listed] = [one.expression, other.expression];
  if (said === null || listed === null || isVague(said) || isVague(listed)) {
    return bothOf(one, other);
  }
  if (repeats(said, listed)) return said;
  return repeats(listed, said) ? listed : bothOf(one, other);
}

/** Whether the second expression has no licence beside those of the first. */
function repeats(whole: LicenceExpression, part: LicenceExpression): boolean {
  const known = new Set(identifiersOf(whole).flatMap(sameFamily));
  return identifiersOf(part).every((identifier) => known.has(identifier));
}
