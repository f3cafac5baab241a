/**
 * PHP by composer's own class loader, and by nikic/php-parser for the names: see oracle.php.
 * Composer runs without network in every folder that has a composer.json.
 *
 * What counts as invented: classes of the own namespace in files that no autoloader finds, because
 * a test declares them beside itself and the test runner loads them (laravel).
 */
import { cp, glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromDebian } from '../../obtain/obtain.ts';
import type { Context, Oracle } from '../../score/oracle.ts';
import { readVerdict } from '../../score/verdict.ts';

const program = fileURLToPath(new URL('oracle.php', import.meta.url));
const hint = 'install PHP, composer and nikic/php-parser (Debian: php-cli composer php-parser)';

export const phpOracle: Oracle = {
  language: 'php',
  languages: ['php'],
  tools: [
    { command: 'php', probe: ['-r', "require 'PhpParser/autoload.php';"], hint },
    { command: 'composer', probe: ['--version'], hint },
  ],
  required: { precision: 0.97, recall: 0.93 },
  repositories: [
    { name: 'monolog', obtain: fromDebian('php-monolog') },
    { name: 'twig', obtain: fromDebian('php-twig') },
    { name: 'guzzle', obtain: fromDebian('php-guzzlehttp-guzzle') },
    { name: 'doctrine-dbal', obtain: fromDebian('php-doctrine-dbal') },
    { name: 'laravel', obtain: fromDebian('php-laravel-framework') },
  ],
  async judge({ folder }, context) {
    // Composer writes beside the sources.
    const copy = await mkdtemp(join(tmpdir(), 'backstory-composer-'));
    try {
      await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
      const packages = await dumpAutoload(copy, context);
      return readVerdict(await context.run('php', [program, copy, ...packages]));
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  },
};

/** Folders whose composer.json composer understood. */
async function dumpAutoload(copy: string, { run }: Context): Promise<string[]> {
  const manifests: string[] = [];
  for await (const path of glob('**/composer.json', { cwd: copy })) manifests.push(path);
  const environment = { COMPOSER_ALLOW_SUPERUSER: '1', COMPOSER_DISABLE_NETWORK: '1' };
  const quiet = ['--quiet', '--no-interaction', '--no-plugins', '--no-scripts'];
  const written: string[] = [];
  for (const manifest of manifests.sort()) {
    if (/(?:^|\/)vendor[^/]*\//.test(manifest)) continue;
    const folder = join(copy, dirname(manifest));
    await run('composer', ['dump-autoload', '--optimize', '--dev', ...quiet], {
      folder,
      environment,
    });
    written.push(folder);
  }
  return written;
}
