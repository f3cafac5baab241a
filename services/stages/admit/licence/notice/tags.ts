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
  String.raw`^(?:(?:licen[cs]ed? )?(?:gnu )?[al]?gpl(?:v?\d[\d.]*)?(?![a-z\d_])|(?:gnu )?(?:${translatedAffero}|${translatedLesser}|${translatedGeneral}))(?<rest>.{0,30})$`,
  'i',
);

/** Words that may stand behind the name of a licence of GNU; others make a sentence of it. */
const wordsBeside = new Set(
  `v ver version versión versione versão vers versie wersja wersji версия версии gnu gpl lgpl agpl
  gplv lgplv agplv or and later newer greater above any only compatible the with exception
  exceptions classpath linking license licenses licensed licence licences public general lesser
  affero see copying copyright file for more details text at your option dual mit bsd apache mpl
  under terms of clause proprietary commercial plus can be found in
  oder und jede spätere später neuer höher ou et toute
  ultérieure supérieure o y cualquier posterior superior e successiva successive qualquer lub
  nowsza późniejsza или новее выше`.split(/\s+/),
);
const eastern = /^[第版本以降後后上或更高新及之任何的バージョンライセンス許諾契約書许可证]+$/;

function isBesideName(rest: string): boolean {
  // `GPL-2.0-with-autoconf-exception`: exceptions have names of many words.
  if (/^[\d. -]*with\b.*(?:exception|note)/i.test(rest)) return true;
  const words = rest.toLowerCase().match(/[\p{L}\p{M}ー]+/gu) ?? [];
  return words.every((word) => wordsBeside.has(word) || eastern.test(word));
}

/** A line about rights: a sign, or the word before a year or a name. */
const copyright = new RegExp(
  [
    String.raw`\([cC]\)|©|^\W{0,3}[Cc]opyright(?:[:>]|:? (?:\d|by\b|[A-Z]))|`,
    String.raw`\bcopyright\D{0,40}\b(?:19|20)\d\d\b`,
  ].join(''),
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
  const behind = generalAlone.exec(alone)?.groups?.rest;
  if (behind !== undefined && isBesideName(behind)) {
    return combine('and', licencesIn(alone));
  }
  if (copyright.test(line) && /\b[AL]?GPL\b/.test(line)) {
    return combine('and', licencesIn(line));
  }
  // Answers of Stack Overflow are under Creative Commons, which people put behind the address.
  if (/https?:\/\/\S+.{0,80}\bCC[ -]BY/.test(line)) return combine('and', licencesIn(line));
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
