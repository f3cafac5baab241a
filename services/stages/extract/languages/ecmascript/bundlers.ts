/**
 * Aliases that configurations of bundlers, of Babel and of Jest give: `alias: { '@c': './src/c' }`,
 * `[{ find: '@c', replacement: … }]`, `moduleNameMapper`. Such a configuration is a program, so
 * only entries that are written out as strings are read, and they are not certain. Pure.
 */
import { folderOf, joinPath, nameOf, nearestAbove } from '../../paths.ts';
import type { Project } from '../language.ts';

const tools = [
  'babel|craco|esbuild|jest|metro|next|nuxt|quasar|rollup|rspack|rsbuild|svelte|vite|vitest|vue',
  'webpack',
].join('|');
const configName = new RegExp(
  [
    String.raw`^(?:(?:${tools})(?:\.[\w-]+)?\.config|webpack\.\w+|config-overrides|\.babelrc)`,
    String.raw`(?:\.[cm]?[jt]s|\.json)?$`,
  ].join(''),
);

export function isBundlerConfig(path: string): boolean {
  return configName.test(nameOf(path));
}

interface Alias {
  /** The specifier, or what it begins with. */
  readonly name: string;
  readonly isExact: boolean;
  /** Path in the repository. */
  readonly target: string;
}

export interface BundlerAliases {
  /** Paths to try for a specifier of the file, in the order of the configuration. */
  candidates(from: string, specifier: string): string[];
}

export function openBundlerAliases(project: Project): BundlerAliases {
  const byFolder = new Map<string, Alias[]>();
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || !isBundlerConfig(path)) continue;
    const folder = folderOf(path);
    const aliases = [...(byFolder.get(folder) ?? []), ...readAliases(manifest, folder)];
    byFolder.set(folder, aliases.slice(0, aliasesMax));
  }
  return {
    candidates: (from, specifier) =>
      (nearestAbove(from, byFolder) ?? []).flatMap(({ name, isExact, target }) => {
        if (specifier === name) return [target];
        const prefix = name.endsWith('/') ? name : `${name}/`;
        if (isExact || !specifier.startsWith(prefix)) return [];
        return joinPath(target, specifier.slice(prefix.length)) ?? [];
      }),
  };
}

const mapCharactersMax = 8192;
const mapsMax = 20;
/** In one folder. */
const aliasesMax = 200;
const aliasMap = /["']?\b(?:alias|aliases|moduleNameMapper)["']?\s{0,4}:\s{0,4}[{[]/g;
const entry = new RegExp(
  [
    String.raw`(?:\bfind\s?:\s?(["'])(?<find>[^"'\r\n]{1,80})\1\s?,\s{0,40}replacement`,
    // A string before a colon is no key where a question mark is before it.
    String.raw`|(?<![\w"'.]|\?\s{0,4})(?:(["'])(?<key>[^"'\r\n]{1,80})\3|(?<word>[\w$]{1,40})))`,
    // Looked at but not taken: the next entry may stand in the same line.
    String.raw`\s?:\s{0,4}(?=(?<value>[^\r\n]{1,200}))`,
  ].join(''),
  'g',
);

function readAliases(text: string, folder: string): Alias[] {
  return [...text.matchAll(aliasMap)].slice(0, mapsMax).flatMap(({ index, 0: head }) => {
    const map = withinBrackets(text.slice(index + head.length - 1, index + mapCharactersMax));
    return [...map.matchAll(entry)].flatMap(({ groups }) => {
      const { find, key, word, value = '' } = groups ?? {};
      return aliasOf(find ?? key ?? word ?? '', value, folder) ?? [];
    });
  });
}

/** The text from an opening bracket to the one that closes it; brackets in strings count, too. */
function withinBrackets(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (/[{[]/.test(text.charAt(at))) depth += 1;
    else if (/[}\]]/.test(text.charAt(at)) && --depth === 0) return text.slice(1, at);
  }
  return text.slice(1);
}

/** Reads `'^@c/(.*)$': '<rootDir>/src/c/$1'` and `vue$: path.resolve(__dirname, 'src/vue.js')`. */
function aliasOf(key: string, value: string, folder: string): Alias | null {
  const name = key
    .replace(/^\^/, '')
    .replace(/\/?\(?\.[*+]\)?\$?$/, '')
    .replace(/\$$/, '');
  if (name === '' || /[()[\]\\*+?^|]/.test(name)) return null;
  // The strings of one entry are the parts of its path; another entry may follow in the line.
  const own =
    /^(?:[^"'`,]|,(?=\s?["'`.])|["'`][^"'`\r\n]{0,120}["'`](?!\s?:))*/.exec(value)?.[0] ?? '';
  const parts = [...own.matchAll(/["'`]([^"'`\r\n]{1,120})["'`]/g)].map(([, part = '']) => part);
  if (parts.length === 0) return null;
  const path = parts
    .join('/')
    .replace(/^(?:<rootDir>|\$\{[\w.]{1,40}\})\/?/, '')
    .replace(/\/?\$1$/, '');
  // A bare word is another package, except where a function makes a path of it.
  if (!/^\.{0,2}\//.test(path) && !/[(<$]/.test(own)) return null;
  const target = joinPath(folder, path.replace(/^\//, ''));
  return target === null
    ? null
    : { name, isExact: key.endsWith('$') && !key.includes('('), target };
}
