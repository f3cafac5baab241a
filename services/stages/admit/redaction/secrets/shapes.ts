/** Finds secrets by their own shape: tokens with a known prefix, private keys without an end. */
import { type Finding, secret } from '../redaction.ts';

interface ShapeRule {
  readonly name: string;
  /** The secret is the first group, or the whole match if there is none. Needs flags `gd`. */
  readonly pattern: RegExp;
}

/** A key may stand in a string or a comment, so more than white space may separate its lines. */
const keyBegin = '-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----';
const keyMargin = String.raw`[\s"'\\,>*#|]{1,64}`;
const keyLine = '[A-Za-z0-9+/=]{16,4096}';

/** Every pattern takes time linear in the length of the text. */
const shapeRules: readonly ShapeRule[] = [
  { name: 'jwt', pattern: /\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,2000}/dg },
  { name: 'google-api-key', pattern: /\bAIza[\w-]{35}(?![\w-])/dg },
  { name: 'google-oauth-secret', pattern: /\bGOCSPX-[\w-]{28}(?![\w-])/dg },
  { name: 'stripe-key', pattern: /\b(?:sk|rk)_live_[0-9A-Za-z]{16,247}/dg },
  {
    name: 'slack-webhook',
    pattern: /hooks\.slack\.com\/services\/(T\w{6,16}\/B\w{6,16}\/\w{20,32})/dg,
  },
  { name: 'telegram-token', pattern: /\b\d{8,10}:AA[\w-]{33}(?![\w-])/dg },
  { name: 'pypi-token', pattern: /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,1000}/dg },
  { name: 'azure-account-key', pattern: /\bAccountKey=([A-Za-z0-9+/]{86}==)/dg },
  { name: 'private-key', pattern: new RegExp(`${keyBegin}((?:${keyMargin}${keyLine})+)`, 'dg') },
];

export function findShapes(_path: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { name, pattern } of shapeRules) {
    for (const match of text.matchAll(pattern)) {
      const range = match.indices?.[1] ?? match.indices?.[0];
      if (range !== undefined) findings.push(secret(range[0], range[1], name));
    }
  }
  return findings;
}
