/** A search for many patterns at once finds what each of them finds by itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openChoice, openPatterns } from '../../../../services/redaction/search/search.ts';
import { tellingPiece } from '../../../../services/redaction/secrets/judging/names.ts';

const patterns: readonly RegExp[] = [
  tellingPiece,
  /secret/g,
  /(?<=a)bc?d{2,}/g,
  /\b(?:one|two)\s{1,3}(?<word>\w+)\s\k<word>/dgi,
  /(?:x|yy){0,2}z/g,
  /[^a-z\s]{2}!/g,
  /^\tq+$/gim,
  /парол[ья]|σ+|ß/gi,
  /(?:(?:a?){3}b){2}/g,
  /.\./gs,
  /q|ab|(?=z)zz/gi,
  /(?<one>[xy])\k<one>?\d/g,
  /(?:🙂|é){1,2}\)/g,
];

/** Pieces of which the patterns match some sequences. */
const pieces = [
  ...['secret', 'SECRET', 'a', 'b', 'c', 'd', 'dd', 'q', 'Q', 'x', 'y', 'z', 'zz', '1', '!', '.'],
  ...[
    'one ',
    'Two\t',
    'me me',
    '\tq\n',
    '\n',
    ' ',
    'пароль',
    'ПАРОЛЯ',
    'σς',
    'Σ',
    'ß',
    '🙂',
    'é',
    ')',
  ],
  ...['token', 'api_key', 'Pass', 'auth', '-', '_', '\0', '\ud83d', '"'],
];

function matchesOf(found: Iterable<RegExpExecArray>) {
  return [...found].map(({ index, indices, groups, ...all }) => ({ index, indices, groups, all }));
}

describe('search', () => {
  test('finds the matches of every pattern in any text', () => {
    const search = openPatterns().search(patterns);
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((it) => it.join(''));
    fc.assert(
      fc.property(text, (all) => {
        const found = search(all).map(matchesOf);
        expect(found).toEqual(patterns.map((pattern) => matchesOf(all.matchAll(pattern))));
      }),
      { numRuns: 2000 },
    );
  });

  test('offers every pattern that matches at a place, in order', () => {
    const choice = openChoice(patterns);
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((it) => it.join(''));
    fc.assert(
      fc.property(text, (all) => {
        for (let at = 0; at < all.length; at += 1) {
          const matching = patterns.filter(({ source, flags }) => {
            const sticky = new RegExp(source, flags.replace('g', 'y'));
            sticky.lastIndex = at;
            return sticky.test(all);
          });
          const offered = choice(all, at);
          expect(patterns.filter((pattern) => offered.includes(pattern))).toEqual(offered);
          expect(offered).toEqual(expect.arrayContaining(matching));
        }
      }),
      { numRuns: 300 },
    );
    expect(openChoice([/ab/y, /cd/y])('abcd', 2).map(String)).toEqual(['/cd/y']);
  });

  test('finds the names of secrets in the sources of this program', () => {
    const folder = join(import.meta.dirname, '../../../../services');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const text = files
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(folder, path), 'utf8'))
      .join('\n');
    const [found = []] = openPatterns().search([tellingPiece])(text);
    expect(found.length).toBeGreaterThan(1000);
    expect(found.map(({ index }) => index)).toEqual(
      [...text.matchAll(tellingPiece)].map(({ index }) => index),
    );
  });

  test('searches of one group do not mix, whatever text they saw before', () => {
    const group = openPatterns();
    const [letters, places] = [group.search([/ab/g, /b/g]), group.places(/ba/g)];
    const has = group.has(/b(?=1)/);
    const digits = group.search([/12/g]);
    for (const text of ['abab12', '12ba', '12ba', 'abab12', '', 'b2', '12ba']) {
      expect(letters(text).map((matches) => matches.map(({ index }) => index))).toEqual(
        [/ab/g, /b/g].map((pattern) => [...text.matchAll(pattern)].map(({ index }) => index)),
      );
      expect(digits(text).flat()).toHaveLength(text.includes('12') ? 1 : 0);
      expect(has(text)).toBe(text.includes('b1'));
      // Places say where a match may begin, and may be too many.
      for (const { index } of text.matchAll(/ba/g)) expect(places(text)).toContain(index);
    }
  });

  test('a pattern that is added later is found in the text that was searched before', () => {
    const group = openPatterns();
    expect(group.search([/ab/g])('ab cd').flat()).toHaveLength(1);
    expect(group.search([/cd/g])('ab cd').flat()).toHaveLength(1);
  });

  test('a pattern that may match nothing, or that is about code points, is refused', () => {
    for (const pattern of [/a?/g, /(?:)/g, /\p{L}a/gu, /[a&&b]c/gv]) {
      expect(() => openPatterns().search([pattern])('a')).toThrow(/is not searched for/);
    }
    const many = Array.from({ length: 33 }, () => /a/g);
    expect(() => openPatterns().search(many)).toThrow('too many patterns');
  });
});
