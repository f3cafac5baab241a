/** From a path that may lack its extension to a file, as Node and TypeScript look. Pure. */
import { below, extensionOf } from '../../paths.ts';
import type { Project } from '../language.ts';

export type FileFinder = (path: string, preferTypescript: boolean) => string | null;

const javascript = ['.js', '.jsx', '.mjs', '.cjs'];
const typescriptFirst = ['.ts', '.tsx', '.d.ts', '.mts', '.cts', ...javascript, '.json'];
const javascriptFirst = [...javascript, '.ts', '.tsx', '.mts', '.cts', '.d.ts', '.json'];

/** TypeScript is imported under the name it will have once compiled. */
const compiledFrom: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
};

export function openFileFinder(project: Project): FileFinder {
  const has = (path: string) => project.files.has(path);
  const first = (paths: readonly string[]) => paths.find(has);
  return (path, preferTypescript) => {
    const extension = extensionOf(path);
    const itself = has(path) ? path : undefined;
    if (itself !== undefined && !preferTypescript) return itself;
    const stem = path.slice(0, path.length - extension.length);
    const extensions = preferTypescript ? typescriptFirst : javascriptFirst;
    const index = below(path, 'index');
    return (
      first((compiledFrom[extension] ?? []).map((other) => stem + other)) ??
      itself ??
      first(extensions.map((other) => path + other)) ??
      first(extensions.map((other) => index + other)) ??
      // A folder may also be a package of its own, and say which file it means.
      first(mainOf(project, path)) ??
      null
    );
  };
}

function mainOf(project: Project, folder: string): string[] {
  const manifest = project.files.get(below(folder, 'package.json'))?.manifest ?? '';
  const main = /"main"\s*:\s*"(?:\.\/)?([^"]+)"/.exec(manifest)?.[1];
  return main === undefined ? [] : [below(folder, main), below(folder, `${main}.js`)];
}
