/**
 * Kotlin's compiler: what every written name refers to. See kotlin-references.java.
 *
 * What is still wrong, most of it in okio, whose source sets hold `expect` and `actual` of one
 * name: extension functions, which only the type of the receiver tells apart, and files that the
 * grammar gives up on (`internal actual constructor`, a variable called `final`).
 */
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jarsOf } from '../../obtain/maven.ts';
import { fromMaven } from '../../obtain/obtain.ts';
import type { Oracle } from '../../score/oracle.ts';
import { readVerdict } from '../../score/verdict.ts';

const program = fileURLToPath(new URL('references.java', import.meta.url));
const compiler = ['org.jetbrains.kotlin:kotlin-compiler-embeddable:2.1.20'];

const published: Readonly<Record<string, string>> = {
  okhttp: 'com.squareup.okhttp3:okhttp:4.12.0',
  kotlinpoet: 'com.squareup:kotlinpoet-jvm:2.1.0',
  okio: 'com.squareup.okio:okio-jvm:3.9.1',
  'exposed-core': 'org.jetbrains.exposed:exposed-core:0.57.0',
  'ktor-utils': 'io.ktor:ktor-utils-jvm:2.3.12',
  moshi: 'com.squareup.moshi:moshi:1.15.1',
};

export const kotlinOracle: Oracle = {
  language: 'kotlin',
  languages: ['kotlin', 'java'],
  tools: [
    { command: 'java', probe: ['-version'], hint: 'install a JDK, 17 or newer' },
    { command: 'mvn', probe: ['-version'], hint: 'install Maven' },
  ],
  required: { precision: 0.97, recall: 0.93 },
  repositories: Object.entries(published).map(([name, coordinates]) => ({
    name,
    obtain: fromMaven(coordinates),
  })),
  async judge({ name, folder }, context) {
    const coordinates = published[name];
    const needed = coordinates === undefined ? [] : await jarsOf([coordinates], context);
    const own = `${coordinates?.split(':').slice(1).join('-')}.jar`;
    // The published classes of the repository itself would stand beside its sources.
    const classpath = needed.filter((jar) => !jar.endsWith(own));
    const jars = (await jarsOf(compiler, context)).join(delimiter);
    return readVerdict(await context.run('java', ['-cp', jars, program, folder, ...classpath]));
  },
};
