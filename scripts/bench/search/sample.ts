/** A few short source files of a repository, so that a slow scorer comes to an end. */
import { cpSync, globSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const sources = '**/*.{py,js,ts,rs,go}';
/** Long enough to earn a thought, short enough for a model on CPUs. */
const [bytesMin, bytesMax] = [600, 4_000];
/** Tells little, and is long in some repositories. */
const isTest = /(?:^|[/._-])tests?(?:[/._-]|$)/;

/** Returns the copy: the first files by path, the licence, and what describes the package. */
export function sampleOf(repository: string, filesMax: number, folder: string): string {
  const copy = join(folder, basename(repository));
  const suited = (path: string) => {
    const { size } = statSync(join(repository, path));
    return size >= bytesMin && size <= bytesMax && !isTest.test(path);
  };
  const chosen = globSync(sources, { cwd: repository }).sort().filter(suited).slice(0, filesMax);
  const described = globSync(['LICEN[CS]E*', '*.toml', 'package.json', 'go.mod'], {
    cwd: repository,
  });
  for (const path of [...chosen, ...described]) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(repository, path), join(copy, path));
  }
  return copy;
}
