/**
 * gcc and g++ as oracles of includes: the commands are those of the project's own build, `-E -dI`
 * says which directives are alive in a translation unit, and the compiler says where each leads.
 * A directive that no unit reaches (another system's) is right where it leads to, not required.
 */
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fromDebian } from '../../obtain/obtain.ts';
import type { Checkout, Context, Oracle, OracleEdge, Verdict } from '../../score/oracle.ts';
import { type Directive, directivesIn, liveDirectives } from './directives.ts';
import { readCompileCommands, type Unit, unitsBelow } from './units.ts';

const compiler = { command: 'gcc', probe: ['--version'], hint: 'install gcc and g++' };
const cmake = { command: 'cmake', probe: ['--version'], hint: 'install CMake' };

const redisFolders = ['hiredis', 'linenoise', 'lua/src', 'hdr_histogram', 'jemalloc/include'];

const zstdFolders = [
  ...['', '/common', '/compress', '/decompress', '/dictBuilder', '/legacy'].map((x) => `lib${x}`),
  ...['programs', 'tests', 'tests/fuzz', 'zlibWrapper', 'examples'],
  ...['contrib/seekable_format', 'contrib/pzstd'],
];

export const cOracle: Oracle = {
  language: 'c',
  languages: ['c', 'cpp'],
  tools: [compiler, cmake],
  required: { precision: 0.98, recall: 0.97 },
  repositories: [
    {
      name: 'redis',
      obtain: fromDebian('redis'),
      // Last, because its Makefile leads angled includes into the libraries first.
      roots: [...redisFolders.map((name) => `deps/${name}`), 'src'],
    },
    { name: 'libuv', obtain: fromDebian('libuv1') },
    // Make alone decides where their headers are found; all of its folders are told.
    { name: 'lz4', obtain: fromDebian('lz4'), roots: ['lib', 'programs', 'tests', 'examples'] },
    { name: 'zstd', obtain: fromDebian('libzstd'), roots: zstdFolders },
    { name: 'jq', obtain: fromDebian('jq'), roots: ['src'] },
    { name: 'libevent', obtain: fromDebian('libevent'), options: ['-DEVENT__DISABLE_OPENSSL=ON'] },
    { name: 'jansson', obtain: fromDebian('jansson') },
    {
      name: 'curl',
      obtain: fromDebian('curl'),
      options: ['-DCURL_USE_OPENSSL=OFF', '-DCURL_ENABLE_SSL=OFF', '-DCURL_USE_LIBSSH2=OFF'],
    },
  ],
  judge,
};

export const cppOracle: Oracle = {
  language: 'cpp',
  languages: ['c', 'cpp'],
  tools: [compiler, cmake],
  required: { precision: 0.97, recall: 0.93 },
  repositories: [
    {
      name: 'leveldb',
      obtain: fromDebian('leveldb'),
      options: ['-DLEVELDB_BUILD_TESTS=OFF', '-DLEVELDB_BUILD_BENCHMARKS=OFF'],
    },
    {
      name: 'yaml-cpp',
      obtain: fromDebian('yaml-cpp'),
      options: ['-DYAML_CPP_BUILD_TESTS=OFF'],
    },
    { name: 're2', obtain: fromDebian('re2') },
    { name: 'jsoncpp', obtain: fromDebian('libjsoncpp') },
    { name: 'abseil', obtain: fromDebian('abseil'), options: ['-DBUILD_TESTING=OFF'] },
  ],
  judge,
};

async function judge(checkout: Checkout, context: Context): Promise<Verdict> {
  const root = await realpath(checkout.folder);
  const units = existsSync(join(root, 'CMakeLists.txt'))
    ? await readCompileCommands(root, checkout, context)
    : await unitsBelow(root, checkout.roots);
  const places = openPlaces(context);
  const edges: OracleEdge[] = [];
  const flagsOf = new Map<string, Unit>();
  const isOwn = (path: string) => path.startsWith(`${root}/`) && existsSync(path);
  const add = async (from: string, directive: Directive, unit: Unit, visible: boolean) => {
    const to = await places(from, directive, unit);
    if (to === null || !isOwn(to)) return;
    // Visited below in its turn, also when no unit reaches it.
    if (!flagsOf.has(to)) flagsOf.set(to, unit);
    const via = visible ? 'include' : 'include of another configuration';
    edges.push({ from: relative(root, from), to: relative(root, to), via, visible });
  };
  for (const unit of units) {
    const preprocess = [...unit.flags, '-E', '-dI', unit.file];
    const options = { folder: unit.folder, mayFail: true };
    const text = await context.run(unit.compiler, preprocess, options);
    if (!flagsOf.has(unit.file)) flagsOf.set(unit.file, unit);
    for (const directive of liveDirectives(text, unit)) {
      if (!isOwn(directive.from)) continue;
      if (!flagsOf.has(directive.from)) flagsOf.set(directive.from, unit);
      await add(directive.from, directive, unit, true);
    }
  }
  for (const [path, unit] of flagsOf) {
    for (const text of directivesIn(await readFile(path, 'utf8'))) {
      await add(path, { text, path: null }, unit, false);
    }
  }
  return { edges, judged: new Set([...flagsOf.keys()].map((path) => relative(root, path))) };
}

/**
 * Where the compiler finds what a directive in a file names; null for what it does not find. What
 * it was seen to open answers for every file that searches the same folders.
 */
function openPlaces({ run }: Context) {
  const known = new Map<string, Promise<string | null>>();
  return (from: string, { text, path }: Directive, unit: Unit): Promise<string | null> => {
    const folder = dirname(from);
    // Only a quoted include looks beside its file.
    const beside = text.startsWith('"') ? folder : '';
    const key = [beside, text, unit.compiler, ...searchFlags(unit)].join('\0');
    const place =
      path === null ? (known.get(key) ?? ask(folder, text, unit)) : Promise.resolve(path);
    known.set(key, place);
    return place;
  };

  async function ask(folder: string, text: string, unit: Unit): Promise<string | null> {
    // A quoted include sees the folder first that the compiler runs in. `-H` lists what it opens.
    const language = unit.compiler === 'g++' ? 'c++' : 'c';
    const opened = `-ffreestanding -x ${language} -E -H - 2>&1 >/dev/null | grep -m1 '^[.] '`;
    const script = `printf '%s\\n' "$1" | "$2" "\${@:3}" ${opened}`;
    const args = ['-c', script, 'bash', `#include ${text}`, unit.compiler, ...unit.flags];
    const line = await run('bash', args, { folder, mayFail: true });
    const path = /^\. (.+)/.exec(line)?.[1];
    return path === undefined ? null : resolve(folder, path);
  }
}

/** The flags that name folders, with the folders. */
function searchFlags({ flags }: Unit): string[] {
  return flags.flatMap((flag, index) =>
    /^-(?:I|isystem|iquote)/.test(flag) ? [flag, flags[index + 1] ?? ''] : [],
  );
}
