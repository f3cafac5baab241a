/** From a path that may lack its extension to a file, as Node and TypeScript look. Pure. */
import { below, extensionOf } from '../paths.ts';
import type { Project } from './language.ts';

export type FileFinder = (path: string, preferTypescript: boolean) => string | null;

const typescriptFirst = ['.ts', '.tsx', '.d.ts', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
const javascriptFirst = ['.js', '.jsx', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts', '.d.ts'];

/** TypeScript is imported under the name it will have once compiled. */
const compiledFrom: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
};

export function openFileFinder(project: Project): FileFinder {
  const first = (paths: readonly string[]) => paths.find((path) => project.files.has(path)) ?? null;
  return (path, preferTypescript) => {
    const extension = extensionOf(path);
    const sources = (compiledFrom[extension] ?? []).map(
      (other) => path.slice(0, path.length - extension.length) + other,
    );
    const extensions = [...(preferTypescript ? typescriptFirst : javascriptFirst), '.json'];
    return first([
      ...(preferTypescript ? [...sources, path] : [path, ...sources]),
      ...extensions.map((other) => path + other),
      ...extensions.map((other) => below(path, `index${other}`)),
      // A folder may also be a package of its own, and say which file it means.
      ...mainOf(project, path),
    ]);
  };
}

function mainOf(project: Project, folder: string): string[] {
  const manifest = project.files.get(below(folder, 'package.json'))?.manifest ?? '';
  const main = /"main"\s*:\s*"(?:\.\/)?([^"]+)"/.exec(manifest)?.[1];
  return main === undefined ? [] : [below(folder, main), below(folder, `${main}.js`)];
}
