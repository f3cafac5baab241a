/** Strings that break tokenizers: a fast-check arbitrary over the parts that rules treat apart. */
import fc from 'fast-check';

const parts = [
  ' ',
  '  ',
  '\t',
  '\n',
  '\r\n',
  '\n\n',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u3000',
  '\ufeff',
  '\u200b',
  '\u200d',
  '\u0000',
  "'s",
  "'\u017f",
  "'LL",
  "'",
  "don't",
  'e\u0301',
  '\u0301',
  '\u00e9',
  '\u01c5',
  '\u02b0',
  '\u00df',
  '\u216b',
  '\u00bd',
  '\u0663',
  '123456789',
  '1',
  '\u7684',
  '\u3042\u30a2',
  '\ud55c\uae00',
  '\u{1f600}',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\u{1f1e9}\u{1f1ea}',
  '\u{16d40}',
  '\u{1c89}',
  '\u088f',
  '\u0378',
  '\u{11de0}',
  '\ue000',
  '\uffff',
  '\u{10ffff}',
  '<|endoftext|>',
  '<think>',
  '/',
  '//',
  '!a',
  '_x',
  'aB',
  'ABc',
  'XMLHttpRequest',
  '\\',
  '"""',
];

/** Lines of code under indentation of any depth. */
export const indented: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.constantFrom(' ', '\t', '  ', '\t ', '\u3000'),
      fc.nat({ max: 40 }),
      fc.constantFrom(
        '',
        'def f(self):',
        'self.x = defs->selfs',
        '    return  x',
        '\u7684 \u00f5s',
        '# e\u0301  """""',
      ),
      fc.constantFrom('', '  ', '\t\t'),
      fc.constantFrom('\n', '\r\n', '\n\n', ''),
    ),
    { maxLength: 12 },
  )
  .map((lines) =>
    lines
      .map(([unit, times, code, trail, end]) => unit.repeat(times) + code + trail + end)
      .join(''),
  );

const letters = 'etaoinshrdlu0123+/=-_'.split('');

/** Any mixture, any Unicode string, and long runs of one thing or of anything. */
export const adversarial: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((some) => some.join('')),
  fc
    .array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'binary', maxLength: 4 })))
    .map((some) => some.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...parts), fc.integer({ min: 1, max: 400 }), fc.constantFrom(...parts))
    .map(([part, times, end]) => part.repeat(times) + end),
  fc
    .array(fc.constantFrom(...letters), { minLength: 50, maxLength: 600 })
    .map((some) => some.join('')),
);
