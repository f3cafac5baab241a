/** Scala 2 and 3: nested packages, package objects, relative imports and selectors. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

describe('scala', () => {
  it('reads definitions', async () => {
    const text = `package a.b

/** A shape. It has an area. */
sealed trait Shape[T] extends Base[T] { def area: Double }
object Shape { implicit val ord: Ordering[Int] = null; def apply(x: Int): Shape = ??? }
case class Box[T](item: T) extends Shape[T] { type Al = Int; private val q = 2 }
enum Color(val rgb: Int) { case Red extends Color(1); case Green, Blue }
opaque type Name = String
def top(x: Int): Int = x
val one = 1
extension (s: String) def shout: String = s
package object tools { val (l, r) = pair }`;
    expect(await symbolsOf('Shape.scala', text)).toEqual([
      'trait Shape: sealed trait Shape[T] extends Base[T]',
      'method Shape.area: def area: Double',
      'module Shape: object Shape',
      'field Shape.ord: implicit val ord: Ordering[Int] = null',
      'method Shape.apply: def apply(x: Int): Shape',
      'class Box: case class Box[T](item: T) extends Shape[T]',
      'type Box.Al: type Al = Int',
      'field Box.q: private val q = 2',
      'enum Color: enum Color(val rgb: Int)',
      'constant Color.Red: Red extends Color(1)',
      'constant Color.Green: Green',
      'constant Color.Blue: Blue',
      'type Name: opaque type Name = String',
      'function top: def top(x: Int): Int',
      'variable one: val one = 1',
      'function shout: def shout: String',
      'module tools: package object tools',
      'field tools.l: val (l, r) = pair',
      'field tools.r: val (l, r) = pair',
    ]);
    const { files } = await structureOf({ 'Shape.scala': text });
    expect(files[0]?.symbols[0]?.doc).toBe('A shape.');
  });

  it('takes no name for a class that the grammar only made one of', async () => {
    const text = `@deprecated("Use what has come in its place", "2.0.0-RC2")
class StreamHash[A](implicit ev: Hash[A]) extends StreamEq[A]()(ev) with Hash[Stream[A]] {
`;
    const symbols = await symbolsOf('Order.scala', text);
    expect(symbols).toEqual([]);
  });

  it.each<[string, Files, string[]]>([
    [
      'a name after a comment that ends in a dot is no member',
      {
        'Box.scala': 'package a\nobject Box { def make = 1 }\n',
        'Use.scala': 'package a\nobject Use {\n  // Makes one.\n  Box.make\n}\n',
      },
      ['Use.scala -> Box.scala [same-package] Box'],
    ],
    [
      'selectors, renames, wildcards, and imports inside a body',
      {
        'A.scala': 'package x\nclass A\nclass Hidden\n',
        'B.scala': 'package x\nobject B { def go = 1 }\n',
        'C.scala': 'package x\nclass C\n',
        'U1.scala': 'package u\nimport x.{A => Q, Hidden => _}\nclass U1(q: Q)\n',
        'U2.scala': 'package u\nclass U2 { def f = { import x.B._; go } }\n',
        'U3.scala': 'package u\nimport x.*, x.A as Z\nclass U3(c: C, z: Z)\n',
      },
      [
        'U1.scala -> A.scala [import] A,Hidden',
        'U2.scala -> B.scala [import] B',
        'U3.scala -> A.scala [import] A',
        'U3.scala -> C.scala [import] C',
      ],
    ],
    [
      'enclosing packages: those of the clauses are seen, the ones between are not',
      {
        'a/Top.scala': 'package a\nclass Top\n',
        'a/Mid.scala': 'package a.b\nclass Mid\n',
        'a/Use.scala': 'package a.b\npackage c\nclass Use(m: Mid, t: Top)\n',
        'a/Relative.scala': 'package a\nimport b.Mid\nclass Relative(m: Mid)\n',
        'a/Nested.scala': 'package a\npackage b { class Nested(m: Mid) }\n',
      },
      [
        'a/Nested.scala -> a/Mid.scala [import] Mid',
        'a/Relative.scala -> a/Mid.scala [import] Mid',
        'a/Use.scala -> a/Mid.scala [import] Mid',
      ],
    ],
    [
      'members of a package object are those of its package; patterns bind, types do not',
      {
        'p/package.scala': 'package object p { type Id = Int; def box = 1; def loose = 2 }\n',
        'p/Use.scala':
          'package p\nclass Use { def f(x: Id) = x match { case Some(box) => box } }\n',
        'p/Call.scala': 'package p\nobject Call { val loose2 = loose }\n',
      },
      [
        'p/Call.scala -> p/package.scala [same-package] loose',
        'p/Use.scala -> p/package.scala [same-package] Id',
      ],
    ],
    [
      'a method between its operands is no object of that name',
      {
        'Box.scala': 'package a\nobject eq\nobject box\n',
        'Use.scala': 'package a\nclass Use { def f(x: Use, y: Use) = (x eq y, box) }\n',
      },
      ['Use.scala -> Box.scala [same-package] box'],
    ],
    [
      'an imported name hides that of the package',
      {
        'p/Map.scala': 'package p\nclass Map\n',
        'q/Map.scala': 'package q\nclass Map\n',
        'p/Use.scala': 'package p\nimport q._\nclass Use(m: Map)\n',
        'p/Other.scala': 'package p\nimport scala.collection.Map\nclass Other(m: Map)\n',
      },
      ['p/Use.scala -> q/Map.scala [import] Map'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('takes the project on which sbt says that it depends', async () => {
    const build = `val a = project
val b = (project in file("bb"))
lazy val app = (project in file(".")).dependsOn(b % "compile->compile;test->test").aggregate(a, b)`;
    expect(
      await edgesOf({
        'build.sbt': build,
        'a/src/main/scala/p/K.scala': 'package p\nclass K\n',
        'bb/src/main/scala/p/K.scala': 'package p\nclass K\n',
        'src/main/scala/q/M.scala': 'package q\nimport p.K\nclass M(k: K)\n',
      }),
    ).toEqual(['src/main/scala/q/M.scala -> bb/src/main/scala/p/K.scala [import] K']);
  });
});
