/** Java: types by declaration, same package without an import. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

describe('java', () => {
  it('reads definitions', async () => {
    const text = `package a;
      /**
       * A box. It holds.
       */
      public final class Box<T> extends Base {
        private int size = 1;
        public Box(T item) { }
        @Override public <U> U map(T x) throws E { return null; }
        enum Kind { A, B; int f() { return 1; } }
      }
      interface Shape { double area(); }
      record Point(int x, int y) { }`;
    expect(await symbolsOf('Box.java', text)).toEqual([
      'class Box: public final class Box<T> extends Base',
      'field Box.size: private int size = 1',
      'method Box.Box: public Box(T item)',
      'method Box.map: @Override public <U> U map(T x) throws E',
      'enum Box.Kind: enum Kind',
      'method Kind.f: int f()',
      'interface Shape: interface Shape',
      'method Shape.area: double area()',
      'class Point: record Point(int x, int y)',
    ]);
    const { files } = await structureOf({ 'Box.java': text });
    expect(files[0]?.symbols[0]?.doc).toBe('A box.');
    expect(files[0]?.symbols[1]?.exported).toBe(false);
  });

  it.each<[string, Files, string[]]>([
    [
      'imports, nested, static, wildcard and same package; folders do not matter',
      {
        'x/One.java': 'package a;\npublic class One { public static class In {} }\n',
        'x/Two.java': 'package a;\nclass Two { One one; Two self; }\n',
        'y/Three.java':
          'package b;\nimport a.One.In;\nimport static c.Math.round;\nclass Three { In in; }\n',
        'y/Four.java':
          'package b;\nimport c.*;\nclass Four { Object f() { return Math.round(); } }\n',
        'y/Math.java':
          'package c;\npublic class Math { public static int round() { return 1; } }\n',
      },
      [
        'x/Two.java -> x/One.java [same-package] One',
        'y/Four.java -> y/Math.java [import] Math',
        'y/Three.java -> x/One.java [import] In',
        'y/Three.java -> y/Math.java [import] Math,round',
      ],
    ],
    [
      'of two modules with one name, the own; a type parameter is no type',
      {
        'm1/src/A.java': 'package p;\npublic class A {}\n',
        'm1/src/B.java': 'package p;\nclass B<T> { A a; T t; }\n',
        'm2/src/A.java': 'package p;\npublic class A {}\n',
        'm2/src/T.java': 'package p;\npublic class T {}\n',
      },
      ['m1/src/B.java -> m1/src/A.java [same-package] A'],
    ],
    [
      'nested types that a class inherits, also through classes of other packages',
      {
        'a/Bag.java': 'package a;\npublic interface Bag<E> { interface Entry<E> {} }\n',
        'a/Base.java':
          'package a;\npublic abstract class Base<E extends Comparable<E>> implements Bag<E> {}\n',
        'b/Own.java': 'package b;\nimport a.Base;\nclass Own<E> extends Base<E> { Entry<E> e; }\n',
        'b/Not.java': 'package b;\nclass Not { Entry e; }\n',
      },
      [
        'a/Base.java -> a/Bag.java [same-package] Bag',
        'b/Own.java -> a/Bag.java [import] Entry',
        'b/Own.java -> a/Base.java [import] Base',
      ],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('takes the module that the build names, by the name that Maven knows it by', async () => {
    const pom = (name: string, rest = '') =>
      `<project><parent><artifactId>all</artifactId></parent><artifactId>${name}</artifactId>${rest}</project>`;
    const needs =
      '<dependencies><dependency><artifactId>lib-b</artifactId></dependency></dependencies>';
    const files = {
      'a/pom.xml': pom('lib-a'),
      'a/src/main/java/p/K.java': 'package p;\npublic class K {}\n',
      'b/pom.xml': pom('lib-b'),
      'b/src/main/java/p/K.java': 'package p;\npublic class K {}\n',
      'app/pom.xml': pom('app', needs),
      'app/src/main/java/q/M.java': 'package q;\nimport p.K;\nclass M { K k; }\n',
    };
    expect(await edgesOf(files)).toEqual([
      'app/src/main/java/q/M.java -> b/src/main/java/p/K.java [import] K',
    ]);
    const { unresolved } = await structureOf({ ...files, 'app/pom.xml': pom('app') });
    expect(unresolved).toEqual([
      {
        from: 'app/src/main/java/q/M.java',
        specifier: 'p.K',
        reason: 'several modules declare it',
      },
    ]);
  });

  it('reports a type that its package does not declare', async () => {
    const { unresolved } = await structureOf({
      'A.java': 'package a;\npublic class A {}\n',
      'B.java': 'package b;\nimport a.Gone;\nclass B { Gone g; }\n',
    });
    expect(unresolved.map(({ specifier }) => specifier)).toEqual(['a.Gone']);
  });
});
