/** Definitions by the look of their lines, in every family; no text makes it slow or wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsedRows } from '../../../../../schemas/languages/languages.ts';
import { outlineByLines } from '../../../../../services/stages/extract/parse/line-outline.ts';

const languages = parsedRows.map(({ name }) => name);

/** `kind parent.name first-last: signature`. */
function outline(language: string, text: string): string[] {
  return outlineByLines(text, language, 100).map(
    ({ kind, parent, name, startLine, endLine, signature }) =>
      `${kind} ${parent === null ? '' : `${parent}.`}${name} ${startLine}-${endLine}: ${signature}`,
  );
}

const examples: readonly [language: string, text: string, expected: readonly string[]][] = [
  [
    'python',
    'class A(B):\n    def f(self, a: int) -> int:\n        def inner(): pass\n        return a\n\n\nasync def g(\n    x,\n):\n    pass\n',
    [
      'class A 1-4: class A(B)',
      'method A.f 2-4: def f(self, a: int) -> int',
      'function g 7-10: async def g( x, )',
    ],
  ],
  [
    'typescript',
    'export class A<T> {\n  private f(a: number): string {\n    return a;\n  }\n}\nexport const g = async (x) => {\n};\nexport const limit = 3;\ninterface I { a: 1 }\n',
    [
      'class A 1-5: export class A<T>',
      'method A.f 2-4: private f(a: number): string',
      'function g 6-7: export const g = async (x) =>',
      'constant limit 8-8: export const limit = 3',
      'interface I 9-9: interface I',
    ],
  ],
  [
    'go',
    'type T struct {\n\ta int\n}\n\nfunc (t *T) Get(k string) (int, error) {\n\treturn 1, nil\n}\n',
    ['type T 1-3: type T struct', 'method T.Get 5-7: func (t *T) Get(k string) (int, error)'],
  ],
  [
    'rust',
    "pub struct P {\n    a: u8,\n}\npub(crate) async fn f<T>(a: &T) -> u8\nwhere\n    T: X,\n{\n    1\n}\nimpl<'a> T for P<'a> {\n    fn g(&self) {}\n}\n",
    [
      'struct P 1-3: pub struct P',
      'function f 4-9: pub(crate) async fn f<T>(a: &T) -> u8',
      'method P.g 11-11: fn g(&self)',
    ],
  ],
  [
    'c',
    '#define MAX(a) (a)\n#define GUARD\nstruct s {\n  int a;\n};\nint f(int a);\nstatic int g(int a,\n             int b) {\n  return h(a);\n}\n',
    [
      'macro MAX 1-1: #define MAX(a) (a)',
      'struct s 3-5: struct s',
      'function f 6-6: int f(int a)',
      'function g 7-10: static int g(int a, int b)',
    ],
  ],
  [
    'java',
    'public final class A {\n  @Override public int get(String k) {\n    return find(k);\n  }\n}\n',
    ['class A 1-5: public final class A', 'method A.get 2-4: @Override public int get(String k)'],
  ],
  [
    'kotlin',
    'data class P(val a: Int)\nsuspend fun f(a: Int): Int {\n}\n',
    ['class P 1-1: data class P(val a: Int)', 'function f 2-3: suspend fun f(a: Int): Int'],
  ],
  [
    'ruby',
    'module M\n  class A < B\n    def get?(k)\n      1\n    end\n  end\nend\n',
    ['module M 1-7: module M', 'class M.A 2-6: class A < B', 'method A.get? 3-5: def get?(k)'],
  ],
  [
    'php',
    'abstract class A {\n  public function get(int $k): int {\n    return 1;\n  }\n}\n',
    ['class A 1-5: abstract class A', 'method A.get 2-4: public function get(int $k): int'],
  ],
  [
    'bash',
    'function up {\n  true\n}\ndown() {\n  false\n}\n',
    ['function up 1-3: function up', 'function down 4-6: down()'],
  ],
];

describe('outlineByLines', () => {
  it.each(examples)('%s', (language, text, expected) => {
    expect(outline(language, text)).toEqual(expected);
  });

  it('gives the comment above as documentation, but no licence', () => {
    const text =
      '// Copyright me\n\n/** Adds. Well. */\n@x\nexport function add() {}\n// Copyright you\nfunction b() {}\n';
    const docs = outlineByLines(text, 'typescript', 9).map(({ doc, exported }) => [doc, exported]);
    expect(docs).toEqual([
      ['Adds.', true],
      [null, false],
    ]);
  });

  it('finds nothing in languages it does not know, and stops at the limit', () => {
    expect(outlineByLines('def f(): pass', 'json', 9)).toEqual([]);
    expect(outlineByLines('def f(): pass\n'.repeat(20), 'python', 9)).toHaveLength(9);
  });

  it('takes any text, with lines within the text and in order', () => {
    const word = fc.constantFrom(
      'class ',
      'def ',
      'f',
      '(',
      '{',
      '}',
      '\n',
      '  ',
      ')',
      '#',
      ':',
      '\r',
    );
    const texts = fc.array(word, { maxLength: 60 }).map((words) => words.join(''));
    fc.assert(
      fc.property(texts, fc.constantFrom(...languages), (text, language) => {
        const count = text.split('\n').length;
        let last = 0;
        for (const { startLine, endLine } of outlineByLines(text, language, 1000)) {
          expect(startLine).toBeGreaterThan(last);
          expect(endLine).toBeGreaterThanOrEqual(startLine);
          expect(endLine).toBeLessThanOrEqual(count);
          last = startLine;
        }
      }),
    );
  });

  it('is linear in what backtracking would make slow', () => {
    for (const piece of ['a ', 'a', 'a::', 'public ', '<', '* ', 'const ']) {
      for (const language of languages) {
        const text = `${piece.repeat(100_000 / piece.length)}\n`.repeat(3);
        expect(outlineByLines(text, language, 10).length).toBeLessThanOrEqual(3);
      }
    }
  });
});
