/**
 * `node scripts/bench/corpora/fetch-sources.ts FOLDER`: real source text in ten languages by the
 * ordinary clients of five registries (npm, pip, mvn, go, cargo), 325 MB unpacked; nothing is
 * built. The corpus of `npm run soak -- tokenize FOLDER` (50 MB: each language has 5, Scala 3.5,
 * Kotlin 2.5) and of `npm run bench -- structure-speed`, which fetches it itself.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Packages by registry; each holds megabytes of the named language. */
const packages = {
  npm: [
    'effect@3.10.0', // TypeScript
    'rxjs@7.8.1', // TypeScript
    'three@0.170.0', // JavaScript
    'lodash@4.17.21', // JavaScript
    'rocksdb@5.2.1', // C++
  ],
  pip: ['django==5.1.3', 'sympy==1.13.3'],
  maven: [
    'com.google.guava:guava:33.3.1-jre', // Java
    'org.apache.commons:commons-lang3:3.17.0', // Java
    'org.jetbrains.kotlin:kotlin-stdlib:2.0.21', // Kotlin
    'org.scala-lang:scala-library:2.13.15', // Scala
  ],
  go: ['golang.org/x/tools@v0.27.0', 'github.com/spf13/cobra@v1.8.1'],
  cargo: ['libgit2-sys@0.17.0+1.8.1', 'syn@2.0.87', 'tokio@1.41.1', 'regex-syntax@0.8.5'],
} as const;

export function fetchSources(folder: string): void {
  const into = (name: string) => {
    const inner = join(folder, name);
    mkdirSync(inner, { recursive: true });
    return inner;
  };
  fetchNpm(into('npm'));
  fetchPip(into('pip'));
  fetchMaven(into('maven'));
  fetchGo(into('go'));
  fetchCargo(into('cargo'));
}

function fetchNpm(folder: string): void {
  run(folder, 'npm', ['pack', '--silent', ...packages.npm]);
  for (const archive of filesOf(folder, '.tgz')) unpackTar(folder, archive, '.tgz');
}

function fetchPip(folder: string): void {
  run(folder, 'python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', ...packages.pip]);
  for (const wheel of filesOf(folder, '.whl')) unpackZip(folder, wheel);
}

function fetchMaven(folder: string): void {
  for (const artifact of packages.maven) {
    const options = [`-Dartifact=${artifact}:jar:sources`, `-DoutputDirectory=${folder}`];
    run(folder, 'mvn', ['--batch-mode', '--quiet', 'dependency:copy', ...options]);
  }
  for (const jar of filesOf(folder, '.jar')) unpackZip(folder, jar);
}

function fetchGo(folder: string): void {
  const env = { GOMODCACHE: folder, GOFLAGS: '-modcacherw' };
  run(folder, 'go', ['mod', 'download', ...packages.go], env);
}

/** A package that is never built; cargo fetches crates only as dependencies of a package. */
function fetchCargo(folder: string): void {
  const dependencies = packages.cargo.map((name) => name.replace(/@(.*)$/, ' = "=$1"'));
  const lines = ['[package]', 'name = "sources"', 'version = "0.0.0"', 'edition = "2021"'];
  writeFileSync(
    join(folder, 'Cargo.toml'),
    [...lines, '[lib]', 'path = "none.rs"', '[dependencies]', ...dependencies, ''].join('\n'),
  );
  writeFileSync(join(folder, 'none.rs'), '');
  run(folder, 'cargo', ['fetch', '--quiet'], { CARGO_HOME: join(folder, 'home') });
}

function unpackTar(folder: string, archive: string, extension: string): void {
  const target = join(folder, archive.slice(0, -extension.length));
  mkdirSync(target, { recursive: true });
  run(folder, 'tar', ['-xzf', archive, '-C', target]);
}

function unpackZip(folder: string, archive: string): void {
  run(folder, 'python3', ['-m', 'zipfile', '-e', archive, archive.replace(/\.\w+$/, '')]);
}

function filesOf(folder: string, extension: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(extension));
}

function run(cwd: string, program: string, args: readonly string[], env = {}): void {
  console.error(`${program} ${args.join(' ')}`);
  execFileSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    // Progress goes to standard error: standard output belongs to the calling bench.
    stdio: ['ignore', process.stderr, 'inherit'],
  });
}

function main(): void {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('usage: node scripts/bench/corpora/fetch-sources.ts FOLDER');
    process.exit(2);
  }
  fetchSources(resolve(folder));
}

if (import.meta.main) main();
