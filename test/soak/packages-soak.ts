/**
 * `npm run soak -- packages [--keep DIR]`: fetches released packages in five languages with their
 * registries' own clients, runs the program on all of them and verifies the output: every admitted
 * file is rebuilt byte for byte from the tokens in the shards.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runBackstory } from './start-backstory.ts';

/** Permissively licensed: BSD, Apache-2.0 or MIT. */
const packages = {
  python: ['flask==3.1.2', 'requests==2.32.5', 'click==8.3.0'],
  npm: ['express@5.1.0', 'zod@4.1.12', 'preact@10.27.2'],
  go: ['github.com/spf13/cobra@v1.10.1', 'github.com/gin-gonic/gin@v1.11.0'],
  rust: { serde_json: '=1.0.145', regex: '=1.12.2' },
  java: ['com.google.code.gson:gson:2.13.2', 'org.apache.commons:commons-lang3:3.19.0'],
};

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({ args, options: { keep: { type: 'string' } } });
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'backstory-packages-'));
  try {
    const sources = fetchPackages(join(folder, 'packages'));
    console.log(
      `${sources.length} packages: ${sources.map((path) => path.split('/').at(-1)).join(' ')}`,
    );
    const output = join(folder, 'output');
    const finished = await runBackstory(['run', ...sources, '--out', output]);
    console.log(finished.output);
    const verified = await runBackstory(['verify', output]);
    console.log(verified.output);
    return finished.code === 0 && verified.code === 0;
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function command(name: string, args: readonly string[], cwd: string): string {
  return execFileSync(name, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Downloads what is not there yet; returns the archives in a fixed order. */
function fetchPackages(folder: string): string[] {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    const pip = [
      '-m',
      'pip',
      'download',
      '-q',
      '--no-deps',
      '--no-binary',
      ':all:',
      ...packages.python,
    ];
    command('python3', pip, folder);
    command('npm', ['pack', '--silent', ...packages.npm], folder);
    fetchGo(folder);
    fetchRust(folder);
    fetchJava(folder);
  }
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

function fetchGo(folder: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'backstory-go-'));
  command('go', ['mod', 'init', 'scratch'], scratch);
  for (const module of packages.go) {
    const { Zip } = JSON.parse(command('go', ['mod', 'download', '-json', module], scratch)) as {
      Zip: string;
    };
    cpSync(Zip, join(folder, `${module.split('/').at(-1)?.replace('@', '-')}.zip`));
  }
  rmSync(scratch, { recursive: true, force: true });
}

function fetchRust(folder: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'backstory-rust-'));
  const dependencies = Object.entries(packages.rust).map(
    ([name, version]) => `${name} = "${version}"`,
  );
  const manifest = [
    '[package]',
    'name = "scratch"',
    'version = "0.0.0"',
    'edition = "2021"',
    '[dependencies]',
  ];
  writeFileSync(join(scratch, 'Cargo.toml'), [...manifest, ...dependencies, ''].join('\n'));
  mkdirSync(join(scratch, 'src'));
  writeFileSync(join(scratch, 'src', 'lib.rs'), '');
  command('cargo', ['fetch', '--quiet'], scratch);
  const cache = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry', 'cache');
  for (const [name, version] of Object.entries(packages.rust)) {
    const file = `${name}-${version.slice(1)}.crate`;
    const index = readdirSync(cache).find((candidate) => existsSync(join(cache, candidate, file)));
    cpSync(join(cache, index ?? '', file), join(folder, file));
  }
  rmSync(scratch, { recursive: true, force: true });
}

function fetchJava(folder: string): void {
  for (const artifact of packages.java) {
    const args = ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}:jar:sources`];
    command('mvn', [...args, `-DoutputDirectory=${folder}`], folder);
  }
}
