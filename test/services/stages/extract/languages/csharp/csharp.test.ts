/** C#: namespaces, every form of `using`, partial classes, extensions and project references. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

describe('csharp', () => {
  it('reads definitions', async () => {
    const text = `using System;
namespace A.B
{
  /// <summary>Holds an <see cref="Item"/>. Only one.</summary>
  [Serializable]
  public sealed partial class Box<T> : Base<T>, IShape where T : new()
  {
    private readonly int size = 1, other;
    public Box(int a) : base(a) { }
    public Kind Prop { get; set; }
    public override string Run(ref Foo f) => "";
    public enum Kind { One, Two = 2 }
    public delegate void Handler(Foo f);
    public event Handler Changed;
  }
  record Point(int X, int Y);
  namespace Inner { interface IShape { double Area(); } }
}`;
    expect(await symbolsOf('Box.cs', text)).toEqual([
      'class Box: [Serializable] public sealed partial class Box<T> : Base<T>, IShape where T : new()',
      'field Box.size: private readonly int size = 1, other',
      'field Box.other: private readonly int size = 1, other',
      'method Box.Box: public Box(int a) : base(a)',
      'field Box.Prop: public Kind Prop',
      'method Box.Run: public override string Run(ref Foo f)',
      'enum Box.Kind: public enum Kind',
      'constant Kind.One: One',
      'constant Kind.Two: Two = 2',
      'type Box.Handler: public delegate void Handler(Foo f)',
      'field Box.Changed: public event Handler Changed',
      'class Point: record Point(int X, int Y)',
      'module Inner: namespace Inner',
      'interface Inner.IShape: interface IShape',
      'method IShape.Area: double Area()',
    ]);
    const { files } = await structureOf({ 'Box.cs': text });
    expect(files[0]?.symbols[0]?.doc).toBe('Holds an Item.');
    expect(files[0]?.symbols[1]?.exported).toBe(false);
  });

  it.each<[string, Files, string[]]>([
    [
      'a name after a comment that ends in a dot is no member',
      {
        'Box.cs': 'namespace A { class Box { } }\n',
        'Use.cs': 'namespace A { class Use {\n  // Holds one.\n  Box box;\n} }\n',
      },
      ['Use.cs -> Box.cs [same-package] Box'],
    ],
    [
      'own and enclosing namespaces, using, alias, static and full names',
      {
        'Top.cs': 'namespace A { class Top { } }\n',
        'Low.cs': 'namespace A.B.C;\nclass Low { Top top; Low self; }\n',
        'Far.cs': 'namespace F;\npublic class Far { public static int Go() => 1; }\n',
        'U1.cs': 'using F;\nnamespace U;\nclass U1 { object o = new Far(); }\n',
        'U2.cs': 'using X = F.Far;\nnamespace U;\nclass U2 { X x; }\n',
        'U3.cs': 'using static F.Far;\nnamespace U;\nclass U3 { int i = Go(); }\n',
        'U4.cs': 'namespace U { class U4 { F.Far a; global::A.Top b; Top c; } }\n',
        'U5.cs': 'namespace A { namespace B { class U5 { C.Low a; } } }\n',
      },
      [
        'Low.cs -> Top.cs [import] Top',
        'U1.cs -> Far.cs [import] Far',
        'U2.cs -> Far.cs [import] Far',
        'U3.cs -> Far.cs [import] Far',
        'U4.cs -> Far.cs [import] Far',
        'U4.cs -> Top.cs [import] Top',
        'U5.cs -> Low.cs [import] Low',
      ],
    ],
    [
      'attributes, type arguments and what only looks like a type',
      {
        'MarkAttribute.cs': 'namespace A;\nclass MarkAttribute : System.Attribute { }\n',
        'Box.cs': 'namespace A;\nclass Box { }\n',
        'BoxOf.cs': 'namespace A;\nclass Box<T> { }\n',
        'Name.cs': 'namespace A;\nclass Name { }\n',
        'U1.cs': 'namespace A;\n[Mark]\nclass U1<Name> { Name n; }\n',
        'U2.cs': 'namespace A;\nclass U2 { Box<int> b; }\n',
        'U3.cs': 'namespace A;\nclass U3 { Box b; object o = new T { Name = 1 }; }\n',
      },
      [
        'U1.cs -> MarkAttribute.cs [same-package] MarkAttribute',
        'U2.cs -> BoxOf.cs [same-package] Box',
        'U3.cs -> Box.cs [same-package] Box',
      ],
    ],
    [
      'every part of a partial class, and the members of another part',
      {
        'P1.cs': 'namespace A;\npublic partial class P { void One() { Two(); } }\n',
        'P2.cs': 'namespace A;\npublic partial class P { void Two() { } }\n',
        'Use.cs': 'namespace A;\nclass Use { P p; }\n',
      },
      [
        'P1.cs -> P2.cs [same-package] P',
        'Use.cs -> P1.cs [same-package] P',
        'Use.cs -> P2.cs [same-package] P',
      ],
    ],
    [
      'the first configuration, where directives cut a declaration in two',
      {
        'Old.cs': 'namespace A;\nclass Old { }\n',
        'New.cs': 'namespace A;\nclass New { }\n',
        'List.cs': 'namespace A;\nclass List { }\n',
        'Use.cs': `namespace A;
class Use : List
#if NEW
  , New
#elif FIRST
  , Old
#else
#if DEEP
  , Old
#endif
  , Old
#endif
{
  void Run() { }
}
class After { Use use; }
`,
        'Main.cs': 'namespace A;\nclass Main { Use use; After after; }\n',
      },
      [
        'Main.cs -> Use.cs [same-package] After,Use',
        'Use.cs -> List.cs [same-package] List',
        'Use.cs -> New.cs [same-package] New',
      ],
    ],
    [
      'an extension, unless a type has a member of that name',
      {
        'Ext.cs':
          'namespace E;\nstatic class Ext { public static int Twice(this int i) => i; ' +
          'public static int Size(this string s) => 1; }\n',
        'Row.cs': 'namespace R;\nclass Row { int Size() => 1; }\n',
        'U1.cs': 'using E;\nnamespace U;\nclass U1 { int i = 1.Twice(); }\n',
        'U2.cs': 'using E;\nnamespace U;\nclass U2 { int i = "".Size(); }\n',
        'U3.cs': 'namespace U;\nclass U3 { int i = 1.Twice(); }\n',
      },
      ['U1.cs -> Ext.cs [import] Twice'],
    ],
    [
      'global using reaches the whole project, and references bound what is seen',
      {
        'lib/Lib.csproj': '<Project />',
        'lib/Tool.cs': 'namespace Lib;\npublic class Tool { }\n',
        'copy/Copy.csproj': '<Project />',
        'copy/Tool.cs': 'namespace Lib;\npublic class Tool { }\n',
        'app/App.csproj':
          '<Project><ItemGroup><ProjectReference Include="..\\lib\\Lib.csproj" /></ItemGroup></Project>',
        'app/Globals.cs': 'global using Lib;\n',
        'app/sub/Main.cs': 'namespace App;\nclass Main { Tool t; }\n',
        'alone/Alone.csproj': '<Project />',
        'alone/Main.cs': 'using Lib;\nnamespace Alone;\nclass Main { Tool t; }\n',
      },
      ['app/sub/Main.cs -> lib/Tool.cs [import] Tool'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('says why a using leads nowhere', async () => {
    const { unresolved } = await structureOf({
      'lib/Lib.csproj': '<Project />',
      'lib/Tool.cs': 'namespace Lib;\npublic class Tool { }\n',
      'app/App.csproj': '<Project />',
      'app/Main.cs': 'using A = Lib.Tool;\nusing B = Lib.Gone;\nclass Main { }\n',
    });
    expect(unresolved.map(({ specifier, reason }) => `${specifier}: ${reason}`)).toEqual([
      'Lib.Gone: its namespace does not declare this type',
      'Lib.Tool: declared by a project that this one does not reference',
    ]);
  });
});
