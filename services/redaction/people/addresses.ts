/**
 * Finds public IPv4 addresses. Versions, object identifiers and section numbers may also consist of
 * four numbers; the value and its own line decide what it is.
 */
import { BlockList } from 'node:net';
import { lineAfter, lineBefore } from '../line.ts';
import type { Finding } from '../redaction.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const addressPattern = new RegExp(`(?<![\\w.-])${octet}(?:\\.${octet}){3}(?![\\w-]|\\.\\d)`, 'g');

/** Number of characters examined on either side of a value, within its line. */
const placeCharacters = 64;

export function findAddresses(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { 0: value, index } of text.matchAll(addressPattern)) {
    const end = index + value.length;
    if (reserved.check(value) || isPlaceholder(value)) continue;
    const before = lineBefore(text, index, placeCharacters);
    const after = lineAfter(text, end, placeCharacters);
    if (!isAddress({ value, before, after })) continue;
    findings.push({ start: index, end, kind: 'address', rule: 'ipv4' });
  }
  return findings;
}

interface Place {
  readonly value: string;
  /** The examined parts of the line before and after the value. */
  readonly before: string;
  readonly after: string;
}

function isAddress({ value, before, after }: Place): boolean {
  if (inUrl.test(before) || port.test(after)) return true;
  if (isVersionByPlace({ value, before, after })) return false;
  if (isVersionByValue(value)) return addressWord.test(before) && !versionWord.test(before);
  return true;
}

/** `://` or `@` directly before the value means that the value is a host. */
const inUrl = /(?::\/\/|@)\[?$/;
/** A port or a prefix length directly after the value. */
const port = /^(?::\d{2,5}|\/(?:[12]\d|3[0-2]))(?![\w.])/;

const versionWord =
  /version|\b(?:v|ver|oid|release|revision|section|chapter|clause|build|sdk)s?\b/i;

/**
 * A word that announces a version; only syntax and small words may stand between the word and the
 * value.
 */
const announced = new RegExp(
  [
    String.raw`(?:version\w*|\bver|\bv|release|revision|\boid|section|chapter|clause|§|build|sdk`,
    String.raw`|firmware|driver|patch|\btag|requires?|upgraded?|bump(?:ed)?|since|until|from version|assembly\w*)`,
    String.raw`(?:[\s"'\x60:=<>()[\],~^*_#-]|\b(?:to|is|of|no|number|string|value|include|from)\b){0,16}$`,
  ].join(''),
  'i',
);
/** Package coordinates, `group:name:` before the version, and folders named after a version. */
const coordinates =
  /[\w.-]+:[\w.-]+:$|\b(?:tags?|releases?|download|versions?|packages\/[^\s/]+)\/$/i;
/** Dependencies of npm with a scope, of Bundler. */
const depended = /"@[\w.-]+\/[\w.-]+"\s?:\s?["']?$|\bgem\s+["'][\w-]+["'],\s?["']$/;
/** The path of a URL up to a folder that is not below one for addresses. */
const inPath = /:\/\/[^\s/]+(\/(?:\S*\/)?)(?<!\/(?:ip|ipv4|ips|hosts?|whois)\/)$/i;
const compared = /(?:[=~<>!^]=|[~^])\s?["']?$/;
const ranged = new RegExp(
  [
    '(?:version|require|upgrade|update|bump|from|between)',
    String.raw`[^\n]*\d+(?:\.\d+)+\s*(?:,|-|–|to|\|\||and|->|=>)\s*$`,
  ].join(''),
  'i',
);
const headed = /^\s*(?:#{1,6}|={2,}|\*{1,2}|-)?\s*\[?$/;
const browser =
  /(?:Mozilla|AppleWebKit|Chrome|Chromium|Safari|Edge?|OPR|Firefox|Opera)\/[\d. ()\w,;/]*$/;
const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const dated = new RegExp(
  String.raw`^\]?\s*[-–—(:]+\s*(?:\d{4}-|\d{1,2}[./ ]|(?:${months}|TBD|unreleased)\b)`,
  'i',
);

function isVersionByPlace({ value, before, after }: Place): boolean {
  if (announced.test(before) || compared.test(before) || ranged.test(before)) return true;
  if (browser.test(before) || coordinates.test(before) || depended.test(before)) return true;
  if (after.startsWith('/') && isVersionOfPath(inPath.exec(before)?.[1], value)) return true;
  // A numbered heading, or its line in a table of contents.
  if (headed.test(before) && (/^\.?\s+\p{Lu}[\p{L}\s,-]*$/u.test(after) || dated.test(after))) {
    return true;
  }
  if (/^\s*(?:#{1,6}|={2,}) *\[?$/.test(before) && /^\]?\s*(?:={2,}|#+)?\s*$/.test(after)) {
    return true;
  }
  return (
    /^\s*<\/\s*\w*version/i.test(after) ||
    /^["']?\s*[,)]?\s*(?:#|\/\/)[\w\s]*version\s*$/i.test(after)
  );
}

/**
 * Whether a folder in the path of a URL is a version: the path says so, or the value begins as
 * versions do and few addresses.
 */
function isVersionOfPath(path: string | undefined, value: string): boolean {
  if (path === undefined) return false;
  const [first = 0, second = 0] = value.split('.').map(Number);
  return versionWord.test(path) || (first < 32 && second < 32);
}

/**
 * Whether the value consists of small numbers or is an object identifier. Such a value is more
 * often a version than an address, unless its line mentions addresses.
 */
function isVersionByValue(value: string): boolean {
  const numbers = value.split('.').map(Number);
  if (numbers.every((number) => number < 32)) return true;
  return identifier.test(value);
}

/** Prefixes of the object identifiers that occur in programs. */
const identifier = /^(?:1\.3\.(?:6|14|36|101|132)|2\.5\.(?:4|29)|2\.23\.(?:42|43|133|140))\./;

const addressWord = new RegExp(
  [
    String.raw`\b(?:ip(?:v4)?|inet|cidr|dns|ssh|ping|telnet|nslookup|traceroute|whois)\b`,
    '|(?<![a-z])ips?(?![a-z])|ip_?addr|host|addr|server|gateway|peer|proxy|remote',
    '|client|listen|bind|endpoint|subnet|network|netmask|route|router|firewall|allow|deny|forwarded',
  ].join(''),
  'i',
);

/** Whether the four numbers have a constant step of 0, ±1, 10, 11 or 111, as in `1.2.3.4`. */
function isPlaceholder(value: string): boolean {
  const numbers = value.split('.').map(Number);
  const steps = new Set(numbers.slice(1).map((number, at) => number - (numbers[at] ?? 0)));
  const [step = 0] = steps;
  return steps.size === 1 && (Math.abs(step) <= 1 || step === 10 || step === 11 || step === 111);
}

/** Networks that are not public unicast (IANA's registry of special-purpose addresses). */
const reservedNetworks = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by a provider's customers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/3', // multicast and beyond
];

/** Public name servers, which identify no person. */
const nameServers = [
  '1.0.0.1',
  '1.1.1.1',
  '8.8.4.4',
  '8.8.8.8',
  '9.9.9.9',
  '114.114.114.114',
  '149.112.112.112',
  '208.67.220.220',
  '208.67.222.222',
  '223.5.5.5',
];

const reserved = new BlockList();
for (const network of reservedNetworks) {
  const [address = '', prefix] = network.split('/');
  reserved.addSubnet(address, Number(prefix));
}
for (const address of nameServers) reserved.addAddress(address);
