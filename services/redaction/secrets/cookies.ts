/**
 * Finds what proves who somebody is among the pairs of a cookie: in headers, in programs that send
 * one, and behind curl's option.
 */
import { redactionPatterns } from '../patterns.ts';
import { type Finding, secret } from '../redaction.ts';
import { isSecret } from './judging/judge.ts';

/** What stands before the first pair. */
const opening = new RegExp(
  [
    String.raw`(?:cookie["'\])]{0,3}\s{0,4}[:,=(]\s{0,4}`,
    String.raw`|\bcurl(?=\s)[^\r\n|;]{0,200}?\s(?:-b|--cookie)[ =]?)\\?["'\x60]?(?=[\w.-]{1,60}=)`,
  ].join(''),
  'gi',
);
const pair = /([\w.-]{1,60})=([^;\s"'`\\<>]{0,2048})(?:;[ \t]?)?/dy;
/** Cookies of other names hold settings and the like. */
const telling = /sess|sid\b|token|auth|jwt|[cx]srf|remember|sso|credential|secret/i;
const pairsMax = 60;

const findOpenings = redactionPatterns.search([opening]);

export function findInCookies(text: string): Finding[] {
  return findOpenings(text)
    .flat()
    .flatMap(({ index, 0: { length } }) => pairsAt(text, index + length));
}

function pairsAt(text: string, start: number): Finding[] {
  const findings: Finding[] = [];
  pair.lastIndex = start;
  for (let count = 0; count < pairsMax; count += 1) {
    const found = pair.exec(text);
    if (found === null) break;
    const [, name = '', value = ''] = found;
    const range = found.indices?.[2];
    if (range === undefined || value.length < 16 || !telling.test(name)) continue;
    if (isSecret({ text: value }, 'secret')) findings.push(secret(...range, 'cookie'));
  }
  return findings;
}
