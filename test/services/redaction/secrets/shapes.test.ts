/** Every vendor's shape, in every syntax: the whole token goes, and nothing around it changes. */
import { describe, expect, test } from 'vitest';
import { findShapes } from '../../../../services/redaction/secrets/shapes.ts';
import { vendorShapes } from '../../../../services/redaction/secrets/vendors.ts';
import {
  leaks,
  redactSecrets,
  sampleOf,
  seededRandom,
} from '../../../samples/inputs/planted-secrets.ts';

const syntaxes: readonly (readonly [string, string])[] = [
  ['a.py', 'x = "@@"\n'],
  ['a.sh', 'run @@; next\n'],
  ['a.sh', "X='@@' next\n"],
  ['a.yml', 'x: @@\n'],
  ['a.ini', 'x=@@\n'],
  ['Dockerfile', 'ENV X=@@ Y=1\n'],
  ['a.xml', '<a>@@</a>\n'],
  ['a.json', '{"x":"@@","y":1}\n'],
  ['a.js', 'f("a\\n@@\\nb")\n'],
  ['a.md', 'see (@@), or\n'],
];

describe('tokens of vendors', () => {
  test.each(vendorShapes.map((shape, row) => [shape.name, row, shape] as const))(
    '%s (row %i) goes whole in every syntax',
    (_name, row, { before = '', mark, after, valueOnly }) => {
      const random = seededRandom(row + 1);
      for (const [path, syntax] of syntaxes) {
        const value = sampleOf(after, random);
        const kept = valueOnly ? sampleOf(before, random) + (mark ?? '') : '';
        const token = valueOnly ? value : sampleOf(before, random) + (mark ?? '') + value;
        const result = redactSecrets(
          path,
          syntax.replace('@@', () => kept + token),
        );
        expect(result).toBe(syntax.replace('@@', () => `${kept}<SECRET_1>`));
        expect(leaks(result, value)).toBe(false);
      }
    },
  );

  test('a token longer than its vendor says goes to its end', () => {
    const random = seededRandom(99);
    const token = `${['ghp', ''].join('_')}${sampleOf('[A-Za-z0-9]{60}', random)}-tail_end`;
    expect(redactSecrets('a.py', `x = '${token}'\n`)).toBe("x = '<SECRET_1>'\n");
  });

  test('examples and rows of one character stay', () => {
    const aws = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');
    const github = `${['ghp', ''].join('_')}${'x'.repeat(36)}`;
    const stripe = ['sk', 'live', 'your-key-goes-here-1234567890'].join('_');
    for (const text of [aws, github, stripe]) expect(findShapes('a.py', text)).toEqual([]);
  });

  test('a mark inside a word begins no token', () => {
    const body = sampleOf('[A-Za-z0-9]{48}', seededRandom(7));
    for (const word of ['risk-', 'Xsk_live_', 'taskey-']) {
      expect(findShapes('a.py', word + body)).toEqual([]);
    }
  });
});
