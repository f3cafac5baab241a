/** Finds the licences named in a short text, such as the words after `licensed under`. */
import { type LicenceExpression, licence } from './expression.ts';
import {
  laterWords,
  translatedAffero,
  translatedGeneral,
  translatedLesser,
  versionWord,
} from './notice/foreign.ts';
import { fullVersion, someBsd } from './statement.ts';

const version = String.raw`(?:[ ,(]*(?:v\.? ?|version |ver\.? ?)?(\d(?:\.\d)?)\b)?`;

interface Name {
  readonly pattern: RegExp;
  /** Returns the identifier for a version, if one is given, and the words after the name. */
  readonly identifier: (version: string | undefined, behind: string) => string;
}

const always = (identifier: string) => () => identifier;

const names: readonly Name[] = [
  gnu(
    'AGPL',
    '3',
    '(?:gnu )?(?:affero (?:gnu )?general public|affero gpl)',
    'agpl',
    translatedAffero,
  ),
  gnu(
    'LGPL',
    '2',
    '(?:gnu )?(?:lesser|library)(?: (?:gnu )?general)? public',
    'lgpl',
    translatedLesser,
  ),
  gnu('GPL', '1', '(?:gnu )?general public|gnu public', 'gpl', translatedGeneral),
  {
    pattern: new RegExp(
      [
        String.raw`\bapache(?:[- ]style)?(?: software)?(?: licen[cs]e)?[-, (]*(?:v\.? ?|`,
        String.raw`version )?(\d(?:\.\d)?)?\b|\basl ?2(?:\.0)?\b`,
      ].join(''),
      'gi',
    ),
    identifier: (found) => (found?.startsWith('1') ? `Apache-${found}` : 'Apache-2.0'),
  },
  {
    pattern: new RegExp(String.raw`\b(?:mozilla public licen[cs]e|mpl)[- ]?${version}`, 'gi'),
    identifier: (found) => `MPL-${found === undefined || found === '2' ? '2.0' : found}`,
  },
  {
    pattern: new RegExp(String.raw`\b(?:eclipse public licen[cs]e|epl)[- ]?${version}`, 'gi'),
    identifier: (found) => (found?.startsWith('2') ? 'EPL-2.0' : 'EPL-1.0'),
  },
  {
    pattern: /\bcommon development and distribution licen[cs]e\b|\bcddl\b/gi,
    identifier: always('CDDL-1.0'),
  },
  { pattern: /\beuropean union public licen[cs]e\b|\beupl\b/gi, identifier: always('EUPL-1.2') },
  { pattern: /\bserver side public licen[cs]e\b|\bsspl\b/gi, identifier: always('SSPL-1.0') },
  { pattern: /\bbusiness source licen[cs]e\b|\bbusl\b/gi, identifier: always('BUSL-1.1') },
  { pattern: /\belastic licen[cs]e\b/gi, identifier: always('Elastic-2.0') },
  {
    pattern: new RegExp(
      [
        String.raw`\b(?:creative commons[ -]|cc[ -])((?:attribution|`,
        String.raw`by)[\w -]*?)(?: licen[cs]e)?[ ,-]*(\d\.\d)?\b(?![ -]*(?:nc|sa|nd|non|share|no-?d))`,
      ].join(''),
      'gi',
    ),
    identifier: always(''),
  },
  { pattern: /\bcc0\b|\bcreative commons zero\b/gi, identifier: always('CC0-1.0') },
  {
    pattern: /\b(?:mit|expat)(?:[/ -](?:expat|x11))?\b(?:[- ](?:style|like))?/gi,
    identifier: always('MIT'),
  },
  { pattern: /\bx11 licen[cs]e\b/gi, identifier: always('X11') },
  {
    pattern: new RegExp(
      [
        String.raw`\b(?:3|three)-clause bsd\b|\bbsd[- ](?:3|three)(?:-clause)?\b|\b(?:new|modified|`,
        String.raw`revised) bsd\b`,
      ].join(''),
      'gi',
    ),
    identifier: always('BSD-3-Clause'),
  },
  {
    pattern: new RegExp(
      [
        String.raw`\b(?:2|two)-clause bsd\b|\bbsd[- ](?:2|two)(?:-clause)?\b|\bsimplified bsd\b|`,
        String.raw`\bfreebsd licen[cs]e\b`,
      ].join(''),
      'gi',
    ),
    identifier: always('BSD-2-Clause'),
  },
  { pattern: /\bbsd\b/gi, identifier: always(someBsd) },
  { pattern: /\bisc licen[cs]e\b|\bisc\b/gi, identifier: always('ISC') },
  {
    pattern: /\bboost software licen[cs]e\b|\bboost licen[cs]e\b/gi,
    identifier: always('BSL-1.0'),
  },
  { pattern: /\bzlib(?:\/libpng)?\b/gi, identifier: always('Zlib') },
  {
    pattern: /\bcommons clause\b/gi,
    identifier: always('LicenseRef-Commons-Clause'),
  },
  { pattern: /\bcecill-b\b/gi, identifier: always('CECILL-B') },
  { pattern: /\bcecill-c\b/gi, identifier: always('CECILL-C') },
  {
    pattern: /\bcecill\b[- ,]*(?:v\.? ?|version )?(\d(?:\.\d)?)?/gi,
    identifier: (found) => `CECILL-${found === undefined || found === '2' ? '2.1' : found}`,
  },
  { pattern: /\bunlicense\b/gi, identifier: always('Unlicense') },
  { pattern: /\bwtfpl\b|\bdo what the fuck\b/gi, identifier: always('WTFPL') },
  { pattern: /\b(?:python software foundation|psf) licen[cs]e\b/gi, identifier: always('PSF-2.0') },
  {
    pattern: /\bartistic licen[cs]e[, ]*(?:v\.? ?|version )?2(?:\.0)?/gi,
    identifier: always('Artistic-2.0'),
  },
];

