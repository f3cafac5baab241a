/**
 * `npm run soak -- notebooks [SOURCE]`: a run over this repository's services/dataset or another
 * source, its export, and the notebooks of test/docs/notebooks executed on them. Their cells hold
 * what they show by `assert`.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonWithLocked } from '../samples/installed/python-environment.ts';

const execute = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;
const notebooks = join(root, 'test/docs/notebooks');

export async function run([source = join(root, 'services/dataset')]: string[]): Promise<boolean> {
  const list = join(root, 'test/soak/notebooks/requirements.txt');
  const python = await pythonWithLocked('notebooks', [list]);
  const folder = mkdtempSync(join(tmpdir(), 'backstory-notebooks-'));
  const [out, rows] = [join(folder, 'out'), join(folder, 'hf')];
  const backstory = (...words: string[]) =>
    execute(process.execPath, [join(root, 'scripts/backstory.js'), ...words]);
  const env = {
    ...process.env,
    BACKSTORY_OUT: out,
    BACKSTORY_HF: rows,
    BACKSTORY_CACHE: join(folder, 'cache'),
    PYTHONPATH: join(root, 'services/feed'),
  };
  try {
    await backstory('run', source, '--out', out, '--search', 'off', '--quiet');
    await backstory('export', out, '--format', 'hf', '--to', rows);
    for (const name of readdirSync(notebooks).filter((each) => each.endsWith('.ipynb'))) {
      const program = join(root, 'test/soak/notebooks/execute.py');
      const { stdout } = await execute(python, [program, join(notebooks, name)], { env });
      console.log(`${name}\n${stdout}`);
    }
    return true;
  } catch (error) {
    console.error((error as { stderr?: string }).stderr ?? error);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
