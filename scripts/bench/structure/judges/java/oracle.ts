/**
 * javac's own attribution: see oracle.java. It says more than jdeps, which sees no constants
 * and no imports that are used in documentation only, and less than none of what jdeps does.
 */
import { fileURLToPath } from 'node:url';
import { fromDebian, fromMaven } from '../../obtain/obtain.ts';
import type { Oracle } from '../../score/oracle.ts';
import { readVerdict } from '../../score/verdict.ts';

const program = fileURLToPath(new URL('oracle.java', import.meta.url));

export const javaOracle: Oracle = {
  language: 'java',
  languages: ['java'],
  tools: [
    { command: 'javac', probe: ['--version'], hint: 'install a JDK, 17 or later' },
    { command: 'mvn', probe: ['--version'], hint: 'install Maven' },
  ],
  required: { precision: 0.98, recall: 0.97 },
  repositories: [
    { name: 'junit5', obtain: fromDebian('junit5') },
    { name: 'commons-lang', obtain: fromDebian('libcommons-lang3-java') },
    { name: 'jackson-core', obtain: fromDebian('jackson-core') },
    { name: 'jsoup', obtain: fromMaven('org.jsoup:jsoup:1.18.1') },
    { name: 'guava', obtain: fromMaven('com.google.guava:guava:33.2.1-jre') },
  ],
  async judge({ folder }, { run }) {
    return readVerdict(await run('java', [program, folder]));
  },
};
