/** All addresses of people and machines in a text, by every rule. Pure. */
import type { Finding } from '../redaction.ts';
import { findAddresses } from './addresses.ts';
import { findEmails } from './emails.ts';
import { findIpv6 } from './ipv6.ts';

export function findPeople(text: string): Finding[] {
  return [...findEmails(text), ...findAddresses(text), ...findIpv6(text)];
}
