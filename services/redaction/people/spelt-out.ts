/**
 * Finds e-mail addresses that are spelt out against collectors, as in `ann [at] host [dot] org`.
 * Words alone count only if both signs are words; their placeholder keeps the spelling.
 */
import { redactionPatterns } from '../patterns.ts';
import type { Finding } from '../redaction.ts';
import { isInvented } from './invented.ts';
import { isTopLevelDomain } from './top-level-domains.ts';

const localPart = String.raw`(?<local>[A-Za-z0-9][\w.+-]{0,63})`;
const local = String.raw`(?<![\w.+@-])${localPart}`;
const label = String.raw`[A-Za-z0-9][A-Za-z0-9-]{0,62}`;
/** What stands for the sign and for a dot between brackets. */
const atWords = 'at|@|ät|arroba|chez|a-t';
const dotWords = String.raw`dot|punkt|point|punto|\.`;
const inBrackets = (words: string) => String.raw`[[({<][ \t]?(?:${words})[ \t]?[\])}>]`;
const bracketed = (words: string) => `[ \\t]{0,3}${inBrackets(words)}[ \\t]{0,3}`;
const bracketedDot = bracketed(dotWords);
const dashed = (word: string) => `[ \\t]{0,3}-${word}-[ \\t]{0,3}`;

/** Around an operator of programs stand spaces, too, but never around the dots behind it. */
const spacedAt = String.raw`[ \t]{1,3}@[ \t]{1,3}`;

/** The spellings of one address: how its sign and its dots are spelt. */
const spellings: readonly (readonly [at: string, dot: string, flags: string])[] = [
  [bracketed(atWords), String.raw`(?:${bracketedDot}|[ \t]+dot[ \t]+|\.)`, 'dgi'],
  [String.raw`(?:[ \t]+at[ \t]+|[ \t]{0,2}@[ \t]{0,2})`, bracketedDot, 'dgi'],
  [String.raw`[ \t]+at[ \t]+`, String.raw`[ \t]+dot[ \t]+`, 'dgi'],
  [dashed('at'), String.raw`(?:${dashed('dot')}|\.)`, 'dgi'],
  ['_at_', '_dot_', 'dgi'],
  ['AT', 'DOT', 'dg'],
  ['(?:_AT_|#at#)', String.raw`\.`, 'dg'],
  [spacedAt, String.raw`[ \t]{1,3}\.[ \t]{1,3}`, 'dg'],
];

/** Words that stand for a sign without a space or a bracket around them. */
const runOn = /^(?:AT|_at_|\(\?:_AT_)/;

const patterns = spellings.map(([at, dot, flags]) => {
  // A name that runs on into the sign must not take the sign's letters.
  const own = runOn.test(at) ? local.replace(String.raw`[\w.+-]`, '[a-z0-9.]') : local;
  const host = runOn.test(at) ? '[a-z0-9][a-z0-9-]{0,62}' : label;
  return new RegExp(
    `${own}(?<at>${at})(?<domain>${host}(?:(?<dot>${dot})${host}){1,5})(?![\\w@-])`,
    flags,
  );
});

/** An address in archives of mailing lists: `ann at host.org (Ann Lee)`, `<ann at host.org>`. */
const archived = new RegExp(
  [
    String.raw`(?:(?<=<)|(?<=\bFrom: ?))${localPart}(?<at> at )`,
    String.raw`(?<domain>${label}(?:(?<dot>\.)${label}){1,5})(?=>| \()`,
  ].join(''),
  'dg',
);

/** A dot that is spelt otherwise than the last one of the same address. */
const otherDot = new RegExp(`[ \\t]*(?:${inBrackets(dotWords)}|[ \\t]dot[ \\t])[ \\t]*`, 'gi');

/**
 * What a line with such an address holds. The patterns above are slow, so they see no other line.
 * No part may scan a line twice: it may have a megabyte.
 */
const signs: readonly RegExp[] = [
  new RegExp(
    [
      String.raw`[[({<_#-][ \t]?(?:${atWords})[ \t]?[\])}>_#-]`,
      inBrackets(dotWords),
      String.raw`[ \t]@[ \t]{1,3}${label}[ \t]{1,3}\.[ \t]`,
      String.raw`[ \t]at[ \t]+${label}[ \t]+dot[ \t]`,
      String.raw`(?<=(?:<|From: ?)[^\s<>]{1,64}) at `,
    ].join('|'),
    'gi',
  ),
  /AT[a-z0-9][a-z0-9-]{0,62}DOT/g,
];
const findSigns = redactionPatterns.search(signs);

export function findSpeltOut(text: string): readonly Finding[] {
  return linesWithSigns(text).flatMap((start) => {
    const end = text.indexOf('\n', start);
    return findInLine(text.slice(start, end === -1 ? text.length : end), start);
  });
}

/** Where the lines begin that hold a sign. */
function linesWithSigns(text: string): readonly number[] {
  const starts = new Set(
    findSigns(text)
      .flat()
      .map(({ index }) => text.lastIndexOf('\n', index) + 1),
  );
  return [...starts].sort((a, b) => a - b);
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
