/**
 * Python's own parser and path finder, with re-exports followed statically, and grimp beside them:
 * an import that grimp alone finds is required too. See oracle_python.py.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromPypi } from './obtain.ts';
import type { Context, Oracle } from './oracle.ts';
import { readVerdict } from './verdict.ts';

const program = fileURLToPath(new URL('oracle_python.py', import.meta.url));
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
  ],
  async judge({ folder, roots }, context) {
    const environment = { PYTHONPATH: await installGrimp(context) };
    return readVerdict(await context.run('python3', [program, folder, ...roots], { environment }));
  },
};

async function installGrimp({ cache, run }: Context): Promise<string> {
  const folder = join(cache, 'python', grimp);
  if (!existsSync(folder)) {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, grimp]);
  }
  return folder;
}
