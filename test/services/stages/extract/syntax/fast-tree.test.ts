/** Our nodes say what the binding's own say, of every grammar and of text that is no program. */
import Parser from 'tree-sitter';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../../../services/stages/extract/languages/list.ts';
import { openTreeReader } from '../../../../../services/stages/extract/syntax/fast-tree.ts';
import type { SyntaxNode } from '../../../../../services/stages/extract/syntax/syntax-node.ts';

/** Each is a program in some grammar and an error in the others. */
const texts = [
  'import os\n\n@cache\ndef añejo(a: int, *b) -> str:\n    """Döc."""\n    return f"{a}" + os.path.join(b)\n',
  'package a\n\nimport "fmt"\n\ntype T struct{ a, b int }\n\nfunc (t *T) Get() (x int) {\n\tx_ := t.a<<2\n\tfmt.Println(x_)\n\treturn\n}\n',
  'package a.b;\nimport java.util.*;\n/** Doc. */\npublic class A<T> extends B {\n  int $a = b$c(1);\n  @Override T get() { return (T) C.d; }\n}\n',
  "mod m;\nuse a::{b, r#type as c};\n/// Doc\n#[x]\npub fn f<'a>(x: &'a str) -> Vec<u8> { g!(x); x?.y(); r#if }\n",
  '#include <a.h>\n#define MAX(a) ((a)+1)\nnamespace n { template <class T> struct S : B { T x; void f() const; }; }\nint g(int a[], char *b) { return a->b; }\n',
  'module M\n  class A < B\n    attr_reader :a\n    def empty?; @x ||= call!(1) end\n    def a=(v) = v\n  end\nend\n',
  '<?php\nnamespace A\\B;\nuse C\\{D, E as F};\nfinal class G extends H { public function i(?int $j): array { return [$this->k]; } }\n',
  'function f() { local a_=1; echo "$a" $(b); }\nf | g && h\n',
  'object O { def x_=(v: Int): Unit = (); val `a b` = 1; def ++(o: O) = o }\n',
  'fun <T> T.f(a: Int = 1, `b c`: T?) = a?.b ?: c!!\nclass A(val x: Int) { companion object }\n',
  'using A.B;\nnamespace C { partial class D<T> where T : E { int @class => f(); } }\n',
  '',
  '\u{1F600} ((( \u00e9\r\nx =\t"\u{1F600}" y\n',
];

const grammars = languages.flatMap(({ name, parsing }) =>
  parsing.parser === 'tree-sitter' ? [{ name, grammar: parsing.grammar }] : [],
);

function plain(node: Parser.SyntaxNode | SyntaxNode | null) {
  if (node === null) return null;
  const { type, text, startIndex, endIndex, hasError, isNamed, namedChildCount } = node;
  const [start, end] = [node.startPosition, node.endPosition];
  return { type, text, startIndex, endIndex, start, end, hasError, isNamed, namedChildCount };
}

function expectAlike(own: SyntaxNode, given: Parser.SyntaxNode, fields: readonly string[]): void {
  expect(plain(own)).toEqual(plain(given));
  expect(plain(own.previousNamedSibling)).toEqual(plain(given.previousNamedSibling));
  for (const field of fields) {
    expect(plain(own.childForFieldName(field))).toEqual(plain(given.childForFieldName(field)));
  }
  const { startIndex, endIndex, text } = given;
  expect(own.textTo(endIndex)).toBe(text);
  expect(own.lineFrom.slice(0, endIndex - startIndex)).toBe(text.split('\n', 1)[0]);
  expect(own.namedChildren.map(plain)).toEqual(given.namedChildren.map(plain));
  expect(own.children.map(plain)).toEqual(given.children.map(plain));
  const [ownChild, givenChild] = [own.children, given.children];
  for (const [index, child] of givenChild.entries()) {
    const mine = ownChild[index];
    if (mine === undefined) throw new Error('a child is missing');
    expect(mine.parent?.id).toBe(own.id);
    expectAlike(mine, child, fields);
  }
}

describe.each(grammars)('$name', ({ grammar }) => {
  it('reads every node alike', async () => {
    const module = (await import(grammar)) as { default: Parser.Language };
    const parser = new Parser();
    parser.setLanguage(module.default);
    const read = openTreeReader(module.default);
    const fields = ['name', 'body', 'type', 'declarator', 'no-such-field'];
    for (const text of texts) {
      const { rootNode } = parser.parse(text);
      const own = read(parser.parse(text), text);
      expectAlike(own, rootNode, fields);
      for (let index = 0; index < text.length; index += 3) {
        const [mine, given] = [own.descendantForIndex(index), rootNode.descendantForIndex(index)];
        expect(plain(mine)).toEqual(plain(given));
        expect(plain(mine.parent)).toEqual(plain(given.parent));
        const around = rootNode.descendantForIndex(index, index + 4);
        expect(plain(own.descendantForIndex(index, index + 4))).toEqual(plain(around));
      }
      for (const types of [
        ['identifier'],
        ['ERROR', 'comment', 'preproc_include'],
        ['identifier', 'comment'],
      ]) {
        const found = own.descendantsOfType(types);
        const wanted = rootNode.descendantsOfType(types);
        expect(found.map(plain)).toEqual(wanted.map(plain));
        expect(found.map(({ parent }) => plain(parent))).toEqual(
          wanted.map(({ parent }) => plain(parent)),
        );
        const inner = own.namedChildren.map((node) => node.descendantsOfType(types).map(plain));
        expect(inner).toEqual(
          rootNode.namedChildren.map((node) => node.descendantsOfType(types).map(plain)),
        );
      }
    }
  });
});
