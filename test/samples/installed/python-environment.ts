/**
 * Python packages for tests, in virtual environments below .venv (ignored by git). Each is made
 * once per list of pinned requirements and kept. Without network or Python it throws, and the test
 * that wanted it fails. Programs are run as modules: scripts in bin/ still name the folder in which
 * an environment was made.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { madeOnce } from '../made-once.ts';

const run = promisify(execFile);
const root = new URL('../../../', import.meta.url).pathname;
const parent = join(root, '.venv');
const feed = join(root, 'services/feed');

/** Path of an interpreter that has exactly the packages of a requirements file. */
export function pythonWith(name: string, requirements: string): Promise<string> {
  const parameters = ['--no-deps', '--no-input', '-r', requirements];
  return environment(name, readFileSync(requirements, 'utf8'), parameters);
}

/**
 * The same for several lists together, the first of which is locked with hashes. uv installs them
 * and keeps what it downloaded, so that a second environment with PyTorch (5 GB) costs seconds.
 */
export async function pythonWithLocked(name: string, lists: readonly string[]): Promise<string> {
  const content = lists.map((list) => readFileSync(list, 'utf8')).join('');
  const files = lists.flatMap((list) => ['-r', list]);
  const fill = async (folder: string) => {
    await run('python3', ['-m', 'venv', '--without-pip', folder]);
    await pipInstall(join(folder, 'bin/python'), ['--no-deps', ...files]);
  };
  return made(name, content, fill);
}

/** uv installs what its parameters say into the environment of an interpreter. */
export async function pipInstall(python: string, parameters: readonly string[]): Promise<void> {
  const uv = await pythonWith('uv', join(root, 'scripts/requirements-uv.txt'));
  const install = ['-m', 'uv', 'pip', 'install', '--quiet', '--python', python];
  await run(uv, [...install, ...parameters], { maxBuffer: 2 ** 26 });
}

/** All that tests need with PyTorch: the scorer's own packages, and Mosaic Streaming. */
export function pythonWithTorch(): Promise<string> {
  const lists = [
    'services/scorer/gpu/requirements.txt',
    'test/services/export/requirements-mosaic.txt',
  ];
  return pythonWithLocked(
    'torch',
    lists.map((list) => join(root, list)),
  );
}

/** The loaders of other projects that read exports, 6 GB with PyTorch. */
export function pythonWithLoaders(): Promise<string> {
  return pythonWithLocked('loaders', [join(root, 'test/loaders/requirements.txt')]);
}

/** Path of an interpreter into which services/feed was installed as its README says. */
export function pythonWithFeed(): Promise<string> {
  const files = readdirSync(feed, { recursive: true, encoding: 'utf8' }).sort();
  const sources = files.filter((path) => /\.(?:py|toml)$/.test(path));
  const content = sources.map((path) => `${path}\n${readFileSync(join(feed, path), 'utf8')}`);
  return environment('feed', content.join('\n'), ['--no-input', feed]);
}

async function environment(
  name: string,
  content: string,
  parameters: readonly string[],
): Promise<string> {
  return made(name, content, (folder) => install(folder, parameters));
}

async function made(
  name: string,
  content: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const { stdout: version } = await run('python3', ['--version']);
  return join(await madeOnce({ parent, name, madeOf: version + content, make }), 'bin/python');
}

async function install(folder: string, parameters: readonly string[]): Promise<void> {
  // Debian has no pip inside new environments; the one beside python3 installs into them.
  await run('python3', ['-m', 'venv', '--without-pip', folder]);
  const pip = ['-m', 'pip', '--python', join(folder, 'bin/python'), 'install', '--quiet'];
  await run('python3', [...pip, ...parameters], {
    maxBuffer: 2 ** 26,
    env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_CACHE_DIR: '1' },
  });
}

/**
 * Runs a file of Python tests on a folder and says how many passed. It throws, with all that they
 * print, if one fails or is skipped.
 */
export async function runPythonTests(
  python: string,
  file: string,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...environment };
  const { stderr } = await run(python, [file, folder, '-v'], { env, maxBuffer: 2 ** 24 });
  const ran = /^Ran (\d+) tests? in .*\n\nOK\n$/m.exec(stderr)?.[1];
  if (ran === undefined) throw new Error(stderr);
  return Number(ran);
}
