/** Licence expressions: what parses, what is refused, and that printing round-trips. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allows,
  parseExpression,
  printExpression,
} from '../../../../../services/stages/admit/licence/expression.ts';

function printed(text: string): string | null {
  const expression = parseExpression(text);
  return expression === null ? null : printExpression(expression);
}

describe('parsing', () => {
  test.each([
    ['one licence', 'MIT', 'MIT'],
    ['AND binds closer than OR', 'MIT OR ISC AND Zlib', 'MIT OR (ISC AND Zlib)'],
    ['parentheses bind closest', '(MIT OR ISC) AND Zlib', '(MIT OR ISC) AND Zlib'],
    ['outer parentheses are dropped', '((MIT) OR (ISC))', 'MIT OR ISC'],
    ['parentheses need no space', 'MIT AND(ISC OR Zlib)', 'MIT AND (ISC OR Zlib)'],
    ['a repeated part', 'MIT OR (ISC OR MIT)', 'MIT OR ISC'],
    ['operators in lower case', 'MIT or ISC and Zlib', 'MIT OR (ISC AND Zlib)'],
    ['names keep their case', 'mit or isc', 'mit OR isc'],
    ['any kind of white space', 'MIT\tOR\n ISC', 'MIT OR ISC'],
    ['a name that SPDX has deprecated', 'GPL-2.0', 'GPL-2.0-only'],
    ['a plus that SPDX has deprecated', 'GPL-2.0+ OR MIT', 'GPL-2.0-or-later OR MIT'],
    ['another plus', 'Apache-1.0+', 'Apache-1.0+'],
    ['a name that SPDX does not list', 'Foo-1.0 AND BSD', 'Foo-1.0 AND BSD'],
    ['a name that the repository defines itself', 'LicenseRef-Our_Own', 'LicenseRef-Our_Own'],
    ['names that begin like operators', 'ORACLE or AndyLicence', 'ORACLE OR AndyLicence'],
    [
      'an exception',
      'GPL-2.0 with Classpath-exception-2.0 OR MIT',
      'GPL-2.0-only WITH Classpath-exception-2.0 OR MIT',
    ],
    ['an exception that SPDX does not list', 'MIT WITH our-own', 'MIT WITH our-own'],
  ])('%s: %s', (_name, text, expected) => {
    expect(printed(text)).toBe(expected);
  });

  test.each([
    ['nothing', ''],
    ['an operator without a right side', 'MIT AND'],
    ['an operator without a left side', 'OR MIT'],
    ['two names in a row', 'MIT ISC'],
    ['an open parenthesis', '(MIT OR ISC'],
    ['one closing parenthesis too many', 'MIT)'],
    ['empty parentheses', '() MIT'],
    ['WITH without an exception', 'MIT WITH'],
    ['an operator as an exception', 'MIT WITH OR'],
    ['an exception of a group', '(MIT OR ISC) WITH our-own'],
    ['words of a sentence', 'See the file, please!'],
    ['a slash, which only metadata uses', 'MIT/Apache-2.0'],
    ['more words than are allowed', Array(150).fill('MIT').join(' OR ')],
  ])('%s is not an expression', (_name, text) => {
    expect(printed(text)).toBeNull();
  });

  test('parsing a printed expression gives the same expression', () => {
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('MIT', 'ISC', 'Zlib', 'GPL-2.0-only WITH GCC-exception-2.0'),
        tie('node'),
      ),
      node: fc
        .tuple(
          fc.constantFrom(' AND ', ' OR '),
          fc.array(tie('tree') as fc.Arbitrary<string>, { minLength: 2, maxLength: 3 }),
        )
        .map(([word, parts]) => `(${parts.join(word)})`),
    }));
    fc.assert(
      fc.property(tree as fc.Arbitrary<string>, (text) => {
        const first = parseExpression(text);
        expect(first).not.toBeNull();
        if (first !== null) expect(parseExpression(printExpression(first))).toEqual(first);
      }),
    );
  });
});

describe('what a set of licences allows', () => {
  const allowed = new Set(['MIT', 'GPL-2.0-only']);
  test.each([
    ['MIT OR Zlib', true],
    ['MIT AND Zlib', false],
    ['GPL-2.0 WITH Classpath-exception-2.0', true],
    ['Zlib OR (MIT AND GPL-2.0)', true],
  ])('%s: %s', (text, expected) => {
    const expression = parseExpression(text);
    expect(expression !== null && allows(expression, allowed)).toBe(expected);
  });
});
