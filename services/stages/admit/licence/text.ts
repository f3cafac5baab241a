/**
 * Recognises licence texts by their phrases. A text that matches no signature is reported as
 * `unrecognised`, never as the nearest licence. The surplus of a text that is much too long is
 * reported the same way.
 */
import { restricted, restricts } from './riders.ts';
import { permissiveLicences, references, type Signature, signatures } from './signatures.ts';

/** Identifier of a text that has a licence's file name but matches no known licence. */
export const unrecognised = 'LicenseRef-unrecognised';

/** Stands for a text that is there and cannot be read: it is no licence that is known. */
export const unreadText = 'A licence that cannot be read.';

export interface TextMatch {
  readonly identifier: string;
  /** 1 for a text of the usual length; lower the more additional words the text holds. */
  readonly score: number;
}

/** How far notices and headings may lengthen a text: a number of words, and a factor. */
const slackWords = 120;
const slackShare = 1.2;

export function matchLicenceText(text: string): readonly TextMatch[] {
  const words = licenceWords(text);
  const matches = matchWords(words, /\ball rights reserved\b/i.test(text));
  const isPermissive = matches.some(({ identifier }) => permissiveLicences.includes(identifier));
  return isPermissive && restricts(words)
    ? [...matches, { identifier: restricted, score: 1 }]
    : matches;
}

function matchWords(words: string, isReserved: boolean): readonly TextMatch[] {
  const fitting = signatures.filter((signature) => fits(words, signature));
  const found = [...new Map(fitting.map((entry) => [entry.identifier, entry])).values()];
  if (found.length === 0) return matchReference(words, isReserved);
  const count = words.split(' ').length;
  const expected = found.reduce((sum, signature) => sum + expectedWords(words, signature), 0);
  const score = Math.round(Math.min(1, expected / count) * 100) / 100;
  const matches = found.map(({ identifier }) => ({ identifier, score }));
  return score < 1 ? [...matches, { identifier: unrecognised, score: 1 - score }] : matches;
}

/** A text may repeat a licence once per component; the allowance grows with each repetition. */
function expectedWords(words: string, { phrases, wordsMax }: Signature): number {
  const times = words.split(phrases[0] ?? words).length - 1;
  return Math.max(1, times) * (wordsMax * slackShare + slackWords);
}

function matchReference(words: string, isReserved: boolean): readonly TextMatch[] {
  const count = words.length === 0 ? 0 : words.split(' ').length;
  // `… either of the licenses found in LICENSE.APACHE or LICENSE.BSD`: those files hold the texts.
  if (count < 120 && /\bfound in (?:the )?(?:files? )?licen[cs]e \w/.test(words)) return [];
  const reference = references.find(
    (candidate) => count <= candidate.wordsMax && fits(words, candidate),
  );
  if (reference !== undefined) return [{ identifier: reference.identifier, score: 0.8 }];
  // `See the LICENSE file in the top folder`: that file is read separately.
  const elsewhere = count < 40 && /\b(?:see|refer to)\b.*\blicen[cs]e/.test(words);
  // Lines of copyright are no words; one that grants nothing is no licence either.
  const isEmpty = count === 0 && !isReserved;
  return isEmpty || elsewhere ? [] : [{ identifier: unrecognised, score: 0 }];
}

function fits(words: string, { phrases, without }: Signature): boolean {
  return (
    phrases.every((phrase) => words.includes(phrase)) &&
    !without.some((phrase) => words.includes(phrase))
  );
}

/** Returns the licences whose texts occur in these words; other words may surround them. */
export function textsIn(words: string): readonly string[] {
  const fitting = signatures.filter((signature) => fits(words, signature));
  const found = [...new Set(fitting.map(({ identifier }) => identifier))];
  const isPermissive = found.some((identifier) => permissiveLicences.includes(identifier));
  return isPermissive && restricts(words) ? [...found, restricted] : found;
}

/** Returns the text's words in lower case, without copyright lines, which differ per file. */
export function licenceWords(text: string): string {
  const lines = plainText(text)
    .split(/\r\n?|\n/)
    .filter((line) => !/^\W*(?:portions )?(?:copyright|©|\(c\)) .*\d{4}/i.test(line));
  return lines
    .join('\n')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** Returns the text of an HTML page without tags; any other text unchanged. */
function plainText(text: string): string {
  if (!/<(?:html|body|p|pre|br|div|h[1-6])\b[^<>]*>/i.test(text)) return text;
  return text
    .replace(/<(style|script)\b(?:(?!<\1\b)[\s\S])*?<\/\1>/gi, ' ')
    .replace(/<(?:br|p|div|h[1-6]|li|pre)\b[^<>]*>/gi, '\n')
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/&(?:quot|[lr][ds]quo|apos|nbsp|amp|copy|#\d+|#x[\da-f]+);/gi, ' ');
}
