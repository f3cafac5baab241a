/**
 * TypeScript's own resolver and checker, over TypeScript and over JavaScript with CommonJS: where a
 * specifier leads, and in which file an imported name is declared, through barrels.
 */
import { existsSync } from 'node:fs';
import { glob, realpath } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript-api';
import { fromNpm, fromNpmWorkspace } from '../../obtain/obtain.ts';
import type { Checkout, Oracle, OracleEdge, Verdict } from '../../score/oracle.ts';
import { readNames, readSpecifiers } from './names.ts';

const sources = '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}';

const tanstack = ['query-core', 'react-query', 'vue-query', 'solid-query'].concat([
  'query-persist-client-core',
  'react-query-persist-client',
  'query-sync-storage-persister',
]);

export const ecmascriptOracle: Oracle = {
  language: 'ecmascript',
  languages: ['typescript', 'javascript'],
  tools: [{ command: 'npm', probe: ['--version'], hint: 'install Node.js' }],
  required: { precision: 0.98, recall: 0.97 },
  repositories: [
    { name: 'rxjs', obtain: fromNpm('rxjs@7.8.1', ['dist']) },
    {
      name: 'effect',
      obtain: fromNpm('effect@3.10.0', ['dist']),
      // As the tsconfig says that it is built with and does not publish.
      options: ['effect/*=src/*'],
    },
    { name: 'eslint', obtain: fromNpm('eslint@8.57.0') },
    { name: 'webpack', obtain: fromNpm('webpack@5.93.0') },
    { name: 'ajv', obtain: fromNpm('ajv@8.17.1', ['dist']) },
    { name: 'mobx', obtain: fromNpm('mobx@6.13.1', ['dist']) },
    {
      name: 'tanstack-query',
      obtain: fromNpmWorkspace(
        tanstack.map((name) => `@tanstack/${name}@5.90.2`),
        ['build'],
        { moduleResolution: 'bundler', customConditions: ['@tanstack/custom-condition'] },
      ),
    },
  ],
  judge,
};

async function judge({ folder, options }: Checkout): Promise<Verdict> {
  const root = await realpath(folder);
  const paths: string[] = [];
  for await (const path of glob(sources, {
    cwd: root,
    exclude: (name) => /(?:^|\/)node_modules$/.test(name),
  })) {
    paths.push(join(root, path));
  }
  const byConfig = Map.groupBy(paths.sort(), (path) => nearestConfig(path, root));
  const aliases = options.map((option) => option.split('=', 2));
  const mapped = aliases.map(([pattern = '', to = '']) => [pattern, [join(root, to)]]);
  const edges = [...byConfig].flatMap(([config, files]) => {
    const own = optionsOf(config);
    const paths = { ...own.paths, ...Object.fromEntries(mapped) };
    return edgesOf(mapped.length === 0 ? own : { ...own, paths }, files);
  });
  const own = new Set(paths);
  return {
    edges: edges
      .filter(({ from, to }) => own.has(from) && own.has(to))
      .map((edge) => ({ ...edge, from: relative(root, edge.from), to: relative(root, edge.to) })),
    judged: new Set(paths.map((path) => relative(root, path))),
  };
}

function nearestConfig(path: string, root: string): string | null {
  for (let folder = dirname(path); folder.startsWith(root); folder = dirname(folder)) {
    const config = join(folder, 'tsconfig.json');
    if (existsSync(config)) return config;
  }
  return null;
}

/** As the project says, but without library types, which lie outside of the repository. */
function optionsOf(config: string | null): ts.CompilerOptions {
  const json = config === null ? {} : ts.readConfigFile(config, ts.sys.readFile).config;
  const folder = config === null ? '.' : dirname(config);
  const { options } = ts.parseJsonConfigFileContent(json, ts.sys, folder, undefined, config ?? '');
  const { Bundler } = ts.ModuleResolutionKind;
  const modern = { moduleResolution: Bundler, module: ts.ModuleKind.ESNext };
  return {
    ...(options.moduleResolution === undefined ? { ...options, ...modern } : options),
    allowJs: true,
    noEmit: true,
    noLib: true,
    types: [],
  };
}

function edgesOf(options: ts.CompilerOptions, files: readonly string[]): OracleEdge[] {
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  return files.flatMap((path) => {
    const file = program.getSourceFile(path);
    if (file === undefined) return [];
    return [...readSpecifiers(program, file), ...readNames(checker, file)].map((edge) => ({
      ...edge,
      from: path,
    }));
  });
}
