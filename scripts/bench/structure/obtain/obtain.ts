/** Sources of published packages through the ordinary client of each registry. */
import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Context, Repository } from '../score/oracle.ts';
import { BenchError } from './tools.ts';

type Obtain = Repository['obtain'];

/** A source distribution from PyPI. */
export function fromPypi(requirement: string): Obtain {
  return downloaded(async (into, { run }) => {
    const options = ['--no-deps', '--no-binary', ':all:', '--dest', into];
    await run('python3', ['-m', 'pip', 'download', '--quiet', ...options, requirement]);
  });
}

/** The published files of an npm package, without the folders of its build. */
export function fromNpm(specifier: string, built: readonly string[] = []): Obtain {
  const unpack = downloaded(async (into, { run }) => {
    await run('npm', ['pack', '--silent', '--pack-destination', into, specifier]);
  });
  return async (folder, context) => {
    await unpack(folder, context);
    for (const name of built) await rm(join(folder, name), { recursive: true, force: true });
  };
}

/** The workspace from which packages are published, linked as `npm install` links them. */
export function fromNpmWorkspace(
  specifiers: readonly string[],
  built: readonly string[],
  compilerOptions: object,
): Obtain {
  return async (folder, context) => {
    for (const specifier of specifiers) {
      const name = specifier.slice(0, specifier.lastIndexOf('@'));
      const member = join('packages', name.slice(name.lastIndexOf('/') + 1));
      const link = join(folder, 'node_modules', name);
      await mkdir(join(folder, member), { recursive: true });
      await fromNpm(specifier, built)(join(folder, member), context);
      await mkdir(dirname(link), { recursive: true });
      await symlink(relative(dirname(link), join(folder, member)), link);
    }
    const root = { name: 'workspace', private: true, workspaces: ['packages/*'] };
    await writeFile(join(folder, 'package.json'), JSON.stringify(root));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  };
}

/** A module from the Go module proxy. */
export function fromGo(specifier: string): Obtain {
  return async (folder, { run, cache }) => {
    const environment = { GOFLAGS: '-mod=mod', GOPATH: join(cache, 'go') };
    const told = await run('go', ['mod', 'download', '-json', specifier], {
      folder: tmpdir(),
      environment,
    });
    const { Dir } = JSON.parse(told) as { Dir: string };
    await run('cp', ['-r', '--no-preserve=mode', `${Dir}/.`, folder]);
  };
}

/** A crate from crates.io. */
export function fromCargo(name: string, version: string): Obtain {
  return async (folder, { run }) => {
    const project = await mkdtemp(join(tmpdir(), 'backstory-crate-'));
    try {
      await mkdir(join(project, 'src'));
      await writeFile(join(project, 'src/lib.rs'), '');
      const dependency = `[dependencies]\n${name} = "=${version}"\n`;
      const manifest = `[package]\nname = "obtain"\nversion = "0.0.0"\nedition = "2021"\n\n${dependency}`;
      await writeFile(join(project, 'Cargo.toml'), manifest);
      await run('cargo', ['vendor', '--quiet', '--versioned-dirs', 'vendored'], {
        folder: project,
      });
      await run('cp', ['-r', `${project}/vendored/${name}-${version}/.`, folder]);
    } finally {
      await rm(project, { recursive: true, force: true });
    }
  };
}

/** The sources jar of `group:artifact:version` from Maven Central. */
export function fromMaven(coordinates: string): Obtain {
  return async (folder, { run }) => {
    const artifact = `-Dartifact=${coordinates}:jar:sources`;
    const quiet = ['--batch-mode', '--quiet'];
    await run('mvn', [
      ...quiet,
      'dependency:copy',
      artifact,
      `-DoutputDirectory=${folder}`,
      '-Dmdep.overWriteReleases=true',
    ]);
    const [jar] = await readdir(folder);
    if (jar === undefined) throw new BenchError('BENCH_NOT_OBTAINED', `${coordinates} has no jar`);
    await run('jar', ['--extract', '--file', jar], { folder });
    await rm(join(folder, jar));
  };
}

