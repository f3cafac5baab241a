/**
 * Python's own parser and path finder, with re-exports followed statically, and grimp beside them:
 * an import that grimp alone finds is required too. See oracle.py.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromPypi } from '../../obtain/obtain.ts';
import type { Checkout, Context, Oracle, Verdict } from '../../score/oracle.ts';
import { readVerdict } from '../../score/verdict.ts';

const program = fileURLToPath(new URL('oracle.py', import.meta.url));
const grimp = 'grimp==3.19';

export const pythonOracle: Oracle = {
  language: 'python',
  languages: ['python'],
  tools: [
    { command: 'python3', probe: ['-m', 'pip', '--version'], hint: 'install Python 3 and pip' },
  ],
  required: { precision: 0.98, recall: 0.97 },
  repositories: [
    {
      name: 'flask',
      obtain: fromPypi('flask==3.0.3'),
      roots: ['src', '', 'examples/tutorial', 'examples/celery/src', 'examples/javascript'],
    },
    { name: 'networkx', obtain: fromPypi('networkx==3.3') },
    { name: 'django', obtain: fromPypi('django==5.0.6') },
    { name: 'attrs', obtain: fromPypi('attrs==24.2.0'), roots: ['src', ''] },
    { name: 'sqlalchemy', obtain: fromPypi('sqlalchemy==2.0.36'), roots: ['lib', ''] },
  ],
  judge: judgePython,
};

export async function judgePython({ folder, roots }: Checkout, context: Context): Promise<Verdict> {
  const environment = { PYTHONPATH: await installed(grimp, context) };
  return readVerdict(await context.run('python3', [program, folder, ...roots], { environment }));
}

/** The folder of packages from PyPI, installed at the first call. */
export async function installed(requirements: string, { cache, run }: Context): Promise<string> {
  const folder = join(cache, 'python', requirements);
  if (!existsSync(folder)) {
    const names = requirements.split(' ');
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, ...names]);
  }
  return folder;
}
