/**
 * Recognises addresses that belong to no person: reserved and invented domains, and names of
 * programs. Replacing them would break tests and protect nobody.
 */

/** Whether the address, in lower case, belongs to nobody. */
export function isInvented(local: string, domain: string): boolean {
  if (reservedDomain.test(domain) || inventedDomain.test(domain)) return true;
  return programs.test(local) || isAlgorithm(local, domain) || unregistered.test(domain);
}

/** Names reserved by RFC 2606 and RFC 6761; their subdomains are reserved, too. */
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

/** Domains of one letter that IANA keeps back, so that `a@b.com` belongs to nobody. */
const unregistered = /^(?:[a-pr-wy]\.com|[a-hj-pr-z]\.net|[a-wyz]\.org|[a-z]\.edu)$/;

/** Local parts that programs, not people, use, and hints that say `your name`. */
const programs = /^(?:git|hg|svn|no-?reply|do-?not-?reply|your[-_.]?\w+)$/;

const extensions = /^(?:zlib|tun|keepalive|fsync|f?statvfs|eow|limits|hardlink|lsetstat|filter)$/;

/** Whether SSH names an algorithm or extension so: `curve25519-sha256@libssh.org`. */
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
