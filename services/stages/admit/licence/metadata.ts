/** Reads licences from package metadata as text; no file of a repository is ever executed. */
import {
  combine,
  identifiersOf,
  type LicenceExpression,
  licence,
  parseExpression,
} from './expression.ts';
import { permissiveLicences } from './signatures.ts';

/** The licence that a metadata file states; null if it states none. */
export function readMetadataLicence(path: string, text: string): LicenceExpression | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const read = readers.find((reader) => reader.name.test(name))?.read;
  const stated = read?.(text) ?? [];
  return combine(
    'and',
    stated.flatMap((value) => fromStatement(value) ?? []),
  );
}

interface MetadataReader {
  readonly name: RegExp;
  readonly read: (text: string) => readonly string[];
}

const readers: readonly MetadataReader[] = [
  { name: /^(?:package|composer)\.json$/, read: readJson },
  {
    name: /^Cargo\.toml$/,
    read: (text) => captures(text, /^license[ \t]*=[ \t]*"([^"\n]{1,200})"/gm),
  },
  { name: /^pyproject\.toml$/, read: readPyproject },
  { name: /^setup\.(?:cfg|py)$/, read: readSetup },
  { name: /^(?:PKG-INFO|METADATA)$/, read: readPackageInformation },
  { name: /^pom\.xml$/, read: readPom },
  {
    name: /\.gemspec$/,
    read: (text) => captures(text, /\.licenses?[ \t]*=[ \t]*\[?[ \t]*["']([^"'\n]{1,100})["']/g),
  },
];

function captures(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function readJson(text: string): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // A damaged package.json states nothing.
    return [];
  }
  const { license, licenses } = (parsed ?? {}) as { license?: unknown; licenses?: unknown };
  const stated = [license, licenses].flat().map((value) => {
    const type = (value as { type?: unknown } | null | undefined)?.type;
    return typeof type === 'string' ? type : value;
  });
  const texts = stated.filter((value): value is string => typeof value === 'string');
  // In npm's old form and in Composer's, a list of licences means a choice.
  return texts.length > 1 ? [texts.map((value) => `(${value})`).join(' OR ')] : texts;
}