/** The upstream archive of a Debian 12 source package; a stable release keeps its version. */
export function fromDebian(name: string): Obtain {
  return downloaded(async (into, context) => {
    const options = await debianSources(context);
    const get = [...options, 'source', '--quiet', '--download-only', '--tar-only', name];
    await context.run('apt-get', get, { folder: into });
  });
}

/** A gem as a Debian 12 package installs it: its own folder, without its tests. */
export function fromDebianGem(name: string): Obtain {
  return async (folder, context) => {
    const into = await mkdtemp(join(tmpdir(), 'backstory-obtain-'));
    try {
      const options = await debianSources(context);
      await context.run('apt-get', [...options, '--quiet', 'download', name], { folder: into });
      const [archive = ''] = await readdir(into);
      await context.run('dpkg-deb', ['--extract', archive, 'all'], { folder: into });
      const shared = join(into, 'all/usr/share/rubygems-integration/all');
      const copy = (from: string, to: string) => context.run('cp', ['--recursive', from, to]);
      for await (const path of glob('{specifications,gems/*}/*', { cwd: shared })) {
        await copy(join(shared, path), folder);
      }
      const library = join(into, 'all/usr/lib/ruby/vendor_ruby');
      if (existsSync(library)) await copy(`${library}/.`, join(folder, 'lib'));
    } finally {
      await rm(into, { recursive: true, force: true });
    }
  };
}

/**
 * The package lists of the installed Debian release without updates, so that versions stay fixed,
 * together with its source packages, which are seldom enabled.
 */
async function debianList(run: Context['run']): Promise<string> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const told = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const places = [...new Set(told.split('\n'))].filter((place) => /debian\/ \w+ main$/.test(place));
  if (places.length === 0) {
    const missing = 'apt-get names no Debian repository; add one to /etc/apt and update';
    throw new BenchError('BENCH_NOT_OBTAINED', missing);
  }
  return places.map((place) => `deb ${place}\ndeb-src ${place}\n`).join('');
}

/** A separate package list, so that the machine's own list stays unchanged. */
async function debianSources({ cache, run }: Context): Promise<string[]> {
  const folder = join(cache, 'apt');
  const options = [
    `Dir::Etc::SourceList=${join(folder, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    // Packages installed on this machine may come from another list.
    'Dir::State::status=/dev/null',
  ].flatMap((option) => ['-o', option]);
  await mkdir(join(folder, 'lists/partial'), { recursive: true });
  await mkdir(join(folder, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(folder, 'sources.list'), await debianList(run));
  const lists = (await readdir(join(folder, 'lists'))).join('\n');
  if (!['_Packages', '_Sources'].every((name) => lists.includes(name))) {
    await run('apt-get', [...options, '--quiet', 'update']);
  }
  return options;
}

/** Unpacks the archive that `download` puts into a folder, without its top folder. */
function downloaded(download: (into: string, context: Context) => Promise<void>): Obtain {
  return async (folder, context) => {
    const into = await mkdtemp(join(tmpdir(), 'backstory-obtain-'));
    try {
      await download(into, context);
      const archives = (await readdir(into)).filter((name) => /\.(?:tar\.\w+|tgz|zip)$/.test(name));
      // Debian's changes and vendored parts are separate archives.
      const archive = archives.find((name) => !/\.debian\.|\.orig-/.test(name)) ?? '';
      if (archive.endsWith('.zip')) throw new BenchError('BENCH_NOT_OBTAINED', 'is a zip archive');
      const unpack = ['--extract', '--strip-components=1', '--no-same-owner'];
      await context.run('tar', [...unpack, '--file', join(into, archive), '--directory', folder]);
    } finally {
      await rm(into, { recursive: true, force: true });
    }
  };
}
