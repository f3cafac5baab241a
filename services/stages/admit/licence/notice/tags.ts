/** Reads one line that states a licence by itself: a tag, or a licence's name. */
import { combine, type LicenceExpression, licence } from '../expression.ts';
import { licencesIn } from '../named.ts';
import { fromName, parseKnown, stated } from '../statement.ts';
import { foreignTags, translatedAffero, translatedGeneral, translatedLesser } from './foreign.ts';

/** A longer line is not a tag. */
const tagCharacters = 300;

const tag = new RegExp(
  [
    String.raw`^(?:@|\\|:|\$)?(?:(?:spdx-)?licen[cs]e(?:[- _](?:type|name|id|identifier))?|`,
    String.raw`${foreignTags})(?:[:：]|\s*=|\s)\s*[:：]?\s*(\S.*)$`,
  ].join(''),
  'i',
);

/** Alone on a line, such a word heads what is about the system or the library. */
const namesOtherThing = /^(?:freebsd|zlib|boost|expat|psf)$/i;

const generalAlone = new RegExp(
  String.raw`^(?:(?:licen[cs]ed? )?(?:gnu )?[al]?gpl\b|(?:gnu )?(?:${translatedAffero}|${translatedLesser}|${translatedGeneral})).{0,30}$`,
  'i',
);

/** Reads `License: GPLv2 or later`, `@license MIT`, or a line that is only a licence's name. */
export function readTag(line: string): LicenceExpression | null {
  if (line.length > tagCharacters) return null;
  // Ansible's files name the licence and where its text is: in brackets, which may end on the next
  // line, or by an address.
  const alone = line
    .replace(/\s*(?:\((?:see|http)[^()]{1,200}\)?|https?:\/\/\S{1,200})$/i, '')
    .replace(/^the /i, '')
    .replace(/[.,;:]+$/, '');
  const whole = namesOtherThing.test(alone) ? null : fromName(alone);
  if (whole !== null) return licence(whole);
  if (generalAlone.test(alone)) {
    return combine('and', licencesIn(alone));
  }
  if (/copyright|\(c\)|©/i.test(line) && /\b[AL]?GPL\b/.test(line)) {
    return combine('and', licencesIn(line));
  }
  const value = tag.exec(line)?.[1]?.replace(/[\s*/.-]+$/, '') ?? '';
  const isTag = /^[@\\:$]|[:：]|=/.test(line.slice(0, 30));
  if (
    value === '' ||
    !isTag ||
    /[{}$<]/.test(value.replace(/<\/?https?:[^>]*>|\{@link[^}]*\}/g, ''))
  )
    return null;
  const name = fromName(value);
  if (name !== null) return licence(name);
  const named =
    parseKnown(value) ?? combine(/\bor\b|\//i.test(value) ? 'or' : 'and', licencesIn(value));
  if (named !== null) return named;
  if (/\b(?:see|file|same|above|below|http)\b|licen[cs]e\.(?:md|txt)/i.test(value)) return null;
  return /\b(?:proprietary|commercial|closed|confidential|eula|all rights reserved)\b/i.test(
    value,
  ) || /^[@\w]*licen[cs]e:\s.*\b(?:licen[cs]e|agreement)$/i.test(line)
    ? licence(stated)
    : null;
}
