/** Translation units of a project with the flags that decide where its includes lead. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile, realpath, rm } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { compareText } from '../../../../../schemas/compare-text.ts';
import { BenchError } from '../../obtain/tools.ts';
import type { Checkout, Context } from '../../score/oracle.ts';

export interface Unit {
  readonly file: string;
  /** Folder that the compiler runs in. */
  readonly folder: string;
  readonly compiler: 'gcc' | 'g++';
  readonly flags: readonly string[];
}

/**
 * What CMake would run, with the repository's options; nothing is built, so sources that the build
 * makes are left out. What it wrote for a repository of the cache, which never changes, is used
 * again.
 */
export async function readCompileCommands(
  root: string,
  { name, options }: Checkout,
  { run, cache }: Context,
): Promise<Unit[]> {
  const id = createHash('sha256').update(options.join('\0')).digest('hex').slice(0, 8);
  const build = join(cache, 'build', `${name.replaceAll('/', '_')}-${id}`);
  const written = join(build, 'compile_commands.json');
  if (!root.startsWith(await realpath(cache)) || !existsSync(written)) {
    await rm(build, { recursive: true, force: true });
    const always = ['-DCMAKE_EXPORT_COMPILE_COMMANDS=ON', '-DBUILD_TESTING=ON', '-Wno-dev'];
    const told = ['-S', root, '-B', build, ...always, ...options];
    const output = await run('cmake', told, { mayFail: true });
    if (!existsSync(written)) {
      const hint = 'give the options with which `cmake -S` configures it';
      throw new BenchError('BENCH_TOOL_FAILED', `cmake wrote no ${written}; ${hint}\n${output}`);
    }
  }
  const text = await readFile(written, 'utf8');
  const commands = JSON.parse(text) as { directory: string; command: string; file: string }[];
  return commands
    .map(({ directory, command, file }) =>
      unitOf(resolve(directory, file), directory, flagsOf(words(command), directory)),
    )
    .filter(({ file }) => file.startsWith(`${root}/`) && existsSync(file));
}

/** Every source below folders that all see each other. */
export async function unitsBelow(root: string, folders: readonly string[]): Promise<Unit[]> {
  const units: Unit[] = [];
  const flags = folders
    .map((folder) => `-I${join(root, folder)}`)
    .filter((flag) => existsSync(flag.slice(2)));
  for (const folder of folders) {
    for await (const path of glob('**/*.{c,cc,cpp,cxx}', { cwd: join(root, folder) })) {
      units.push(unitOf(join(root, folder, path), join(root, folder), flags));
    }
  }
  const byFile = new Map(units.map((unit) => [unit.file, unit]));
  return [...byFile.values()].sort((a, b) => compareText(a.file, b.file));
}

function unitOf(file: string, folder: string, flags: readonly string[]): Unit {
  return { file, folder, compiler: extname(file) === '.c' ? 'gcc' : 'g++', flags };
}

/** What decides about includes; folders are made absolute because probes run elsewhere. */
function flagsOf(all: readonly string[], folder: string): string[] {
  const flags: string[] = [];
  for (const [index, word] of all.entries()) {
    const [, flag = '', joined = ''] =
      /^(-I|-isystem|-iquote|-D|-U|-std=|-f)(.*)$/.exec(word) ?? [];
    if (/^-(?:I|isystem|iquote)$/.test(flag)) {
      flags.push(flag, resolve(folder, joined === '' ? (all[index + 1] ?? '') : joined));
    } else if (/^-(?:D|U)$/.test(flag)) {
      flags.push(flag, joined === '' ? (all[index + 1] ?? '') : joined);
    } else if (flag === '-std=') flags.push(word);
  }
  return flags;
}

/** Words of a shell command: quotes and backslashes, no expansions. */
function words(command: string): string[] {
  return [...command.matchAll(/(?:[^\s"'\\]|\\.|"(?:\\.|[^"\\])*"|'[^']*')+/g)].map(([word]) =>
    word
      .replaceAll(/'([^']*)'/g, '$1')
      .replaceAll(/(?<!\\)"/g, '')
      .replaceAll(/\\(.)/g, '$1'),
  );
}
