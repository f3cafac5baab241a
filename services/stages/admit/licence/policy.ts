/** Which licences a person allows, and whether an expression lies within them. */
import { allows, parseExpression } from './expression.ts';
import { permissiveLicences } from './signatures.ts';

export type LicencePolicy = 'record' | 'permissive' | readonly string[];

/** What the policy allows; null allows everything. */
export function allowedLicences(policy: LicencePolicy): ReadonlySet<string> | null {
  if (policy === 'record') return null;
  return new Set(policy === 'permissive' ? permissiveLicences : policy);
}

/** An `unknown` licence is allowed only where everything is, or where the list names it. */
export function isAllowed(expression: string, allowed: ReadonlySet<string> | null): boolean {
  if (allowed === null) return true;
  const parsed = parseExpression(expression);
  return parsed !== null && allows(parsed, allowed);
}
