/**
 * The languages that extract lists but does not parse, a row each: names, endings and comments. A
 * file in such a language has no outline; its row says whether it is code, data or prose.
 */
import {
  type CommentForms,
  characterStrings,
  hashComments,
  type LanguageKind,
  type LanguageRow,
  markupComments,
  noComments,
  quotedStrings,
  slashComments,
} from './row.ts';

/** Makes rows of one kind; `endings` is a list separated by spaces. */
const rowsOf =
  (kind: LanguageKind) =>
  (
    [name, title]: readonly [name: string, title: string],
    endings: string,
    comments: CommentForms = noComments,
    more: Partial<LanguageRow> = {},
  ): LanguageRow => ({
    name,
    title,
    kind,
    extensions: endings.split(' ').filter((ending) => ending !== ''),
    fileNames: [],
    interpreters: [],
    comments,
    strings: comments.line.includes('#') ? quotedStrings : characterStrings,
    isShortLined: kind === 'code',
    ...more,
  });

const line = (...open: string[]): CommentForms => ({ ...noComments, line: open });
const both = (open: string, ...block: [open: string, close: string]): CommentForms => ({
  ...line(open),
  block: [block],
});

const code = rowsOf('code');
const codeRows = [
  code(['shell', 'Shell'], '.zsh .fish', hashComments),
  code(['swift', 'Swift'], '.swift', slashComments),
  code(['lua', 'Lua'], '.lua', both('--', '--[[', ']]')),
  code(['perl', 'Perl'], '.pl .pm', hashComments),
  code(['r', 'R'], '.r', hashComments),
  code(['julia', 'Julia'], '.jl', both('#', '#=', '=#')),
  code(['haskell', 'Haskell'], '.hs', both('--', '{-', '-}')),
  code(['ocaml', 'OCaml'], '.ml .mli', { ...noComments, block: [['(*', '*)']] }),
  code(['elixir', 'Elixir'], '.ex .exs', hashComments),
  code(['erlang', 'Erlang'], '.erl .hrl', line('%')),
  code(['clojure', 'Clojure'], '.clj .cljs .cljc', line(';')),
  code(['dart', 'Dart'], '.dart', slashComments, { strings: quotedStrings }),
  code(['zig', 'Zig'], '.zig', line('//')),
  code(['nim', 'Nim'], '.nim', both('#', '#[', ']#'), { strings: characterStrings }),
  code(['objective-c', 'Objective-C'], '.m .mm', slashComments),
  code(['assembly', 'Assembly'], '.s .asm', both(';', '/*', '*/')),
  code(['cuda', 'CUDA'], '.cu .cuh', slashComments),
  code(['fortran', 'Fortran'], '.f .f90', line('!'), { strings: quotedStrings }),
  code(['powershell', 'PowerShell'], '.ps1 .psm1', both('#', '<#', '#>')),
  code(['batch', 'Batch'], '.bat .cmd', line('::')),
  code(['groovy', 'Groovy'], '.groovy .gradle', slashComments, {
    fileNames: ['jenkinsfile'],
    strings: quotedStrings,
  }),
  code(['cython', 'Cython'], '.pyx .pxd', hashComments),
  code(['solidity', 'Solidity'], '.sol', slashComments, { strings: quotedStrings }),
  code(['fsharp', 'F#'], '.fs', both('//', '(*', '*)')),
  code(['visual-basic', 'Visual Basic'], '.vb', line("'"), { strings: { '"': 'line' } }),
  code(['lisp', 'Lisp'], '.lisp .el', line(';'), { strings: { '"': 'lines' } }),
  code(['verilog', 'Verilog'], '.v .sv', slashComments, { strings: { '"': 'line' } }),
  code(['vhdl', 'VHDL'], '.vhd', line('--')),
];

/** For languages that people write in short lines although they are not code. */
const short = { isShortLined: true } as const;

const data = rowsOf('data');
const dataRows = [
  data(['json', 'JSON'], '.json .json5 .jsonc .webmanifest .map'),
  data(['yaml', 'YAML'], '.yaml .yml', hashComments),
  data(['toml', 'TOML'], '.toml', hashComments, { fileNames: ['pipfile', 'cargo.lock'] }),
  data(['ini', 'INI'], '.ini .cfg .conf .properties', line('#', ';')),
  data(['xml', 'XML'], '.xml .svg .xsd .xsl .plist .csproj .props .targets', markupComments),
  data(['html', 'HTML'], '.html .htm .xhtml', markupComments),
  data(
    ['template', 'Templates'],
    '.jinja .jinja2 .j2 .tmpl .hbs .ejs .mustache .erb .pug .njk .in',
  ),
  data(['css', 'CSS'], '.css .scss .sass .less .styl', slashComments, short),
  data(['sql', 'SQL'], '.sql', both('--', '/*', '*/'), { ...short, strings: quotedStrings }),
  data(['graphql', 'GraphQL'], '.graphql .gql', hashComments),
  data(['protobuf', 'Protocol Buffers'], '.proto', slashComments, short),
  data(['thrift', 'Thrift'], '.thrift', { ...slashComments, line: ['//', '#'] }, short),
  data(['avro', 'Avro'], '.avsc .avdl', slashComments),
  data(['csv', 'CSV'], '.csv .tsv'),
  data(['cmake', 'CMake'], '.cmake', hashComments, { ...short, fileNames: ['cmakelists.txt'] }),
  data(['terraform', 'Terraform'], '.tf .tfvars .hcl', {
    ...slashComments,
    line: ['//', '#'],
  }),
  data(['nix', 'Nix'], '.nix', both('#', '/*', '*/')),
  data(['diff', 'Diff'], '.diff .patch'),
  data(['makefile', 'Make'], '', hashComments, { fileNames: ['makefile', 'gnumakefile'] }),
  data(['dockerfile', 'Dockerfile'], '', hashComments, { fileNames: ['dockerfile'] }),
  data(['go-module', 'Go module'], '', line('//'), { fileNames: ['go.mod'] }),
  data(['go-checksums', 'Go checksums'], '', noComments, { fileNames: ['go.sum'] }),
  data(['ignore-list', 'Ignore list'], '', hashComments, {
    fileNames: ['.gitignore', '.dockerignore', '.npmignore'],
  }),
];

const prose = rowsOf('prose');
const proseRows = [
  prose(['markdown', 'Markdown'], '.md .markdown .mdx', markupComments, { strings: {} }),
  prose(['restructuredtext', 'reStructuredText'], '.rst', noComments, { strings: {} }),
  prose(['asciidoc', 'AsciiDoc'], '.adoc .asciidoc', line('//'), { strings: {} }),
  prose(['tex', 'TeX'], '.tex .bib .sty', line('%'), { strings: {} }),
  // Files that no other row claims count as text too.
  prose(['text', 'Text'], '.txt', noComments, { strings: {} }),
];

export const listedRows: readonly LanguageRow[] = [...codeRows, ...dataRows, ...proseRows];
