/**
 * Finds public IPv6 addresses in every spelling. Hardware addresses, fingerprints and scopes of
 * programs also consist of hexadecimal groups and colons; the value and its line decide.
 */
import { BlockList, isIPv6 } from 'node:net';
import { lineBefore } from '../line.ts';
import type { Finding } from '../redaction.ts';

/** All public addresses begin so (2000::/3); hardly anything else that has colons does. */
const first = '[23][0-9a-f]{3}';
/** Behind a word and a colon, as in `addr:2a00…`, an address may begin; amid groups none does. */
const boundary = String.raw`(?<![\w.-]|(?<!\w)[0-9a-f]{0,4}:)`;
const pattern = new RegExp(`${boundary}${first}(?::[0-9a-f]{0,4}){2,7}(?!\\w|:\\w)`, 'gi');

/** With fewer groups it is a network of a registry or a provider, which is nobody's address. */
const groupsMin = 3;

/** Such a word before the value means that the groups are another thing's digits. */
const digitsOf = /finger-?print|thumbprint|\bmd5\b|\bsha-?\d*\b|\bhash|digest|serial|guid/i;

export function findIpv6(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { 0: run, index } of text.matchAll(pattern)) {
    // A colon that ends a sentence part is no part of the address, but `::` may be.
    const value = isIPv6(run) ? run : run.replace(/:$/, '');
    if (!isIPv6(value) || value.split(/:+/).filter(Boolean).length < groupsMin) continue;
    if (reserved.check(value, 'ipv6') || digitsOf.test(lineBefore(text, index, 64))) continue;
    const plain = new URL(`http://[${value}]/`).hostname;
    const end = index + value.length;
    findings.push({ start: index, end, kind: 'address6', rule: 'ipv6', plain });
  }
  return findings;
}

const reserved = new BlockList();
// Documentation, benchmarks, and identifiers that are no addresses (IANA's registry).
reserved.addSubnet('2001:db8::', 32, 'ipv6');
reserved.addSubnet('3fff::', 20, 'ipv6');
reserved.addSubnet('2001:2::', 48, 'ipv6');
reserved.addSubnet('2001:10::', 28, 'ipv6');
reserved.addSubnet('2001:20::', 28, 'ipv6');
/** Public name servers, which identify no person. */
const nameServers = [
  '2001:4860:4860::8888',
  '2001:4860:4860::8844',
  '2001:4860:4860::64',
  '2001:4860:4860::6464',
  '2606:4700:4700::1111',
  '2606:4700:4700::1001',
  '2606:4700:4700::64',
  '2606:4700:4700::6400',
  '2620:fe::fe',
  '2620:fe::9',
  '2620:119:35::35',
  '2620:119:53::53',
];
for (const address of nameServers) reserved.addAddress(address, 'ipv6');
