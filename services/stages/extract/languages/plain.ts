/**
 * Languages of files that are listed but not parsed, by name and extension. Pure. Which of them are
 * programming languages decides only where such a file is placed in the order.
 */
import { extensionOf, nameOf } from '../paths.ts';
import { languages } from './all-languages.ts';

const code: Readonly<Record<string, string>> = {
  shell: '.zsh .fish',
  swift: '.swift',
  lua: '.lua',
  perl: '.pl .pm',
  r: '.r',
  julia: '.jl',
  haskell: '.hs',
  ocaml: '.ml .mli',
  elixir: '.ex .exs',
  erlang: '.erl .hrl',
  clojure: '.clj .cljs .cljc',
  dart: '.dart',
  zig: '.zig',
  nim: '.nim',
  'objective-c': '.m .mm',
  assembly: '.s .asm',
  cuda: '.cu .cuh',
  fortran: '.f .f90',
  powershell: '.ps1 .psm1',
  batch: '.bat .cmd',
  groovy: '.groovy .gradle',
  cython: '.pyx .pxd',
  vue: '.vue',
  svelte: '.svelte',
  solidity: '.sol',
};

const plain: Readonly<Record<string, string>> = {
  markdown: '.md .markdown .mdx',
  restructuredtext: '.rst',
  asciidoc: '.adoc .asciidoc',
  json: '.json .json5 .jsonc .webmanifest .map',
  yaml: '.yaml .yml',
  toml: '.toml',
  ini: '.ini .cfg .conf .properties .editorconfig',
  xml: '.xml .svg .xsd .xsl .plist .csproj .props .targets',
  html: '.html .htm .xhtml',
  template: '.jinja .jinja2 .j2 .tmpl .hbs .ejs .mustache .erb .pug .njk .in',
  css: '.css .scss .sass .less .styl',
  sql: '.sql',
  graphql: '.graphql .gql',
  protobuf: '.proto',
  thrift: '.thrift',
  avro: '.avsc .avdl',
  csv: '.csv .tsv',
  cmake: '.cmake',
  terraform: '.tf .tfvars .hcl',
  nix: '.nix',
  tex: '.tex .bib .sty',
  diff: '.diff .patch',
};

const byName: Readonly<Record<string, string>> = {
  makefile: 'makefile',
  gnumakefile: 'makefile',
  dockerfile: 'dockerfile',
  'cmakelists.txt': 'cmake',
  jenkinsfile: 'groovy',
  'go.mod': 'go-module',
  'go.sum': 'go-checksums',
  pipfile: 'toml',
  'cargo.lock': 'toml',
  '.gitignore': 'ignore-list',
  '.dockerignore': 'ignore-list',
  '.npmignore': 'ignore-list',
};

const codeNames: ReadonlySet<string> = new Set([
  ...Object.keys(code),
  ...languages.map((language) => language.name),
]);

const byExtension: ReadonlyMap<string, string> = new Map(
  [...Object.entries(plain), ...Object.entries(code)].flatMap(([name, extensions]) =>
    extensions.split(' ').map((extension): [string, string] => [extension, name]),
  ),
);

/** Language of a file that no parser reads; `text` when unknown. */
export function plainLanguage(path: string): string {
  return byName[nameOf(path).toLowerCase()] ?? byExtension.get(extensionOf(path)) ?? 'text';
}

/** Whether a language is one that programs are written in. */
export function isCode(language: string): boolean {
  return codeNames.has(language);
}
