/**
 * Python packages for tests, in a virtual environment below .venv (ignored by git). It is made once
 * per list of pinned requirements and kept; a list that changed gives another one. Without network
 * or Python it throws, and the test that wanted it fails.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '../../services/runtime/ids.ts';

const run = promisify(execFile);
const folder = new URL('../../.venv/', import.meta.url).pathname;

/** Path of an interpreter that has exactly the packages of a requirements file. */
export async function pythonWith(name: string, requirements: string): Promise<string> {
  const { stdout: version } = await run('python3', ['--version']);
  const key = sha256(version + readFileSync(requirements, 'utf8')).slice(0, 12);
  const target = join(folder, `${name}-${key}`);
  const python = join(target, 'bin/python');
  if (existsSync(python)) return python;
  mkdirSync(folder, { recursive: true });
  const building = `${target}.building-${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  // Debian has no pip inside new environments; the one beside python3 installs into them.
  await run('python3', ['-m', 'venv', '--without-pip', building]);
  const pip = ['-m', 'pip', '--python', join(building, 'bin/python'), 'install', '--quiet'];
  await run('python3', [...pip, '--no-deps', '--no-input', '-r', requirements], {
    maxBuffer: 2 ** 26,
    env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_CACHE_DIR: '1' },
  });
  publish(building, target);
  removeOutdated(name, `${name}-${key}`);
  return python;
}

/** A name that is there was built completely; a killed installation leaves none. */
function publish(building: string, target: string): void {
  try {
    renameSync(building, target);
  } catch (error) {
    // Another process was faster with the same list: its environment is as good.
    rmSync(building, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/** Environments of earlier lists and of killed installations, which may be gigabytes. */
function removeOutdated(name: string, current: string): void {
  for (const other of readdirSync(folder)) {
    if (other === current || !other.startsWith(`${name}-`)) continue;
    const builder = /\.building-(\d+)$/.exec(other)?.[1];
    if (builder !== undefined && existsSync(`/proc/${builder}`)) continue;
    rmSync(join(folder, other), { recursive: true, force: true });
  }
}
