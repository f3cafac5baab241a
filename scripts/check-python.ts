/**
 * `node scripts/check-python.ts`: ruff over all Python, format and lint, and mypy over what is not
 * a test. Both come in pinned versions, 90 MB in .venv the first time, and follow the feed's
 * pyproject.toml.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../test/samples/installed/python-environment.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const settings = 'services/feed/pyproject.toml';
const packages = [
  'services/feed/backstory_feed',
  'services/scorer/gpu/backstory_scorer',
  'services/trainer/backstory_trainer',
];

/** Each script gets its own run, because mypy rejects two files of the same name in one run. */
function commands(): string[][] {
  const ruff = ['--config', settings, '--cache-dir', '.cache/ruff', '.'];
  const mypy = ['mypy', '--config-file', settings, '--cache-dir', '.cache/mypy'];
  const scripts = globSync('scripts/**/*.py', { cwd: root }).sort();
  return [
    ['ruff', 'format', '--check', ...ruff],
    ['ruff', 'check', ...ruff],
    ...[...packages, ...scripts].map((path) => [...mypy, path]),
  ];
}

async function main(): Promise<void> {
  const python = await pythonWith('check', `${root}scripts/requirements-check.txt`);
  for (const command of commands()) {
    const run = spawnSync(python, ['-m', ...command], { cwd: root, stdio: 'inherit' });
    if (run.error !== undefined) throw run.error;
    if (run.status !== 0) process.exitCode = 1;
  }
}

await main();
