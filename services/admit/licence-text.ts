/**
 * Recognises licence texts by their phrases. A text that fits no signature, or is much longer than
 * the ones it fits, says so (`unrecognised`) instead of taking the nearest name.
 */
import { references, type Signature, signatures } from './licence-signatures.ts';

/** SPDX reference for text that is a licence by its place but not one we know. */
export const unrecognised = 'LicenseRef-unrecognised';

export interface TextMatch {
  readonly identifier: string;
  /** 1 where the text has the usual length; less, the more other words stand around it. */
  readonly score: number;
}

/** Words that copyright notices and headings may add to a text, and the share of its length. */
const slackWords = 120;
const slackShare = 1.2;

export function matchLicenceText(text: string): readonly TextMatch[] {
  const words = licenceWords(text);
  const found = withoutReferred(signatures.filter((signature) => fits(words, signature)));
  const count = words.length === 0 ? 0 : words.split(' ').length;
  if (found.length === 0) return matchReference(words, count);
  const expected =
    found.reduce((sum, signature) => sum + signature.wordsMax, 0) * slackShare + slackWords;
  const score = Math.round(Math.min(1, expected / count) * 100) / 100;
  const matches = found.map(({ identifier }) => ({ identifier, score }));
  return score < 1 ? [...matches, { identifier: unrecognised, score: 1 - score }] : matches;
}

function matchReference(words: string, count: number): readonly TextMatch[] {
  const reference = references.find(
    (candidate) => count <= candidate.wordsMax && fits(words, candidate),
  );
  if (reference !== undefined) return [{ identifier: reference.identifier, score: 0.8 }];
  return count === 0 ? [] : [{ identifier: unrecognised, score: 0 }];
}

function fits(words: string, { phrases, without }: Signature): boolean {
  return (
    phrases.every((phrase) => words.includes(phrase)) &&
    !without.some((phrase) => words.includes(phrase))
  );
}

/** Lower case, words only, without the copyright lines that differ from file to file. */
function licenceWords(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => !/^\W*(?:portions )?(?:copyright|©|\(c\)) .*\d{4}/i.test(line));
  return lines
    .join('\n')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** A text that only names another licence (LGPL-3.0 builds on GPL-3.0) fits once per identifier. */
function withoutReferred(found: readonly Signature[]): readonly Signature[] {
  const unique = new Map(found.map((signature) => [signature.identifier, signature]));
  return [...unique.values()];
}
