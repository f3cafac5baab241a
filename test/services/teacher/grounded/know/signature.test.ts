/** Parameters, results and parents as read from declarations of several languages. */
import { describe, expect, test } from 'vitest';
import {
  readParameters,
  readParents,
  readResult,
} from '../../../../../services/teacher/grounded/know/signature.ts';

describe('parameters', () => {
  test.each([
    ['python', 'def f(self, a, b: int = 3)', ['a', 'b int = 3']],
    ['typescript', 'function f(a: string, b?: number)', ['a string', 'b number']],
    ['go', 'func f(a int, b string)', ['a int', 'b string']],
    ['java', 'int f(final String a, int[] b)', ['a String', 'b int[]']],
    ['csharp', 'public int f(string a, int b = 3)', ['a string', 'b int = 3']],
    ['php', 'function f(?Logger $a, $b = 3)', ['$a ?Logger', '$b = 3']],
    ['kotlin', 'fun f(a: Int, b: String = "x")', ['a Int', 'b String = "x"']],
    ['scala', 'def f(a: Int, b: String)', ['a Int', 'b String']],
    ['rust', 'fn f(&self, a: &str)', ['a &str']],
    ['ruby', 'def f(a, b = 3)', ['a', 'b = 3']],
  ])('%s: %s', (language, signature, expected) => {
    const said = readParameters(signature, 'f', language).map(({ name, type, fallback }) =>
      [name, type, fallback === null ? null : `= ${fallback}`].filter((part) => part !== null),
    );
    expect(said.map((parts) => parts.join(' '))).toEqual(expected);
  });
});

describe('results', () => {
  test.each([
    ['python', 'def f(a) -> list[int]', 'list[int]'],
    ['python', 'def f(a) -> None', null],
    ['rust', 'fn f(a: u8) -> io::Result<u8>', 'io::Result<u8>'],
    ['typescript', 'function f(a: string): Promise<void>', 'Promise<void>'],
    ['kotlin', 'fun f(a: Int): String', 'String'],
    ['kotlin', 'fun f(a: Int): Unit', null],
    ['scala', 'def f(a: Int): Seq[Int]', 'Seq[Int]'],
    ['php', 'public function f(int $a): ?string', '?string'],
    // The type stands before the name, where the reader does not look.
    ['java', 'String f(int a)', null],
    ['csharp', 'string f(int a)', null],
  ])('%s: %s', (language, signature, expected) => {
    expect(readResult(signature, language)).toBe(expected);
  });
});

describe('parents', () => {
  test.each([
    ['python', 'class A(B, metaclass=M)', ['B']],
    ['java', 'public class A<T> extends B<T> implements C, D', ['B', 'C', 'D']],
    ['php', 'final class A extends B implements C', ['B', 'C']],
    ['scala', 'class A(x: Int) extends B(x) with C', ['B', 'C']],
    ['kotlin', 'class A<T : X>(val x: Y) : B<T>(x), C by x', ['B', 'C']],
    ['csharp', 'public class A<T> : B, IC where T : new()', ['B', 'IC']],
    ['csharp', 'enum A : byte', []],
    ['cpp', 'class ns::A : public b::B<int>, private C', ['b::B', 'C']],
    ['ruby', 'class A::B < C::D', ['C::D']],
    ['go', 'type A struct', []],
  ])('%s: %s', (language, signature, expected) => {
    expect(readParents(signature, language)).toEqual(expected);
  });
});
