/**
 * Tells addresses that nobody has: reserved and invented domains, roles of programs. Replacing
 * those breaks tests and protects nobody.
 */

/** Whether the address, in lower case, belongs to nobody. */
export function isInvented(local: string, domain: string): boolean {
  if (reservedDomain.test(domain) || inventedDomain.test(domain)) return true;
  if (programs.test(local) || isAlgorithm(local, domain)) return true;
  // `a@b.com` tests a validator; no domain of one letter has users of so short a name.
  return local.length <= 3 && /^.\.[a-z]+$/.test(domain);
}

/** RFC 2606 and RFC 6761; every domain below one of these is reserved, too. */
const reservedNames = 'example|test|invalid|localhost|local|localdomain|internal';
const reservedDomain = new RegExp(
  String.raw`(?:^|\.)(?:example\.(?:com|net|org|edu)|${reservedNames})$`,
);

/** Domains that people invent in tests and documentation; none of them is a mail provider. */
const inventedDomain = new RegExp(
  [
    '^(?:(?:my|your|some|any|other|another)-?',
    '(?:domain|e?mail|site|company|host|server|org|corp|app|project|website)',
    '|(?:examples?|domain|company|host|hostname|server|somewhere|nowhere|foo|bar|baz|foobar|acme',
    String.raw`|test|abc|xyz))\.(?:com|org|net|edu|io|co|dev|fr|de|jp|ru|co\.uk|bar|foo|baz)$`,
  ].join(''),
);

/** Names under which programs, not people, write; and names that stand for any name. */
const programs = new RegExp(
  [
    '^(?:git|hg|svn|no-?reply|do-?not-?reply|user(?:name)?|you|foo|bar|baz|test|example',
    String.raw`|your[-_.]?\w+)$`,
  ].join(''),
);

const extensions = /^(?:zlib|tun|keepalive|fsync|f?statvfs|eow|limits|hardlink|lsetstat|filter)$/;

/** SSH names its algorithms and extensions like addresses: `curve25519-sha256@libssh.org`. */
function isAlgorithm(local: string, domain: string): boolean {
  if (
    !/^(?:(?:lib|open)?ssh\.(?:com|org)|lysator\.liu\.se|putty\.projects\.tartarus\.org)$/.test(
      domain,
    )
  ) {
    return false;
  }
  return /[\d-]/.test(local) || extensions.test(local);
}
