/**
 * Mono's compiler: what every written name refers to. See csharp-references.cs.
 *
 * What is still wrong: extensions, which only the type of the receiver tells apart. One is missed
 * when a type of the repository has a member of that name or several files declare it, and invented
 * when the framework has it too, or when `#if` leaves it out of the build that is judged.
 */
import { glob, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromDebian } from '../../obtain/obtain.ts';
import { BenchError } from '../../obtain/tools.ts';
import type { Context, Oracle } from '../../score/oracle.ts';
import { readVerdict } from '../../score/verdict.ts';

const program = fileURLToPath(new URL('references.cs', import.meta.url));
const compiler = '/usr/lib/mono/4.5/Mono.CSharp.dll';

interface Build {
  /** Debian's source package. */
  readonly name: string;
  /** Sources of one assembly; assembly attributes would need the keys that sign it. */
  readonly isSource: (path: string) => boolean;
  readonly options: readonly string[];
}

const references = ['Core', 'Xml', 'Xml.Linq', 'Data', 'Numerics', 'Runtime.Serialization'];

const builds: readonly Build[] = [
  {
    name: 'newtonsoft-json',
    isSource: (path) => path.startsWith('Src/Newtonsoft.Json/'),
    options: ['-define:TRACE,NET45', ...references.map((name) => `-r:System.${name}`)],
  },
  {
    name: 'keepass2',
    isSource: (path) => !/^(?:TrlUtil|Properties)\//.test(path),
    options: [
      '-unsafe',
      '-define:DEBUG',
      ...['Core', 'Xml', 'Drawing', 'Security', 'Windows.Forms'].map((name) => `-r:System.${name}`),
    ],
  },
  {
    name: 'nunit',
    isSource: (path) =>
      /^src\/(?:NUnitFramework\/framework|NUnitCore\/(?:core|interfaces))\//.test(path),
    options: [
      '-define:TRACE,CLR_2_0,NET_2_0,CS_3_0',
      '-r:System.Runtime.Remoting',
      '-r:System.Configuration',
    ],
  },
];

const packages = 'mono-mcs libmono-csharp4.0c-cil libmono-cil-dev';

export const csharpOracle: Oracle = {
  language: 'csharp',
  languages: ['csharp'],
  tools: [
    { command: 'mcs', probe: ['--version'], hint: `install ${packages}` },
    { command: 'mono', probe: ['--version'], hint: `install ${packages}` },
  ],
  required: { precision: 0.97, recall: 0.93 },
  repositories: builds.map(({ name }) => ({ name, obtain: fromDebian(name) })),
  async judge({ name, folder }, context) {
    const build = builds.find((each) => each.name === name);
    if (build === undefined) {
      throw new BenchError('BENCH_TOOL_FAILED', `what ${name} is compiled with is not known`);
    }
    const sources: string[] = [];
    for await (const path of glob('**/*.cs', { cwd: folder })) {
      if (build.isSource(path)) sources.push(path);
    }
    const binary = await compileProgram(context);
    const options = ['-target:library', ...build.options, ...sources.sort()];
    return readVerdict(await context.run('mono', [binary, folder, ...options], { folder }));
  },
};

async function compileProgram({ cache, run }: Context): Promise<string> {
  const binary = join(cache, 'csharp', 'references.exe');
  await mkdir(join(cache, 'csharp'), { recursive: true });
  await run('mcs', ['-nowarn:0618', `-r:${compiler}`, `-out:${binary}`, program]);
  return binary;
}
