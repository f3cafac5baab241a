/**
 * What admission replaces in files must not come back in an answer: keys, passwords, and addresses
 * of people and machines, by the same rules. Placeholders are none of these. The problem quotes
 * nothing, because it goes into records.
 */
import { findPeople } from '../../redaction/people/people.ts';
import type { FindingKind } from '../../redaction/redaction.ts';
import { findSecrets } from '../../redaction/secrets.ts';
import type { Check } from './check.ts';

const kinds: Readonly<Record<FindingKind, string>> = {
  secret: 'a key or a password',
  email: 'an e-mail address',
  address: 'an IP address',
  address6: 'an IP address',
};

/** Rules that depend on a file's name take an answer for prose. */
const asPath = 'answer.md';

export const privacy: Check = (answer) => {
  const [found] = [...findSecrets(asPath, answer), ...findPeople(answer)];
  return found === undefined ? null : `the text holds ${kinds[found.kind]}; say what it is for`;
};
