/**
 * E-mail and public IPv4 addresses. What only looks like one stays: addresses of reserved domains
 * and networks, remotes such as git@host:path, asset names, versions, public name servers.
 */
import type { Finding } from './redaction.ts';

export function findPersonalData(text: string): readonly Finding[] {
  return [...findEmails(text), ...findAddresses(text)];
}

const domainPattern =
  /(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,12}(?![\w-])/y;

/** Two-letter domains are countries; of the others only these, so that `q@k.transpose` stays. */
const generalDomains = new Set(
  'com org net edu gov mil int info biz name pro dev app cloud email tech xyz online site academy software systems codes digital group company agency studio design network foundation science university'.split(
    ' ',
  ),
);

/** Country codes that are far commoner as file extensions or attributes. */
const extensionLike = new Set(
  'js ts py rb rs go md sh so cs pl pm ml hs kt vb pb cc gz id at to'.split(' '),
);

function findEmails(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const start = localStart(text, at);
    if (start === at) continue;
    domainPattern.lastIndex = at + 1;
    const domain = domainPattern.exec(text)?.[0];
    if (domain === undefined) continue;
    const end = at + 1 + domain.length;
    if (isNoPerson(text, start, at, end)) continue;
    findings.push({ start, end, kind: 'email', rule: 'email' });
    at = end - 1;
  }
  return findings;
}

/** First character of the local part: at most 64 before the sign, beginning with a word. */
function localStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < 64 && /[\w.%+-]/.test(text.charAt(start - 1))) start -= 1;
  while (start < at && !/[A-Za-z0-9]/.test(text.charAt(start))) start += 1;
  return start;
}

/** Domains that people invent in tests and documentation. */
const inventedDomains =
  /^(?:(?:my|your|some|other|another|valid|invalid|fake|sample|dummy|old|new)?(?:domain|email|mail|site|company|host|server|somewhere|here|there|anywhere|nowhere|other|foo|bar|baz|foobar|acme|normal|corp)|xn--[\w-]+)\.[a-z]+$/;

function isNoPerson(text: string, start: number, at: number, end: number): boolean {
  const local = text.slice(start, at).toLowerCase();
  const domain = text.slice(at + 1, end).toLowerCase();
  const last = domain.slice(domain.lastIndexOf('.') + 1);
  const country = last.length === 2 && !extensionLike.has(last);
  if (!country && !generalDomains.has(last)) return true;
  if (/(?:^|\.)(?:example|test|invalid|localhost|local)(?:\.[a-z]+)?$/.test(domain)) return true;
  // Versions (`name@1.2.x`), and calls and indexing on the right of Python's `@`.
  if (/^\d+\.\d/.test(domain) || /^[([]/.test(text.slice(end))) return true;
  if (/^(?:git|hg|svn|no-?reply|do-?not-?reply|user|username|you|me|foo|bar|test)$/.test(local))
    return true;
  // `a@b.com` and its like test a validator: replacing them breaks the test and hides nobody.
  if (local.length <= 2 || domain.indexOf('.') <= 2 || inventedDomains.test(domain)) return true;
  // SSH names its extensions so: `curve25519-sha256@libssh.org`.
  if (/^(?:(?:lib|open)?ssh\.(?:com|org)|lysator\.liu\.se)$/.test(domain)) return true;
  // `host:path` of a remote, and the name and password of an address.
  if (/^:[\w~/.]/.test(text.slice(end, end + 2))) return true;
  return /:\/\/[^\s/@]*$/.test(text.slice(Math.max(0, start - 80), start));
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const addressPattern = new RegExp(`(?<![\\w.-])${octet}(?:\\.${octet}){3}(?![\\w-]|\\.\\d)`, 'g');

/** Public name servers, which name nobody. */
const nameServers = new Set(
  '8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 114.114.114.114 223.5.5.5'.split(
    ' ',
  ),
);

function findAddresses(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(addressPattern)) {
    const value = match[0];
    const before = text.slice(Math.max(0, match.index - 24), match.index);
    if (nameServers.has(value) || !isPublic(value) || /\b(?:v|version|oid)\W{0,4}$/i.test(before))
      continue;
    const end = match.index + value.length;
    findings.push({ start: match.index, end, kind: 'address', rule: 'ipv4' });
  }
  return findings;
}

/** Public unicast; four numbers below 32 are taken for a version or an object identifier. */
function isPublic(address: string): boolean {
  const parts = address.split('.').map(Number);
  const [first = 0, second = 0, third = 0] = parts;
  if (parts.every((part) => part < 32) || new Set(parts).size === 1) return false;
  if (first === 0 || first === 10 || first === 127 || first >= 224) return false;
  if (first === 100 && second >= 64 && second < 128) return false;
  if (first === 169 && second === 254) return false;
  if (first === 172 && second >= 16 && second < 32) return false;
  if (first === 192 && (second === 168 || (second === 0 && (third === 0 || third === 2))))
    return false;
  if (first === 198 && (second === 18 || second === 19 || (second === 51 && third === 100)))
    return false;
  return !(first === 203 && second === 0 && third === 113);
}
