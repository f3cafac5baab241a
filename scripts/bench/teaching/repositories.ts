/**
 * Ten small real repositories, as their registries hand them out (PyPI, npm, crates.io, the Go
 * proxy) at fixed versions: of libraries that one person can read in an evening. Fetched once.
 */
import { fromCargo, fromGo, fromNpm, fromPypi } from '../structure/obtain/obtain.ts';
import { cacheFolder, obtain, runTool } from '../structure/obtain/tools.ts';
import type { Repository } from '../structure/score/oracle.ts';

const repositories: readonly Repository[] = [
  { name: 'tenacity', obtain: fromPypi('tenacity==9.1.2') },
  { name: 'itsdangerous', obtain: fromPypi('itsdangerous==2.2.0') },
  { name: 'h11', obtain: fromPypi('h11==0.16.0') },
  { name: 'express', obtain: fromNpm('express@4.21.2') },
  { name: 'commander', obtain: fromNpm('commander@14.0.2') },
  { name: 'mitt', obtain: fromNpm('mitt@3.0.1', ['dist']) },
  { name: 'semver', obtain: fromCargo('semver', '1.0.27') },
  { name: 'fastrand', obtain: fromCargo('fastrand', '2.3.0') },
  { name: 'uuid', obtain: fromGo('github.com/google/uuid@v1.6.0') },
  { name: 'color', obtain: fromGo('github.com/fatih/color@v1.18.0') },
];

/** The folders of all of them, or of those that the command line names after `--only`. */
export async function chosenRepositories(argv: readonly string[]): Promise<readonly string[]> {
  const at = argv.indexOf('--only');
  const only = at < 0 ? repositories.map(({ name }) => name) : (argv[at + 1] ?? '').split(',');
  const folders: string[] = [];
  for (const name of only) folders.push(await smallRepository(name));
  return folders;
}

/** The folder of one of them. */
export async function smallRepository(name: string): Promise<string> {
  const repository = repositories.find((each) => each.name === name);
  if (repository === undefined) throw new Error(`${name} is none of the repositories`);
  return obtain('small', repository, { run: runTool, cache: cacheFolder(process.env) });
}