function readPyproject(text: string): readonly string[] {
  const stated = captures(
    text,
    /^license[ \t]*=[ \t]*(?:\{[ \t]*text[ \t]*=[ \t]*)?["']([^"'\n]{1,100})["']/gm,
  );
  return stated.length > 0 ? stated : classifiers(text);
}

function readSetup(text: string): readonly string[] {
  const stated = classifiers(text);
  if (stated.length > 0) return stated;
  return captures(
    text,
    /^[ \t]*license(?:_expression)?[ \t]*=[ \t]*["']?([\w.+ ()-]{2,60})["']?,?[ \t]*$/gm,
  );
}

function readPackageInformation(text: string): readonly string[] {
  const head = text.slice(0, text.search(/\r?\n\r?\n/) >>> 0);
  const expression = captures(head, /^License-Expression:[ \t]*(.{1,200})$/gm);
  if (expression.length > 0) return expression;
  const stated = classifiers(head);
  return stated.length > 0 ? stated : captures(head, /^License:[ \t]*(.{1,60})$/gm);
}

function classifiers(text: string): readonly string[] {
  return captures(text, /License :: OSI Approved :: ([^"'\r\n]{3,80})/g).map((name) => name.trim());
}

function readPom(text: string): readonly string[] {
  const start = text.indexOf('<licenses>');
  const end = text.indexOf('</licenses>', start);
  const block = start === -1 || end === -1 ? '' : text.slice(start, Math.min(end, start + 4_000));
  const names = captures(block, /<name>\s*([^<]{2,100}?)\s*<\/name>/g);
  // Maven's documentation says that several licences mean a choice.
  const known = names.map((name) => fromName(name) ?? unreadable);
  return known.length > 1 ? [known.map((name) => `(${name})`).join(' OR ')] : known;
}

const unreadable = 'LicenseRef-stated';

function fromStatement(value: string): LicenceExpression | null {
  const text = value.trim();
  if (text === '' || /^(?:see |file:)/i.test(text) || /LICEN[CS]E\b.*\.(?:md|txt|rst)$/i.test(text))
    return null;
  if (/^UNLICENSED$/.test(text)) return licence('LicenseRef-UNLICENSED');
  const named = fromName(text);
  if (named !== null) return licence(named);
  // Cargo wrote `MIT/Apache-2.0` before it adopted SPDX expressions.
  const expression = parseExpression(text.replaceAll('/', ' OR '));
  const readable = expression !== null && identifiersOf(expression).every(isIdentifier);
  return readable ? expression : licence(unreadable);
}

/** SPDX identifiers carry a version or are well known; a bare `BSD` could be several licences. */
function isIdentifier(identifier: string): boolean {
  return (
    /[-\d]/.test(identifier) || permissiveLicences.includes(identifier) || identifier === 'JSON'
  );
}

const names: readonly (readonly [RegExp, string])[] = [
  [/^(?:the )?(?:mit|expat)(?: licen[cs]e)?(?: \(mit\))?$/, 'MIT'],
  [
    /^(?:the )?apache(?: software)?(?: licen[cs]e)?[, -]*(?:v|version )?2(?:\.0)?(?: licen[cs]e)?$/,
    'Apache-2.0',
  ],
  [/^apache software license$/, 'Apache-2.0'],
  [bsdName('new|modified|revised|3-clause|bsd-3|bsd 3'), 'BSD-3-Clause'],
  [bsdName('simplified|2-clause|bsd-2|bsd 2'), 'BSD-2-Clause'],
  [/^isc(?: licen[cs]e)?(?: \(iscl\))?$/, 'ISC'],
  [/^(?:mozilla public licen[cs]e|mpl)[ -]*(?:v|version )?2(?:\.0)?(?: \(mpl 2\.0\))?$/, 'MPL-2.0'],
  [
    /^(?:gnu )?(?:general public licen[cs]e|gpl)[ -]*v?(?:ersion )?2(?:\.0)?(?: \(gplv2\))?$/,
    'GPL-2.0-only',
  ],
  [
    /^(?:gnu )?(?:general public licen[cs]e|gpl)[ -]*v?(?:ersion )?3(?:\.0)?(?: \(gplv3\))?$/,
    'GPL-3.0-only',
  ],
  [/^gnu general public license v2 or later \(gplv2\+\)$/, 'GPL-2.0-or-later'],
  [/^gnu general public license v3 or later \(gplv3\+\)$/, 'GPL-3.0-or-later'],
  [/^gnu lesser general public license v2 or later \(lgplv2\+\)$/, 'LGPL-2.1-or-later'],
  [/^gnu lesser general public license v3 or later \(lgplv3\+\)$/, 'LGPL-3.0-or-later'],
  [/^gnu lesser general public license v3 \(lgplv3\)$/, 'LGPL-3.0-only'],
  [/^gnu affero general public license v3$/, 'AGPL-3.0-only'],
  [/^gnu affero general public license v3 or later \(agplv3\+\)$/, 'AGPL-3.0-or-later'],
  [/^(?:python software foundation license|psf(?: licen[cs]e)?)$/, 'PSF-2.0'],
  [/^(?:the )?unlicense(?: \(unlicense\))?$/, 'Unlicense'],
  [/^eclipse public license[ -]*(?:v|version )?2(?:\.0)?(?: \(epl-2\.0\))?$/, 'EPL-2.0'],
  [/^zlib(?:\/libpng)?(?: licen[cs]e)?$/, 'Zlib'],
];

/** `new BSD`, `3-Clause BSD License`, `bsd-3`: the word for the variant, then the common rest. */
function bsdName(which: string): RegExp {
  const rest = '[- ]?(?:bsd|clause)?(?:[- ]clause)?(?: licen[cs]e)?';
  return new RegExp(`^(?:the )?(?:${which})${rest}$`);
}

/** SPDX identifier of a licence named in words; null for `BSD` alone, which is ambiguous. */
function fromName(name: string): string | null {
  const lower = name.toLowerCase().replace(/\s+/g, ' ').trim();
  return names.find(([pattern]) => pattern.test(lower))?.[1] ?? null;
}
