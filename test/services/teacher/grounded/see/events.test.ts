/** Events of code in several languages, undisturbed by strings and comments. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sayFlow } from '../../../../../services/teacher/grounded/say/say-events.ts';
import { readEvents } from '../../../../../services/teacher/grounded/see/events.ts';
import { maskText, scanLines } from '../../../../../services/teacher/grounded/see/scan.ts';

const flow = (code: string, language: string) => sayFlow(readEvents(scanLines(code, language)), 20);

const examples: readonly (readonly [language: string, code: string, said: readonly string[]])[] = [
  [
    'python',
    'for i, item in enumerate(self.items):\n    total = add(item)',
    ['goes through `items` as `i` and `item`', '`total` comes from `add`'],
  ],
  [
    'python',
    'if key is None:\n    raise ValueError("a key is needed")',
    ['raises `ValueError` saying “a key is needed” when `key` is missing'],
  ],
  [
    'python',
    'try:\n    load()\nexcept (OSError, KeyError) as error:\n    raise',
    ['calls `load`', 'catches `OSError` and `KeyError`', 'raises it again'],
  ],
  [
    'python',
    'with self.lock:\n    return self.values',
    ['holds `lock` meanwhile', 'returns `values`'],
  ],
  ['python', 'assert app.config["DEBUG"] == value', ['checks `app.config` and `value`']],
  [
    'javascript',
    "if (typeof fn !== 'function') throw new TypeError('fn is required');",
    ["raises `TypeError` saying “fn is required” when `fn` is not a `'function'`"],
  ],
  [
    'javascript',
    'this.name = opts.name || "x";\nconst { a, b } = make();',
    ['stores `name` from `opts.name`', '`a` and `b` come from `make`'],
  ],
  [
    'typescript',
    'for (const [key, value] of Object.entries(map)) {\n  if (!value) continue;\n}',
    [
      'goes through `Object.entries` as `key` and `value`',
      'skips the item when `value` is not set',
    ],
  ],
  [
    'go',
    'for _, arg := range args {\n\tif err := check(arg); err != nil {\n\t\treturn nil, err\n\t}\n}',
    ['goes through `args` as `arg`', 'returns `err` when `err` is set'],
  ],
  ['go', 'defer file.Close()\nmu.Lock()', ['holds `file.Close` meanwhile', 'holds `mu` meanwhile']],
  [
    'java',
    'for (String name : names) {\n  throw failure("Cannot find " + name);\n}',
    ['goes through `names` as `name`', 'raises what `failure` makes of “Cannot find”'],
  ],
  [
    'rust',
    'if x.is_none() { return Err(Bad::new("no value")); }\nmatch self.kind {',
    ['reports an error saying “no value” when `x` is empty', 'decides by `kind`'],
  ],
  [
    'c',
    'for (int i = 0; i < n; i++) {\n  if (p == NULL)\n    goto fail;\n}',
    ['counts `i` against `n`', 'jumps to `fail` when `p` is missing'],
  ],
  [
    'c',
    '/* throw new Error("no"); */ // return 1;\nx = "throw it";',
    ['`x` starts as `"throw it"`'],
  ],
];

test.each(examples)('%s: %s', (language, code, said) => {
  const found = flow(code, language);
  expect(found.slice(0, said.length)).toEqual(said);
  expect(found.join(' ')).not.toContain('Error("no")');
});

test('a mask has the same lines and columns as its text', () => {
  const languages = fc.constantFrom('python', 'javascript', 'rust', 'c', 'go', 'yaml');
  const pieces = fc.constantFrom(
    '"',
    "'",
    '`',
    '"""',
    '//',
    '/*',
    '*/',
    '#',
    '\\',
    '\n',
    'x',
    ' ',
    'r#"',
    '/',
    'é',
    '(',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), languages, (parts, language) => {
      const text = parts.join('');
      const masked = maskText(text, language);
      expect(masked).toHaveLength(text.length);
      expect([...masked.matchAll(/\n/g)].map((match) => match.index)).toEqual(
        [...text.matchAll(/\n/g)].map((match) => match.index),
      );
    }),
  );
});

test('long lines and hostile repetition are scanned in linear time', () => {
  const hostile = [
    '('.repeat(20_000),
    `if ${'(a && '.repeat(200)}`,
    `for ${'a '.repeat(180)}`,
    'a.'.repeat(190),
    `x = ${'f('.repeat(150)}`,
  ];
  for (const line of hostile)
    expect(flow(`${line}\nreturn 1`, 'javascript').length).toBeLessThan(20);
});
