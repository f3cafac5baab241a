/**
 * Scala's compilers: every name that they resolve, as SemanticDB. Scala 2 writes it through a
 * plugin, Scala 3 by itself; both stop behind the type checker.
 */
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { jarsOf } from '../../obtain/maven.ts';
import { fromMaven } from '../../obtain/obtain.ts';
import { BenchError } from '../../obtain/tools.ts';
import type { Checkout, Context, Oracle } from '../../score/oracle.ts';
import { type Document, edgesOf, readDocuments } from '../semanticdb.ts';

interface Build {
  readonly coordinates: string;
  readonly scala: '2.13.16' | '3.6.4';
  readonly dependencies: readonly string[];
}

const semanticdb = 'org.scalameta:semanticdb-scalac_2.13.16:4.13.4';

const builds: Readonly<Record<string, Build>> = {
  'scala-xml': {
    coordinates: 'org.scala-lang.modules:scala-xml_2.13:2.3.0',
    scala: '2.13.16',
    dependencies: [],
  },
  'scala-parser-combinators': {
    coordinates: 'org.scala-lang.modules:scala-parser-combinators_2.13:2.4.0',
    scala: '2.13.16',
    dependencies: [],
  },
  'circe-core': {
    coordinates: 'io.circe:circe-core_2.13:0.14.10',
    scala: '2.13.16',
    dependencies: ['io.circe:circe-core_2.13:0.14.10'],
  },
  'cats-kernel': {
    coordinates: 'org.typelevel:cats-kernel_3:2.12.0',
    scala: '3.6.4',
    dependencies: [],
  },
  'os-lib': {
    coordinates: 'com.lihaoyi:os-lib_3:0.11.3',
    scala: '3.6.4',
    dependencies: ['com.lihaoyi:os-lib_3:0.11.3'],
  },
  fansi: {
    coordinates: 'com.lihaoyi:fansi_3:0.5.0',
    scala: '3.6.4',
    dependencies: ['com.lihaoyi:fansi_3:0.5.0'],
  },
  'algebra-core': {
    coordinates: 'org.typelevel:algebra_2.13:2.12.0',
    scala: '2.13.16',
    dependencies: ['org.typelevel:algebra_2.13:2.12.0'],
  },
};

export const scalaOracle: Oracle = {
  language: 'scala',
  languages: ['scala'],
  tools: [
    { command: 'java', probe: ['-version'], hint: 'install a JDK, 17 or newer' },
    { command: 'mvn', probe: ['-version'], hint: 'install Maven' },
  ],
  required: { precision: 0.97, recall: 0.93 },
  repositories: Object.entries(builds).map(([name, { coordinates }]) => ({
    name,
    obtain: fromMaven(coordinates),
  })),
  async judge(checkout, context) {
    const out = await mkdtemp(join(tmpdir(), 'backstory-scala-'));
    try {
      await compile(checkout, out, context);
      const documents: Document[] = [];
      for await (const name of glob('**/*.semanticdb', { cwd: out })) {
        documents.push(...readDocuments(await readFile(join(out, name))));
      }
      return { edges: edgesOf(documents), judged: new Set(documents.map(({ uri }) => uri)) };
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  },
};

async function compile({ name, folder }: Checkout, out: string, context: Context): Promise<void> {
  const build = builds[name];
  if (build === undefined) {
    throw new BenchError('BENCH_TOOL_FAILED', `what ${name} is compiled with is not known`);
  }
  const sources: string[] = [];
  for await (const path of glob('**/*.{scala,java}', { cwd: folder })) sources.push(path);
  const isThree = build.scala.startsWith('3');
  const compiler = isThree
    ? [`org.scala-lang:scala3-compiler_3:${build.scala}`]
    : [`org.scala-lang:scala-compiler:${build.scala}`, semanticdb];
  const jars = await jarsOf(compiler, context);
  const dependencies = await jarsOf([...build.dependencies, ...compiler], context);
  const own = build.coordinates.split(':').slice(1).join('-');
  const plugin = jars.find((jar) => jar.includes('semanticdb-scalac')) ?? '';
  // The Scala 3 that these were published with: where one file has an error it writes nothing.
  const options = isThree
    ? ['-source:3.3', '-Xsemanticdb', '-semanticdb-target', out, '-sourceroot', folder]
    : [
        `-Xplugin:${plugin}`,
        `-P:semanticdb:sourceroot:${folder}`,
        '-Yrangepos',
        '-Ymacro-annotations',
      ];
  const main = isThree ? 'dotty.tools.dotc.Main' : 'scala.tools.nsc.Main';
  const stop = isThree ? [] : ['-Ystop-after:semanticdb-typer'];
  // The published classes of the repository itself would stand beside its sources.
  const classpath = dependencies.filter((jar) => !jar.endsWith(`${own}.jar`)).join(delimiter);
  const rest = [...options, ...stop, '-nowarn', '-d', out, '-classpath', classpath, ...sources];
  await context.run('java', ['-cp', jars.join(delimiter), main, ...rest], {
    folder,
    mayFail: true,
  });
}
