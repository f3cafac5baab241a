/**
 * Parses the names that people give licences in package metadata and in notices. A statement that
 * is not understood becomes `LicenseRef-stated`, which a policy allows only if it lists that name.
 */
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import ids from 'spdx-license-ids/index.json' with { type: 'json' };
import {
  combine,
  identifiersOf,
  type LicenceExpression,
  licence,
  mapIdentifiers,
  parseExpression,
} from './expression.ts';

/** Stands for the licence of files of which nobody states one. */
export const unknown = 'unknown';
/** Identifier of a licence that is stated, but not understood. */
export const stated = 'LicenseRef-stated';
/** Identifier for metadata that says that no licence is granted. */
export const reserved = 'LicenseRef-UNLICENSED';
/** Identifier for one of the BSD licences if the notice does not say which. */
export const someBsd = 'LicenseRef-BSD';

const known = new Map([...ids, ...deprecated].map((id) => [id.toLowerCase(), id]));

/** A longer value is no name and no expression. */
const charactersMax = 4_000;

/** Parses a metadata value: an identifier, an expression or a name in words. */
export function fromStatement(value: string): LicenceExpression | null {
  const text = value
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^https?:\/\/spdx\.org\/licenses\/([\w.+-]+?)(?:\.html)?$/i, '$1');
  if (text === '' || /^(?:see |file:)/i.test(text)) return null;
  if (text.length > charactersMax) return licence(stated);
  if (/^[^ ]*LICEN[CS]E\b.*\.(?:md|txt|rst)$/i.test(text)) return null;
  if (/^UNLICENSED$/.test(text) || /\bproprietary\b|\ball rights reserved\b/i.test(text)) {
    return licence(reserved);
  }
  const named = fromName(text);
  if (named !== null) return licence(named);
  const parts = text.split(/ (and|or) /i);
  // Packagers write `GPLv2+ and MIT`; without brackets one word joins all parts.
  const [word = '', ...others] = parts.filter((_, at) => at % 2 === 1);
  const names = parts.filter((_, at) => at % 2 === 0).map(fromName);
  const isPlain = word !== '' && others.every((other) => other === word);
  if (isPlain && names.every((name) => name !== null)) {
    const kind = word.toLowerCase() === 'or' ? 'or' : 'and';
    return combine(
      kind,
      names.map((name) => licence(name)),
    );
  }
  return parseKnown(text) ?? licence(stated);
}

/**
 * Parses an SPDX expression in upper or lower case; null if it is none, or an identifier in it is
 * not plausible.
 */
export function parseKnown(text: string): LicenceExpression | null {
  // Cargo wrote `MIT/Apache-2.0` before it adopted SPDX expressions; R writes `GPL-2 | MIT`.
  const parsed = parseExpression(text.replace(/\s+/g, ' ').replace(/ ?[/|] ?/g, ' OR '));
  if (parsed === null) return null;
  const expression = mapIdentifiers(parsed, canonical);
  return identifiersOf(expression).every(isIdentifier) ? expression : null;
}

/** Returns the identifier in SPDX's spelling; upper and lower case do not matter. */
export function canonical(identifier: string): string {
  const plus = identifier.endsWith('+') && !known.has(identifier.toLowerCase());
  const found = known.get((plus ? identifier.slice(0, -1) : identifier).toLowerCase());
  if (found === undefined) return identifier;
  return plus ? `${found}+` : found;
}

/** Whether SPDX lists the word, or it holds a digit or hyphen; bare `BSD` is ambiguous. */
function isIdentifier(identifier: string): boolean {
  return isListed(identifier) || /[-\d]/.test(identifier);
}

/** Whether SPDX lists the identifier. */
export function isListed(identifier: string): boolean {
  return known.has(identifier.toLowerCase());
}

/** Returns the identifier of a licence named in words; null for `BSD` alone: it is ambiguous. */
export function fromName(name: string): string | null {
  const lower = name.toLowerCase().replace(/\s+/g, ' ').trim();
  if (!anyName.test(lower)) return null;
  return names.find(([pattern]) => pattern.test(lower))?.[1] ?? null;
}

const word = 'licen[cs]e';
const version2 = String.raw`[, -]*(?:v\.? ?|version )?2(?:\.0)?`;

