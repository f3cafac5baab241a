/**
 * Python packages for tests, in a virtual environment below .venv (ignored by git). It is made once
 * per list of pinned requirements and kept. Without network or Python it throws, and the test that
 * wanted it fails.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { madeOnce } from './made-once.ts';

const run = promisify(execFile);
const parent = new URL('../../.venv/', import.meta.url).pathname;

/** Path of an interpreter that has exactly the packages of a requirements file. */
export async function pythonWith(name: string, requirements: string): Promise<string> {
  const { stdout: version } = await run('python3', ['--version']);
  const madeOf = version + readFileSync(requirements, 'utf8');
  const make = (folder: string) => install(folder, requirements);
  return join(await madeOnce({ parent, name, madeOf, make }), 'bin/python');
}

async function install(folder: string, requirements: string): Promise<void> {
  // Debian has no pip inside new environments; the one beside python3 installs into them.
  await run('python3', ['-m', 'venv', '--without-pip', folder]);
  const pip = ['-m', 'pip', '--python', join(folder, 'bin/python'), 'install', '--quiet'];
  await run('python3', [...pip, '--no-deps', '--no-input', '-r', requirements], {
    maxBuffer: 2 ** 26,
    env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_CACHE_DIR: '1' },
  });
}
