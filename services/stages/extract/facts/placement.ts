/**
 * Where a file belongs in the order when no dependency decides: manifests and licence first, then
 * data, sources, tests, examples, operations, and documentation last. Decides by name only, so that
 * it works for files in any language. Pure.
 */
import { extensionOf, nameOf } from '../paths.ts';

export const phase = {
  /** Licence, ignore lists, manifests, build and tool configuration. */
  foundation: 0,
  /** Files that code reads: templates, styles, schemas, data. */
  data: 1,
  source: 2,
  testData: 3,
  test: 4,
  example: 5,
  /** Continuous integration, containers, deployment. */
  operations: 6,
  /** Readme, change log, manuals. */
  documentation: 7,
} as const;

const testFolders = new Set([
  'test',
  'tests',
  '__tests__',
  'spec',
  'specs',
  'testdata',
  '__mocks__',
]);
const exampleFolders = new Set(['example', 'examples', 'sample', 'samples', 'demo', 'demos']);
const documentationFolders = new Set(['doc', 'docs', 'documentation', 'man', 'website']);
/** Also what packaging tools leave behind, such as `name.egg-info`. */
const operationFolders = new Set(['.github', '.gitlab', '.circleci', '.buildkite', 'ci', 'docker']);

/** Case matters here: `Latest.java` is no test. */
const isTestName = anyOf(
  'test_*.py *_test.py conftest.py *_test.go *_test.rs *_test.cc *_test.cpp *_test.c *_spec.rb',
  '*.test.js *.test.jsx *.test.ts *.test.tsx *.test.mjs *.test.cjs *.test.mts *.test.cts',
  '*.spec.js *.spec.jsx *.spec.ts *.spec.tsx *.spec.mjs *.spec.cjs *.spec.mts *.spec.cts',
  '*-test.js *-test.ts *-test.tsx *-spec.js *-spec.ts *Test.java *Tests.java *Test.php',
  'test_*.rb *_test.rb *.bats',
);
const isLicence = anyOf(
  'license license.* license-* licence licence.* licence-* copying copying.* notice notice.*',
  'unlicense copyright copyright.* patents',
);
const isDocumentation = anyOf(
  'readme readme.* changes changes.* changelog changelog.* history.* news news.* authors authors.*',
  'contributors* contributing* maintainers* security.md code_of_conduct* support.md todo todo.*',
  'upgrading* install install.*',
);
const documentationExtensions = new Set(['.md', '.markdown', '.rst', '.adoc', '.txt', '.mdx']);
const isOperation = anyOf(
  'dockerfile *.dockerfile docker-compose*.yml docker-compose*.yaml compose.yml compose.yaml',
  '.travis.yml .gitlab-ci.yml appveyor.yml jenkinsfile codecov.yml .codecov.yml dependabot.yml',
  '.readthedocs.yml .readthedocs.yaml pkg-info',
);
const isFoundation = anyOf(
  'package.json package-lock.json *.lock *tsconfig*.json jsconfig.json pnpm-workspace.yaml',
  'pnpm-lock.yaml lerna.json turbo.json nx.json *.config.js *.config.cjs *.config.mjs *.config.ts',
  'pyproject.toml setup.py setup.cfg requirements*.txt tox.ini pytest.ini manifest.in pipfile',
  'go.mod go.sum go.work cargo.toml build.rs rust-toolchain rust-toolchain.toml rustfmt.toml',
  'pom.xml build.gradle* settings.gradle* gradle.properties *.csproj *.sln composer.json',
  'makefile gnumakefile cmakelists.txt *.cmake configure configure.ac configure.in meson.build',
  'binding.gyp justfile gemfile rakefile *.gemspec .*rc .*rc.js .*rc.cjs .*rc.json .*rc.yml',
  '.editorconfig .gitignore .gitattributes .npmignore .dockerignore .prettierignore .mailmap',
  '.eslintignore .pre-commit-config.yaml .golangci.yml .golangci.yaml .clang-format .clang-tidy',
);

/**
 * Tests a name against many patterns in which `*` stands for any text. Most patterns are endings;
 * these are compared directly, because a regular expression would try them at every position.
 */
function anyOf(...lists: string[]): (name: string) => boolean {
  const patterns = lists.flatMap((list) => list.split(' '));
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const isEnding = (pattern: string) => pattern.lastIndexOf('*') === 0;
  const endings = patterns.filter(isEnding).map((pattern) => pattern.slice(1));
  const others = patterns
    .filter((pattern) => pattern.includes('*') && !isEnding(pattern))
    .map((pattern) => pattern.replaceAll('.', '\\.').replaceAll('*', '.*'));
  const other = new RegExp(`^(?:${others.join('|')})$`);
  return (name) =>
    exact.has(name) || endings.some((ending) => name.endsWith(ending)) || other.test(name);
}

/** Whether a file is test code or test data. */
export function isTest(path: string): boolean {
  return isTestName(nameOf(path)) || hasFolder(path, testFolders);
}

const testedNames = [
  /^test_(.+)\.(?:py|rb)$/,
  /^(.+)_(?:test|spec)\.\w+$/,
  /^(.+)[.-](?:test|spec)\.[cm]?[jt]sx?$/,
  /^(.+?)Tests?\.(?:java|php)$/,
];

/** The stem of the source that a test is named after, or null: `test_app.py` tests `app`. */
export function testedStem(path: string): string | null {
  for (const pattern of testedNames) {
    const stem = pattern.exec(nameOf(path))?.[1];
    if (stem !== undefined) return stem;
  }
  return null;
}

/** `isCode` tells whether the file is in a programming language. */
export function phaseOf(path: string, isCode: boolean): number {
  const lower = nameOf(path).toLowerCase();
  if (isTest(path)) return isCode ? phase.test : phase.testData;
  if (hasFolder(path, operationFolders) || isOperation(lower)) return phase.operations;
  if (hasFolder(path, exampleFolders)) return phase.example;
  // A `doc` folder among the sources is about documentation, but is code.
  const isManual = isCode
    ? documentationFolders.has(path.split('/', 1)[0] ?? '')
    : hasFolder(path, documentationFolders);
  if (isManual) return phase.documentation;
  if (isFoundation(lower)) return phase.foundation;
  // `history.ts` and `notice.py` are code.
  if (isCode) return phase.source;
  if (isLicence(lower)) return phase.foundation;
  if (isDocumentation(lower)) return phase.documentation;
  return documentationExtensions.has(extensionOf(path)) ? phase.documentation : phase.data;
}

function hasFolder(path: string, folders: ReadonlySet<string>): boolean {
  let start = 0;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', start)) {
    if (folders.has(path.slice(start, slash))) return true;
    start = slash + 1;
  }
  return false;
}