const english = /^.{0,80}?\bversions? (\d(?:\.\d)?)/i;
/** So far behind the name only a number that a licence of GNU has; others are about programs. */
const foreign = new RegExp(String.raw`^.{0,140}?${versionWord} ?([123](?:\.[01])?)(?!\.?\d)`, 'i');

/**
 * Returns each named licence once, in the order of the table. A name within a longer name counts
 * only as part of the longer one.
 */
export function licencesIn(words: string): readonly LicenceExpression[] {
  if (/\bperl itself\b|\bas perl\b/i.test(words)) {
    return [licence('Artistic-1.0-Perl'), licence('GPL-1.0-or-later')];
  }
  if (/\bas ruby\b|\bruby itself\b/i.test(words)) return [licence('Ruby'), licence('BSD-2-Clause')];
  const found = new Set<string>();
  let rest = words.replace(/https?:\/\/\S+/g, addressName);
  for (const { pattern, identifier } of names) {
    rest = rest.replace(pattern, (...match: unknown[]) => {
      const [whole, one, two] = match as [string, string | undefined, string | undefined];
      const offset = match.findLast((part) => typeof part === 'number') as number;
      const behind = rest.slice(offset + whole.length, offset + whole.length + 240);
      const name = identifier(typeof one === 'string' ? one : undefined, behind);
      found.add(
        name === '' ? creativeCommons(one ?? '', typeof two === 'string' ? two : '4.0') : name,
      );
      return ' ';
    });
  }
  return [...found].map((name) => licence(name));
}

/** Returns the licence name in a URL's page name, as in `licenses/gpl-2.0.html`; else a space. */
function addressName(address: string): string {
  const page = new RegExp(
    [
      String.raw`(?:licen[cs]es?(?:\/old-licenses)?|copyleft)\/([\w.-]+?)(?:\.(?:html|txt|php|`,
      String.raw`en\.html))*\/?$`,
    ].join(''),
    'i',
  ).exec(address.replace(/[).,>]+$/, ''))?.[1];
  return page === undefined ? ' ' : page.replace(/^LICENSE-/i, 'Apache ').replace(/[-_]/g, ' ');
}

function gnu(
  family: 'AGPL' | 'LGPL' | 'GPL',
  least: string,
  long: string,
  short: string,
  translated = '(?!)',
): Name {
  const own = String.raw`\b(?:(?:${long}) licen[cs]e|(?:gnu )?${short}(?=s?\b|v?\d)s?)`;
  const name = String.raw`(?:${own}|(?:\bgnu[ -]?)?(?:${translated}))(?: \([al]?gpl\))?`;
  return {
    pattern: new RegExp(`${name}(?: \\(?gpl\\)?)?[- ]?${version}`, 'gi'),
    identifier: (found, behind) => {
      const later = new RegExp(
        [
          String.raw`^.{0,90}?(?:\bany later version|\bor (?:\(?at your option\)? )?(?:any )?(?:later|`,
          String.raw`newer|greater|above))|^.{0,200}?(?:${laterWords})|^ ?\+`,
        ].join(''),
        'i',
      ).test(behind);
      const number =
        found ??
        english.exec(behind)?.[1] ??
        foreign.exec(behind)?.[1] ??
        /^ ?[-,(]? ?v\.? ?(\d(?:\.\d)?)/i.exec(behind)?.[1];
      if (number === undefined) return `${family}-${fullVersion(least)}-or-later`;
      return `${family}-${fullVersion(number)}-${later ? 'or-later' : 'only'}`;
    },
  };
}

/** Returns the identifier: `Attribution-NonCommercial` with version 4.0 is CC-BY-NC-4.0. */
function creativeCommons(words: string, found: string): string {
  const parts = [
    'BY',
    /non-?commercial|\bnc\b/i.test(words) ? 'NC' : '',
    /share-?alike|\bsa\b/i.test(words) ? 'SA' : '',
    /no-?deriv|\bnd\b/i.test(words) ? 'ND' : '',
  ];
  return `CC-${parts.filter((part) => part !== '').join('-')}-${found}`;
}
