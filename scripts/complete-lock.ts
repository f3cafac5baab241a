/**
 * Completes package-lock.json after `npm install`: where a registry mirror lacks other systems'
 * optional platform packages, npm leaves them out of the lock and later `npm ci` fails. Run it
 * after every `npm install`; `--check` only reports.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { compareText } from '../schemas/compare-text.ts';

export interface LockedPackage {
  version?: string;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
  [other: string]: unknown;
}

export interface LockFile {
  packages: Record<string, LockedPackage>;
  [other: string]: unknown;
}

const operatingSystems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
];
const processors = ['arm64', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el'];

/** Where a platform package runs, read from its name, e.g. `…-linux-x64-musl`. */
export function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/\-.]/);
  const os = words.includes('win32') ? 'win32' : operatingSystems.find((it) => words.includes(it));
  const cpu = words.includes('arm') ? 'arm' : processors.find((it) => words.includes(it));
  const platform: Pick<LockedPackage, 'os' | 'cpu' | 'libc'> = {};
  if (os !== undefined) platform.os = [os];
  if (cpu !== undefined) platform.cpu = [cpu];
  else if (words.includes('wasm32')) platform.cpu = ['wasm32'];
  if (os === 'linux' && words.some((word) => word.startsWith('musl'))) platform.libc = ['musl'];
  if (os === 'linux' && words.some((word) => word.startsWith('gnu'))) platform.libc = ['glibc'];
  return platform;
}

/** Adds an entry for each optional dependency without one; returns the added names. */
export function completeLock(lock: LockFile): string[] {
  const added: string[] = [];
  for (const entry of Object.values({ ...lock.packages })) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const exact = /^[~^]?(\d+\.\d+\.\d+\S*)$/.exec(range)?.[1];
      const present = Object.keys(lock.packages).some((path) =>
        path.endsWith(`node_modules/${name}`),
      );
      if (present || exact === undefined) continue;
      const dev = entry.dev === true ? { dev: true } : {};
      lock.packages[`node_modules/${name}`] = {
        version: exact,
        ...dev,
        optional: true,
        ...platformOf(name),
      };
      added.push(name);
    }
  }
  return added.sort();
}

function main(): void {
  const path = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(path, 'utf8')) as LockFile;
  const added = completeLock(lock);
  if (added.length === 0) {
    console.log('package-lock.json is complete');
    return;
  }
  if (process.argv.includes('--check')) {
    console.error(`package-lock.json lacks ${added.join(', ')}: run node scripts/complete-lock.ts`);
    process.exitCode = 1;
    return;
  }
  const [root, ...others] = Object.entries(lock.packages);
  others.sort(([a], [b]) => compareText(a, b));
  lock.packages = Object.fromEntries(root === undefined ? others : [root, ...others]);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${added.length} entries: ${added.join(', ')}`);
}

if (import.meta.main) main();