const names: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:the )?(?:mit|expat)(?:[/ -](?:expat|x11))?(?: licen[cs]ed?)?(?: \((?:mit|expat)\))?$/,
    'MIT',
  ],
  [
    new RegExp(`^(?:the )?apache(?: software)?(?: ${word})?${version2}(?: ${word})?$`),
    'Apache-2.0',
  ],
  [/^(?:apache software license|asl ?2(?:\.0)?|apache-?2(?:\.0)?|apl ?2(?:\.0)?)$/, 'Apache-2.0'],
  [bsdName('(?:new|modified|revised)[- ]bsd|3-clause|bsd-3|bsd 3|bsd3'), 'BSD-3-Clause'],
  [bsdName('simplified[- ]bsd|freebsd|2-clause|bsd-2|bsd 2|bsd2'), 'BSD-2-Clause'],
  [/^(?:the )?isc(?: licen[cs]e)?(?: \(iscl\))?$/, 'ISC'],
  [
    /^(?:mozilla public licen[cs]e|mpl)[, -]*(?:v\.? ?|version )?2(?:\.0)?(?: \(mpl 2\.0\))?$/,
    'MPL-2.0',
  ],
  [/^(?:python software foundation licen[cs]e|psf(?: licen[cs]e)?)$/, 'PSF-2.0'],
  [/^(?:the )?unlicense(?: \(unlicense\))?$/, 'Unlicense'],
  [/^eclipse public licen[cs]e[ -]*(?:v\.? ?|version )?2(?:\.0)?(?: \(epl-2\.0\))?$/, 'EPL-2.0'],
  [/^zlib(?:\/libpng)?(?: licen[cs]e)?$/, 'Zlib'],
  [/^boost(?: software licen[cs]e)?(?:[ -]*(?:v|version )?1\.0)?(?: \(bsl-1\.0\))?$/, 'BSL-1.0'],
  [/^cc0(?: 1\.0)?(?: universal)?(?: \(cc0 1\.0\) public domain dedication)?$/, 'CC0-1.0'],
  ...gnuNames(),
];

/**
 * Most texts are no name, which one pattern says sooner than all. It has no flags, so `names` must
 * have none.
 */
const anyName = new RegExp(names.map(([{ source }]) => source).join('|'));

/** Matches `new BSD`, `3-Clause BSD License`, `bsd-3`: the variant, then the common rest. */
function bsdName(which: string): RegExp {
  const rest = '[- ]?(?:bsd|clause)?(?:[- ]clause)?(?: licen[cs]e)?';
  return new RegExp(`^(?:the )?(?:${which})${rest}$`);
}

/** Patterns of `GPL-3`, `gplv2+`, `GNU Lesser General Public License v3 or later (LGPLv3+)`. */
function gnuNames(): readonly (readonly [RegExp, string])[] {
  const families = [
    ['', 'GPL', ['2', '3']],
    ['lesser |library ', 'LGPL', ['2', '2.1', '3']],
    ['affero ', 'AGPL', ['3']],
  ] as const;
  return families.flatMap(([adjective, short, versions]) =>
    versions.flatMap((version) => {
      const number = version.includes('.')
        ? version.replace('.', String.raw`\.`)
        : `${version}(?:\\.0)?`;
      const full = fullVersion(version);
      const long = `(?:gnu )?${adjective === '' ? '' : `(?:${adjective})`}general public ${word}`;
      const name = `^(?:the )?(?:${long}|(?:gnu )?${short.toLowerCase()})[, -]*(?:v\\.? ?|version )?${number}`;
      const tag = `(?: \\(${short.toLowerCase()}[ v-]*[\\d.]+\\+?\\))?`;
      const later = String.raw`(?: ?\+|[ ,]*\(?or (?:any )?(?:later|newer|greater|above)(?: versions?)?\)?)`;
      return [
        [new RegExp(`${name}(?: ${word})?(?: only)?${tag}$`), `${short}-${full}-only`],
        [new RegExp(`${name}(?: ${word})?${later}${tag}$`), `${short}-${full}-or-later`],
      ] as const;
    }),
  );
}

/** `2` is 2.0: that of the LGPL is the Library GPL, another text than the Lesser GPL 2.1. */
export function fullVersion(version: string): string {
  return version.includes('.') ? version : `${version}.0`;
}

/** Joins alternatives: several values in npm's old form, Composer or a gemspec are a choice. */
export function anyOf(values: readonly string[]): LicenceExpression | null {
  return combine(
    'or',
    values.flatMap((value) => fromStatement(value) ?? []),
  );
}
