/**
 * Finds e-mail addresses that are spelt out against collectors, as in `ann [at] host [dot] org`.
 * Words alone count only if both signs are words; their placeholder keeps the spelling.
 */
import type { Finding } from '../redaction.ts';
import { isInvented } from './invented.ts';
import { isTopLevelDomain } from './top-level-domains.ts';

const local = String.raw`(?<![\w.+@-])(?<local>[A-Za-z0-9][\w.+-]{0,63})`;
const label = String.raw`[A-Za-z0-9][A-Za-z0-9-]{0,62}`;
/** A sign between brackets, and a dot or its word between brackets. */
const bracketed = (words: string) =>
  String.raw`[ \t]{0,3}[[({<][ \t]?(?:${words})[ \t]?[\])}>][ \t]{0,3}`;
const bracketedDot = bracketed(String.raw`dot|punkt|point|punto|\.`);
const dashed = (word: string) => `[ \\t]{0,3}-${word}-[ \\t]{0,3}`;

/** The spellings of one address: how its sign and its dots are spelt. */
const spellings: readonly (readonly [at: string, dot: string, flags: string])[] = [
  [bracketed('at|@|ät|arroba|chez|a-t'), String.raw`(?:${bracketedDot}|[ \t]+dot[ \t]+|\.)`, 'dgi'],
  [String.raw`(?:[ \t]+at[ \t]+|[ \t]{0,2}@[ \t]{0,2})`, bracketedDot, 'dgi'],
  [String.raw`[ \t]+at[ \t]+`, String.raw`[ \t]+dot[ \t]+`, 'dgi'],
  [dashed('at'), String.raw`(?:${dashed('dot')}|\.)`, 'dgi'],
  ['_at_', '_dot_', 'dgi'],
  ['AT', 'DOT', 'dg'],
];

const patterns = spellings.map(([at, dot, flags]) => {
  // A name that runs on into the sign must not take the sign's letters.
  const name =
    at === 'AT' || at === '_at_' ? local.replace(String.raw`[\w.+-]`, '[a-z0-9.]') : local;
  const host = at === 'AT' || at === '_at_' ? '[a-z0-9][a-z0-9-]{0,62}' : label;
  return new RegExp(
    `${name}(?<at>${at})(?<domain>${host}(?:(?<dot>${dot})${host}){1,5})(?![\\w@-])`,
    flags,
  );
});

/** An address in archives of mailing lists: `ann at host.org (Ann Lee)`, `<ann at host.org>`. */
const archived = new RegExp(
  [
    String.raw`(?:(?<=<)|(?<=\bFrom: ?))${local.replace(/^\(\?<!.*?\)/, '')}(?<at> at )`,
    String.raw`(?<domain>${label}(?:(?<dot>\.)${label}){1,5})(?=>| \()`,
  ].join(''),
  'dg',
);

/** A dot that is spelt otherwise than the last one of the same address. */
const otherDot =
  /[ \t]*(?:[[({<][ \t]?(?:dot|punkt|point|punto|\.)[ \t]?[\])}>]|[ \t]dot[ \t])[ \t]*/gi;

/** What a line with such an address holds; the patterns above are slow, so they see only these. */
const signs: readonly RegExp[] = [
  new RegExp(
    [
      String.raw`[[({<_-][ \t]?(?:at|@|ät|arroba|chez|a-t)[ \t]?[\])}>_-]`,
      String.raw`[[({<][ \t]?(?:dot|punkt|point|punto|\.)[ \t]?[\])}>]`,
      String.raw`[ \t]at[ \t].*[ \t]dot[ \t]`,
      String.raw`(?:<|From: ?)[^\s<>]+ at `,
    ].join('|'),
    'gi',
  ),
  /[a-z0-9]AT[a-z0-9].*DOT/g,
];

export function findSpeltOut(text: string): readonly Finding[] {
  return linesWithSigns(text).flatMap((start) => {
    const end = text.indexOf('\n', start);
    return findInLine(text.slice(start, end === -1 ? text.length : end), start);
  });
}

/** Where the lines begin that hold a sign. */
function linesWithSigns(text: string): readonly number[] {
  const starts = signs.flatMap((sign) =>
    [...text.matchAll(sign)].map(({ index }) => text.lastIndexOf('\n', index - 1) + 1),
  );
  return [...new Set(starts)].sort((a, b) => a - b);
}

function findInLine(line: string, start: number): readonly Finding[] {
  return [...patterns, archived].flatMap((pattern) =>
    [...line.matchAll(pattern)].flatMap(({ index, 0: whole, groups }) => {
      const { local: name = '', at = '', domain = '', dot = '' } = groups ?? {};
      const plain = domain.replaceAll(dot, '.').replace(otherDot, '.');
      if (!isTopLevelDomain(plain.slice(plain.lastIndexOf('.') + 1).toLowerCase())) return [];
      if (isInvented(name.toLowerCase(), plain.toLowerCase())) return [];
      const place = { start: start + index, end: start + index + whole.length };
      const address = `${name}@${plain}`;
      return [{ ...place, kind: 'email', rule: 'spelt-out', plain: address, at, dot } as const];
    }),
  );
}
