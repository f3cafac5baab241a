/** What kind of file a path is, from its name and place alone. */
import { baseName } from '../wording.ts';

export type Role =
  | 'test'
  | 'example'
  | 'readme'
  | 'changelog'
  | 'licence'
  | 'documentation'
  | 'manifest'
  | 'workflow'
  | 'configuration'
  | 'build'
  | 'markup'
  | 'data'
  | 'package'
  | 'entry'
  | 'header'
  | 'source';

/** The first match wins. A role may have several rows, which keeps each pattern readable. */
const rules: readonly (readonly [Role, RegExp])[] = [
  ['documentation', /^docs?\/.*\.(?:md|rst|txt|adoc|mdx|py|bat|sh|inc)$/i],
  ['licence', /(?:^|\/)(?:licen[cs]e|copying|notice|unlicense|patents)(?:[-.][\w.-]+)?$/i],
  ['changelog', /(?:^|\/)(?:changes|changelog|history|news|releases?)(?:\.\w+)?$/i],
  ['workflow', /(?:^|\/)\.(?:github|circleci|gitlab|azure)|\.gitlab-ci\.yml$/i],
  ['workflow', /(?:^|\/)(?:\.travis|appveyor|azure-pipelines)\.ya?ml$/i],
  ['manifest', /(?:^|\/)(?:pyproject\.toml|setup\.(?:py|cfg)|manifest\.in|pkg-info)$/i],
  ['manifest', /(?:^|\/)(?:requirements[\w-]*\.txt|gemfile|[\w-]+\.gemspec)$/i],
  ['manifest', /(?:^|\/)(?:package\.json|composer\.json|go\.mod|cargo\.toml)$/i],
  ['manifest', /(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|module\.bazel)$/i],
  ['build', /(?:^|\/)(?:makefile(?:\.\w+)?|cmakelists\.txt|dockerfile[\w.-]*)$/i],
  ['build', /(?:^|\/)(?:justfile|rakefile|gulpfile\.\w+|tox\.ini|noxfile\.py)$/i],
  ['build', /(?:^|\/)(?:build\.(?:rs|zig|bazel|xml)|meson\.build|configure(?:\.ac)?)$/i],
  ['build', /\.(?:mk|cmake|bazel|m4)$/i],
  ['example', /(?:^|\/)(?:examples?|demos?|samples?|tutorials?|bench(?:es|marks?)?)\//i],
  ['test', /(?:^|\/)(?:tests?|specs?|__tests__|testing|testdata|fixtures|e2e)\//],
  ['test', /(?:^|[/_.-])(?:test|spec)s?(?=[._-][\w.]*$)/],
  ['test', /(?:^|\/)test_[^/]+$|_test\.\w+$|Tests?\.(?:java|kt|cs)$/],
  ['test', /(?:^|\/)(?:tests?|conftest)\.\w+$/],
  ['readme', /(?:^|\/)readme(?:\.\w+)?$/i],
  ['documentation', /\.(?:md|rst|adoc|mdx|1|tex|texi)$|(?:^|\/)docs?\/.*\.(?:txt|py|inc)$/i],
  ['documentation', /(?:^|\/)(?:authors|contributors|contributing)(?:\.\w+)?$/i],
  ['documentation', /(?:^|\/)(?:security|code_of_conduct)(?:\.\w+)?$/i],
  ['markup', /\.(?:html?|css|scss|less|svg|vue|svelte|jinja2?|j2|ejs|hbs|mustache|tmpl|pug)$/i],
  ['configuration', /\.(?:toml|ya?ml|ini|cfg|conf|properties|editorconfig)$/i],
  ['configuration', /\.(?:json5?|jsonc|lock|sum|env|xml|plist)$/i],
  ['configuration', /(?:^|\/)(?:\.[\w.-]+|py\.typed|[\w-]+\.config\.\w+)$/i],
  ['data', /\.(?:csv|tsv|sql|txt|po|pot|in|dat|ndjson|jsonl|golden|snap)$/i],
  ['package', /(?:^|\/)(?:__init__\.pyi?|index\.[cm]?[jt]sx?|mod\.rs|lib\.rs)$/i],
  ['package', /(?:^|\/)(?:package-info\.java|doc\.go)$/i],
  ['entry', /(?:^|\/)(?:__main__\.py|manage\.py|wsgi\.py)$/i],
  ['entry', /(?:^|\/)(?:main|cli)\.(?:[cm]?[jt]sx?|py|go|rs|c|cc|cpp|cxx|m|java|kts?|cs)$/i],
  ['entry', /(?:^|\/)(?:main|cli)\.(?:php|rb|scala|swift|sh|pl|lua|zig|dart)$/i],
  ['entry', /(?:^|\/)(?:app\.[jt]s|server\.[jt]s)$|(?:^|\/)(?:bin|cmd)\//i],
  ['header', /\.(?:h|hh|hpp|hxx|d\.ts|pyi)$/i],
];

export function roleOf(path: string): Role {
  return rules.find(([, pattern]) => pattern.test(path))?.[0] ?? 'source';
}

/** Whether the file is code of the project itself, rather than about or around it. */
export function isProgram(role: Role): boolean {
  return role === 'source' || role === 'package' || role === 'entry' || role === 'header';
}

const roleNames: Readonly<Record<Role, string>> = {
  test: 'tests',
  example: 'an example',
  readme: 'the introduction for readers',
  changelog: 'the record of changes',
  licence: 'the licence text',
  documentation: 'documentation',
  manifest: 'package metadata',
  workflow: 'continuous integration',
  configuration: 'configuration',
  build: 'build instructions',
  markup: 'markup',
  data: 'data',
  package: 'the face of its package',
  entry: 'an entry point',
  header: 'declarations',
  source: 'code',
};

export function roleName(role: Role): string {
  return roleNames[role];
}

/** The stem that a test shares with its source: `test_cli.py` and `cli.py` both give `cli`. */
export function stemOf(path: string): string {
  return baseName(path)
    .replace(/(?:\.d)?\.\w+$/, '')
    .replace(/^test_|_test$|[-._](?:test|spec)s?$|Tests?$/, '');
}
