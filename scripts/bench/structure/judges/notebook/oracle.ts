/**
 * Notebooks by Jupyter's own exporter, which writes them as scripts, and Python's own parser and
 * path finder over these: see oracle.py and ../python/oracle.py.
 *
 * What is still missed: `package.module.name` where only another file's import binds `module`.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromPypi } from '../../obtain/obtain.ts';
import type { Oracle } from '../../score/oracle.ts';
import { installed, judgePython } from '../python/oracle.ts';

const program = fileURLToPath(new URL('oracle.py', import.meta.url));
/** Without IPython the exporter leaves its commands as they are. */
const tools = 'nbconvert==7.17.2 ipython==8.39.0';

export const notebookOracle: Oracle = {
  language: 'notebook',
  languages: ['notebook', 'python'],
  tools: [
    { command: 'python3', probe: ['-m', 'pip', '--version'], hint: 'install Python 3 and pip' },
  ],
  required: { precision: 0.97, recall: 0.93 },
  repositories: [
    { name: 'xarray', obtain: fromPypi('xarray==2024.6.0') },
    { name: 'emcee', obtain: fromPypi('emcee==3.1.6'), roots: ['src', ''] },
    { name: 'gpytorch', obtain: fromPypi('gpytorch==1.11') },
    { name: 'seaborn', obtain: fromPypi('seaborn==0.13.2') },
    { name: 'arviz', obtain: fromPypi('arviz==0.18.0') },
  ],
  async judge(checkout, context) {
    const copy = await mkdtemp(join(tmpdir(), 'backstory-notebook-'));
    try {
      await cp(checkout.folder, copy, { recursive: true, verbatimSymlinks: true });
      const folder = await installed(tools, context);
      const environment = { PYTHONPATH: folder, JUPYTER_PATH: join(folder, 'share/jupyter') };
      await context.run('python3', [program, copy], { environment });
      const { edges, judged } = await judgePython({ ...checkout, folder: copy }, context);
      const named = (path: string) => path.replace(/\.ipynb\.py$/, '.ipynb');
      return {
        edges: edges.map((edge) => ({ ...edge, from: named(edge.from), to: named(edge.to) })),
        judged: new Set([...judged].map(named)),
      };
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  },
  neutral: {
    reason: 'edges of modules are judged as Python',
    test: ({ from }) => !from.endsWith('.ipynb'),
  },
};
