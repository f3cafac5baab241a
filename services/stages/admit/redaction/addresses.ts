/**
 * Finds public IPv4 addresses. It leaves reserved networks, public name servers, and versions and
 * object identifiers that only look like addresses.
 */
import { BlockList } from 'node:net';
import type { Finding } from './redaction.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const addressPattern = new RegExp(`(?<![\\w.-])${octet}(?:\\.${octet}){3}(?![\\w-]|\\.\\d)`, 'g');

/** How far before a number to look for the word that announces a version or an identifier. */
const announcementCharacters = 24;
const announcement = /\b(?:v|version|oid)\W{0,4}$/i;

export function findAddresses(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { 0: value, index } of text.matchAll(addressPattern)) {
    const before = text.slice(Math.max(0, index - announcementCharacters), index);
    if (announcement.test(before) || looksLikeVersion(value) || reserved.check(value)) continue;
    findings.push({ start: index, end: index + value.length, kind: 'address', rule: 'ipv4' });
  }
  return findings;
}

/** Four numbers below 32, or the same number four times. */
function looksLikeVersion(address: string): boolean {
  const numbers = address.split('.').map(Number);
  return numbers.every((number) => number < 32) || new Set(numbers).size === 1;
}

/** Networks that are not public unicast (IANA's registry of special-purpose addresses). */
const reservedNetworks = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by the customers of a provider
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
