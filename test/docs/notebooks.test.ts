/**
 * The notebooks of test/docs/notebooks, whose cells hold what they show by `assert`: their code
 * runs here in the plain interpreter, over a small output with contexts of 128 tokens.
 * `npm run soak -- notebooks` executes them in Jupyter's own kernel.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { greeter } from '../samples/inputs/greeter.ts';
import { pythonWith } from '../samples/installed/python-environment.ts';
import { writeFiles } from '../samples/write-files.ts';
import { runLine } from '../services/cli/terminal.ts';

const execute = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
const notebooks = join(root, 'test/docs/notebooks');
/** The first time, pip downloads what reads the exports. */
const installMsMax = 300_000;
const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-docs-notebooks-'));
let python: string;

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly source: readonly string[];
    readonly outputs?: readonly unknown[];
  }[];
}

beforeAll(async () => {
  python = await pythonWith('readers', join(root, 'test/services/export/requirements.txt'));
  writeFiles(join(workingFolder, 'greeter'), greeter);
  const place = { workingFolder };
  const run = [
    'run',
    join(workingFolder, 'greeter'),
    '--out',
    'backstory-out',
    '--search',
    'off',
    '--quiet',
  ];
  const ran = await runLine([...run, '--set', 'sink.contextLength=128'], place);
  const to = ['--format', 'hf', '--to', 'backstory-hf'];
  const exported = await runLine(['export', 'backstory-out', ...to], place);
  expect([ran.exitCode, exported.exitCode], ran.err + exported.err).toEqual([0, 0]);
}, installMsMax);

afterAll(() => rmSync(workingFolder, { recursive: true, force: true }));

const shown: Readonly<Record<string, readonly RegExp[]>> = {
  'look-at-a-data-set.ipynb': [/^greeter +unknown /m, /^┊ @@@ /m, /^│ /m, /^\d+ packs, /m],
  'train-on-the-feed.ipynb': [/^step 0: loss 5\.\d+$/m, /^the same model: True$/m],
};

test('every notebook is tried, and is kept without outputs', () => {
  const names = readdirSync(notebooks);
  expect(names.sort()).toEqual(Object.keys(shown).sort());
  for (const name of names) {
    expect(readNotebook(name).cells.flatMap(({ outputs = [] }) => outputs)).toEqual([]);
  }
});

test.each(Object.keys(shown))('%s runs to its end and shows what it is about', async (name) => {
  const code = readNotebook(name).cells.filter(({ cell_type }) => cell_type === 'code');
  const program = code.map(({ source }) => source.join('')).join('\n');
  const { stdout } = await execute(python, ['-c', program], {
    cwd: workingFolder,
    env: {
      ...process.env,
      BACKSTORY_CACHE: join(workingFolder, 'cache'),
      HF_HUB_OFFLINE: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: join(root, 'services/feed'),
    },
  });
  for (const pattern of shown[name] ?? []) expect(stdout).toMatch(pattern);
});

function readNotebook(name: string): Notebook {
  return JSON.parse(readFileSync(join(notebooks, name), 'utf8')) as Notebook;
}
