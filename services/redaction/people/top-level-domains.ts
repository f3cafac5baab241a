/** The top-level domains that exist, as IANA lists them. */
import list from 'tlds/index.json' with { type: 'json' };

const topLevelDomains: ReadonlySet<string> = new Set(list);

/**
 * Whether a label is a top-level domain in a usual spelling, all lower or all upper case: `T` and
 * `Id` are attributes in programs.
 */
export function isTopLevelDomain(label: string): boolean {
  if (!/^(?:\p{Ll}+|\p{Lu}{2,}|\p{Lo}[\p{Lo}\p{M}]*|xn--[a-z0-9-]+)$/u.test(label)) return false;
  return topLevelDomains.has(label.toLowerCase()) || label.startsWith('xn--');
}

/** Top-level domains that are also names in code; an address is seldom followed by a call. */
const wordsOfCode = new Set(
  `as at call data do fun get id in is it map my name no now of on or post read run save so to top
   zip`.split(/\s+/),
);

export function isWordOfCode(domain: string): boolean {
  return wordsOfCode.has(domain);
}
