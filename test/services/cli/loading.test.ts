/** A command loads what it needs: help is at once, and one machine needs no client of a cluster. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'backstory-loading-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const list = join(folder, 'loaded.txt');
const hook = `
  import { appendFileSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  registerHooks({
    load: (url, context, next) => {
      appendFileSync(process.env.LOADED, url + '\\n');
      return next(url, context);
    },
  });`;

/** The modules of the program and its dependencies that a command line loads. */
function loadedBy(...words: string[]): string[] {
  rmSync(list, { force: true });
  const watched = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
  const { status, stderr } = spawnSync(
    process.execPath,
    [...watched, join(root, 'services/cli/main.ts'), ...words],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, LOADED: list } },
  );
  expect(status, stderr).toBe(0);
  const own = pathToFileURL(root).href;
  return readFileSync(list, 'utf8')
    .split('\n')
    .flatMap((url) => (url.startsWith(own) ? [url.slice(own.length)] : []));
}

test('help loads no stage and no command', () => {
  const loaded = loadedBy('--help');
  expect(loaded).toContain('services/cli/program.ts');
  expect(loaded.filter((path) => /^services\/(stages|cli\/commands)\//.test(path))).toEqual([]);
});

test('a command of one machine loads no client of a cluster or of a model', () => {
  const loaded = loadedBy('config');
  expect(loaded).toContain('services/registry.ts');
  const clients = /^node_modules\/(kafkajs|@kafkajs|ioredis|openai|@aws-sdk|fastify)\//;
  expect(loaded.filter((path) => clients.test(path))).toEqual([]);
});
