/** Kotlin: files that are no classes, extensions, multiplatform source sets, and Java beside it. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

describe('kotlin', () => {
  it('reads definitions', async () => {
    const text = `package a

      typealias Names = List<String>
      /** Second one. There may be none. */
      internal fun <T : Any> List<T>.second(): T? = this[1]
      const val MAX: Int = 3
      sealed class Box<T>(val item: T, private val size: Int, plain: Int) : Base<T>(item) {
        companion object { fun of() = 1 }
        object Inner
        override fun run(): Int { return 1 }
        enum class Kind { ONE, TWO }
      }
      fun interface Shape {
        fun area(): Double
      }
      private data object Nothing`;
    expect(await symbolsOf('Box.kt', text)).toEqual([
      'type Names: typealias Names = List<String>',
      'function second: internal fun <T : Any> List<T>.second(): T?',
      'variable MAX: const val MAX: Int = 3',
      'class Box: sealed class Box<T>(val item: T, private val size: Int, plain: Int) : Base<T>(item)',
      'field Box.item: val item: T',
      'field Box.size: private val size: Int',
      'method Box.of: fun of()',
      'module Box.Inner: object Inner',
      'method Box.run: override fun run(): Int',
      'enum Box.Kind: enum class Kind',
      'constant Kind.ONE: ONE',
      'constant Kind.TWO: TWO',
      'interface Shape: fun interface Shape',
      'method Shape.area: fun area(): Double',
      'module Nothing: private data object Nothing',
    ]);
    const { files } = await structureOf({ 'Box.kt': text });
    expect(files[0]?.errorRatio).toBe(0);
    expect(files[0]?.symbols.find(({ name }) => name === 'second')?.doc).toBe('Second one.');
    expect(files[0]?.symbols.find(({ name }) => name === 'Nothing')?.exported).toBe(false);
  });

  it('finds declarations in lines that the grammar takes for something else', async () => {
    const text = 'package a\n@Retention(BINARY)\n@Target(CLASS)\nannotation class Mark\n';
    expect(await symbolsOf('Mark.kt', text)).toEqual(['class Mark: annotation class Mark']);
  });

  it.each<[string, Files, string[]]>([
    [
      'a name after a comment that ends in a dot is no member',
      {
        'Box.kt': 'package a\nclass Box\n',
        'Line.kt': 'package a\nfun line() {\n  // Makes one.\n  Box()\n}\n',
        'Block.kt': 'package a\nval block: /* Of it. */ Box? = null\n',
      },
      ['Block.kt -> Box.kt [same-package] Box', 'Line.kt -> Box.kt [same-package] Box'],
    ],
    [
      'functions, aliases and types of the package; a local name and a private one are the own',
      {
        'x/Tools.kt':
          'package a\nfun twice(n: Int) = n * 2\nfun once() = 1\nprivate fun hidden() = 1\n',
        'x/Box.kt': 'package a\nclass Box\ntypealias Crate = Box\n',
        'y/Use.kt': 'package a\nfun use(c: Crate, once: Int) = twice(once) + hidden()\n',
        'y/Text.kt': 'package a\nval text = "all $twice"\n',
      },
      [
        'y/Text.kt -> x/Tools.kt [same-package] twice',
        'y/Use.kt -> x/Box.kt [same-package] Crate',
        'y/Use.kt -> x/Tools.kt [same-package] twice',
      ],
    ],
    [
      'imports: alias, companion member, extension, wildcard, and a full name',
      {
        'Box.kt': 'package a\nclass Box { companion object { fun of() = Box() } }\n',
        'Ext.kt': 'package a.ext\nfun String.shout() = this\n',
        'Kind.kt': 'package b\nenum class Kind { ONE }\n',
        'Use1.kt': 'package u\nimport a.Box as B\nval b: B? = null\nval Box = 1\n',
        'Use2.kt': 'package u\nimport a.Box.Companion.of\nval b = of()\n',
        'Use3.kt': 'package u\nimport a.ext.*\nval b = "x".shout()\n',
        'Use4.kt': 'package v\nval k = b.Kind.ONE\n',
      },
      [
        'Use1.kt -> Box.kt [import] Box',
        'Use2.kt -> Box.kt [import] Box',
        'Use3.kt -> Ext.kt [import] shout',
        'Use4.kt -> Kind.kt [import] Kind',
      ],
    ],
    [
      'what may be a member of the receiver is no extension',
      {
        'Ext.kt': 'package a\nfun String.size() = 1\n',
        'List.kt': 'package a\nclass Row { fun size() = 1 }\n',
        'Use.kt': 'package a\nfun f(x: Any) = x.size()\n',
      },
      [],
    ],
    [
      'Kotlin and Java see each other; of two modules the own, then the one that the build names',
      {
        'core/build.gradle.kts': 'plugins { }\n',
        'core/src/main/java/p/Base.java': 'package p;\npublic class Base {}\n',
        'core/src/main/kotlin/Util.kt': 'package p\nfun util() = Base()\n',
        'other/src/main/java/p/Base.java': 'package p;\npublic class Base {}\n',
        'app/build.gradle.kts': 'dependencies { implementation(project(":core")) }\n',
        'app/src/main/kotlin/App.kt': 'package app\nimport p.Base\nval base = Base()\n',
      },
      [
        'app/src/main/kotlin/App.kt -> core/src/main/java/p/Base.java [import] Base',
        'core/src/main/kotlin/Util.kt -> core/src/main/java/p/Base.java [same-package] Base',
      ],
    ],
    [
      'each source set finds its own side of expect and actual first',
      {
        'lib/src/commonMain/kotlin/Clock.kt': 'package p\nexpect class Clock\n',
        'lib/src/jvmMain/kotlin/Clock.kt': 'package p\nactual class Clock\n',
        'lib/src/jsMain/kotlin/Clock.kt': 'package p\nactual class Clock\n',
        'lib/src/commonMain/kotlin/Use.kt': 'package p\nval clock = Clock()\n',
        'lib/src/jvmMain/kotlin/Use.kt': 'package p\nval clock = Clock()\n',
        'lib/src/commonTest/kotlin/Test.kt': 'package p\nval test = Clock()\n',
      },
      [
        'lib/src/commonMain/kotlin/Use.kt -> lib/src/commonMain/kotlin/Clock.kt [same-package] Clock',
        'lib/src/commonTest/kotlin/Test.kt -> lib/src/commonMain/kotlin/Clock.kt [same-package] Clock',
        'lib/src/jvmMain/kotlin/Use.kt -> lib/src/jvmMain/kotlin/Clock.kt [same-package] Clock',
      ],
    ],
    [
      'of a module for several platforms, others see what is common, else their own platform',
      {
        'lib/build.gradle.kts': 'plugins { kotlin("multiplatform") }\n',
        'lib/src/commonMain/kotlin/Clock.kt': 'package p\nexpect class Clock\n',
        'lib/src/jvmMain/kotlin/Clock.kt': 'package p\nactual class Clock\nclass Timer\n',
        'lib/src/nonJvmMain/kotlin/Clock.kt': 'package p\nactual class Clock\nclass Timer\n',
        'lib/src/jsMain/kotlin/Page.kt': 'package p\nclass Page\n',
        'lib/src/wasmMain/kotlin/Page.kt': 'package p\nclass Page\n',
        'app/build.gradle.kts': 'dependencies { implementation(projects.lib) }\n',
        'app/src/main/kotlin/App.kt':
          'package app\nimport p.Clock\nimport p.Timer\nimport p.Page\n' +
          'val all = listOf(Clock(), Timer(), Page())\n',
      },
      [
        'app/src/main/kotlin/App.kt -> lib/src/commonMain/kotlin/Clock.kt [import] Clock',
        'app/src/main/kotlin/App.kt -> lib/src/jsMain/kotlin/Page.kt [import] Page',
        'app/src/main/kotlin/App.kt -> lib/src/jvmMain/kotlin/Clock.kt [import] Timer',
        'app/src/main/kotlin/App.kt -> lib/src/wasmMain/kotlin/Page.kt [import] Page',
      ],
    ],
    [
      'source sets see what is common, and nothing of other platforms; common sees none of them',
      {
        'lib/src/commonMain/kotlin/Sink.kt': 'package p\ninterface Sink\n',
        'lib/src/commonMain/kotlin/Use.kt': 'package p\nfun use(s: Sink) = s.buffer(Hash(s))\n',
        'lib/src/jvmMain/kotlin/Hash.kt':
          'package p\nclass Hash(val s: Sink)\nfun Sink.buffer() = 1\n',
        'lib/src/jvmMain/kotlin/Use.kt': 'package p\nfun jvm(s: Sink) = s.buffer(Hash(s))\n',
        'lib/src/jvmTest/kotlin/Use.kt': 'package p\nfun test(h: Hash) = h\n',
        'lib/src/nativeMain/kotlin/Use.kt': 'package p\nfun native(s: Sink) = s.buffer(Hash(s))\n',
        'lib/src/iosArm64Main/kotlin/Use.kt': 'package p\nfun ios(s: Sink) = Hash(s)\n',
        'lib/src/zlibMain/kotlin/Use.kt': 'package p\nfun zlib(h: Hash) = h\n',
      },
      [
        'lib/src/commonMain/kotlin/Use.kt -> lib/src/commonMain/kotlin/Sink.kt [same-package] Sink',
        'lib/src/iosArm64Main/kotlin/Use.kt -> lib/src/commonMain/kotlin/Sink.kt [same-package] Sink',
        'lib/src/jvmMain/kotlin/Hash.kt -> lib/src/commonMain/kotlin/Sink.kt [same-package] Sink',
        'lib/src/jvmMain/kotlin/Use.kt -> lib/src/commonMain/kotlin/Sink.kt [same-package] Sink',
        'lib/src/jvmMain/kotlin/Use.kt -> lib/src/jvmMain/kotlin/Hash.kt [same-package] Hash,buffer',
        'lib/src/jvmTest/kotlin/Use.kt -> lib/src/jvmMain/kotlin/Hash.kt [same-package] Hash',
        'lib/src/nativeMain/kotlin/Use.kt -> lib/src/commonMain/kotlin/Sink.kt [same-package] Sink',
        'lib/src/zlibMain/kotlin/Use.kt -> lib/src/jvmMain/kotlin/Hash.kt [same-package] Hash',
      ],
    ],
    [
      'Java sees the classes of Kotlin and Scala, and the functions of a file as a class',
      {
        'src/main/kotlin/Disk.kt':
          '@file:JvmName("Disks")\npackage p\nclass Disk { class Part }\nfun open() = Disk()\n' +
          'typealias Name = String\n',
        'src/main/kotlin/paths.kt': 'package p\nfun walk() = 1\n',
        'src/main/scala/Tree.scala': 'package q\nclass Tree\n',
        'src/main/java/Use.java':
          'package u;\nimport p.Disk.Part;\nimport static p.Disks.open;\nimport q.Tree;\n' +
          'import p.PathsKt;\nimport p.Name;\n' +
          'class Use { Part part; Tree tree; int n = PathsKt.walk(); Object o = open(); Name name; }\n',
      },
      [
        'src/main/java/Use.java -> src/main/kotlin/Disk.kt [import] Disks,Part,open',
        'src/main/java/Use.java -> src/main/kotlin/paths.kt [import] PathsKt',
        'src/main/java/Use.java -> src/main/scala/Tree.scala [import] Tree',
      ],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('says why an import leads nowhere', async () => {
    const { unresolved } = await structureOf({
      'm1/src/main/A.kt': 'package a\nclass A\n',
      'm2/src/main/A.kt': 'package a\nclass A\n',
      'm3/src/main/B.kt': 'package b\nimport a.A\nimport a.Gone\n',
      'm4/src/jvmMain/C.kt': 'package c\nclass C\n',
      'm4/src/nativeMain/D.kt': 'package d\nimport c.C\n',
    });
    expect(unresolved).toEqual([
      { from: 'm3/src/main/B.kt', specifier: 'a.A', reason: 'several modules declare it' },
      {
        from: 'm3/src/main/B.kt',
        specifier: 'a.Gone',
        reason: 'its package does not declare this name',
      },
      {
        from: 'm4/src/nativeMain/D.kt',
        specifier: 'c.C',
        reason: 'no source set that it sees declares it',
      },
    ]);
  });
});
