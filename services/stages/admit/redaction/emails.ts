/**
 * Finds e-mail addresses of people. It leaves strings that only look like one: reserved and
 * invented domains, roles, remotes such as git@host:path, asset names, versions.
 */
import type { Finding } from './redaction.ts';

const domainPattern =
  /(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,12}(?![\w-])/y;

/** Longest local part (RFC 5321). */
const localCharactersMax = 64;

/** How far before an address to look for the scheme of a URL that contains it. */
const urlCharacters = 80;

export function findEmails(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const start = localStart(text, at);
    if (start === at) continue;
    domainPattern.lastIndex = at + 1;
    const domain = domainPattern.exec(text)?.[0];
    if (domain === undefined) continue;
    const end = at + 1 + domain.length;
    const local = text.slice(start, at).toLowerCase();
    if (!isPerson(local, domain.toLowerCase()) || isCode(text, start, end)) continue;
    findings.push({ start, end, kind: 'email', rule: 'email' });
    at = end - 1;
  }
  return findings;
}

/** Index of the first character of the local part, which must be a letter or a digit. */
function localStart(text: string, at: number): number {
  const first = Math.max(0, at - localCharactersMax);
  let start = at;
  while (start > first && /[\w.%+-]/.test(text.charAt(start - 1))) start -= 1;
  while (start < at && !/[A-Za-z0-9]/.test(text.charAt(start))) start += 1;
  return start;
}

function isPerson(local: string, domain: string): boolean {
  // Addresses like `a@b.com` test validators; replacing them breaks tests and protects nobody.
  if (local.length <= 2 || domain.indexOf('.') <= 2) return false;
  if (!isTopLevel(domain.slice(domain.lastIndexOf('.') + 1))) return false;
  // The domain is a version, as in `name@1.2.x`.
  if (/^\d+\.\d/.test(domain)) return false;
  const nobody = [reservedDomain, inventedDomain, sshDomain];
  return !role.test(local) && !nobody.some((pattern) => pattern.test(domain));
}

/** Whether the characters around the match show that it is program syntax, not an address. */
function isCode(text: string, start: number, end: number): boolean {
  const after = text.slice(end, end + 2);
  // A call or an index on the right of Python's operator `@`.
  if (/^[([]/.test(after)) return true;
  // `host:path` of a git remote; below, the user name and password of a URL.
  if (/^:[\w~/.]/.test(after)) return true;
  return /:\/\/[^\s/@]*$/.test(text.slice(Math.max(0, start - urlCharacters), start));
}

/** Accepts country codes and a list of general domains, so that `q@k.transpose` is no address. */
function isTopLevel(domain: string): boolean {
  if (domain.length === 2 && !extensionLike.has(domain)) return true;
  return generalDomains.has(domain);
}

const generalDomains = new Set(
  `com org net edu gov mil int info biz name pro dev app cloud email tech xyz online site academy
   software systems codes digital group company agency studio design network foundation science
   university`.split(/\s+/),
);

/** Country codes that occur far more often as file extensions or attributes. */
const extensionLike = new Set(
  'js ts py rb rs go md sh so cs pl pm ml hs kt vb pb cc gz id at to'.split(' '),
);

const reservedDomain = /(?:^|\.)(?:example|test|invalid|localhost|local)(?:\.[a-z]+)?$/;

/** Domains that people invent in tests and documentation. */
const inventedDomain = new RegExp(
  [
    '^(?:(?:my|your|some|other|another|valid|invalid|fake|sample|dummy|old|new)?',
    '(?:domain|email|mail|site|company|host|server|somewhere|here|there|anywhere|nowhere',
    String.raw`|other|foo|bar|baz|foobar|acme|normal|corp)|xn--[\w-]+)\.[a-z]+$`,
  ].join(''),
);

/** SSH names its extensions like addresses: `curve25519-sha256@libssh.org`. */
const sshDomain = /^(?:(?:lib|open)?ssh\.(?:com|org)|lysator\.liu\.se)$/;

const role = /^(?:git|hg|svn|no-?reply|do-?not-?reply|user|username|you|me|foo|bar|test)$/;
