/** The lenient TOML reader for manifests. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseToml } from '../../../../../services/stages/extract/languages/toml.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('parseToml', () => {
  it('reads what manifests hold', () => {
    const text = `
# a comment
name = "a \\"b\\"" # after
path = 'C:\\x'
[tool.x."y.z"]
where = [
  "src", # one
  "lib",
]
on = true
n = 1_000
dep = { path = "../core", features = ["a"] }
text = """
two
lines"""
[[bin]]
name = "one"
[[bin]]
name = "two"
a.b.c = 1
[bin.inner]
deep = 1.5
`;
    expect(plain(parseToml(text))).toEqual({
      name: 'a "b"',
      path: 'C:\\x',
      tool: {
        x: {
          'y.z': {
            where: ['src', 'lib'],
            on: true,
            n: 1000,
            dep: { path: '../core', features: ['a'] },
            text: '\ntwo\nlines',
          },
        },
      },
      bin: [{ name: 'one' }, { name: 'two', a: { b: { c: 1 } }, inner: { deep: '1.5' } }],
    });
  });

  it('keeps what came before an error', () => {
    expect(plain(parseToml('a = 1\nb = [1,\nc = \n'))).toEqual({ a: 1 });
  });

  it('never throws, and lets no key reach a prototype', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseToml(text)).toBeTypeOf('object');
      }),
    );
    parseToml('__proto__.polluted = 1\n[constructor.prototype]\npolluted = 1\n');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
