/** Which licences the user's policy allows, and whether it allows a given expression. */
import { allows, currentIdentifier, parseExpression } from './expression.ts';
import { permissiveLicences } from './signatures.ts';
import { canonical } from './statement.ts';

export type LicencePolicy = 'record' | 'permissive' | readonly string[];

/** Returns the identifiers that the policy allows; null allows everything. */
export function allowedLicences(policy: LicencePolicy): ReadonlySet<string> | null {
  if (policy === 'record') return null;
  if (policy === 'permissive') return new Set(permissiveLicences);
  return new Set(policy.map((identifier) => currentIdentifier(canonical(identifier))));
}

/**
 * Whether the policy allows the expression. `unknown` is allowed only if everything is allowed or
 * the list names `unknown`.
 */
export function isAllowed(expression: string, allowed: ReadonlySet<string> | null): boolean {
  if (allowed === null) return true;
  const parsed = parseExpression(expression);
  return parsed !== null && allows(parsed, allowed);
}
