/**
 * Where a file belongs in the order when no dependency decides: what the project stands on first,
 * then its data, sources, tests, examples, and what is written about it last. Pure; decides by
 * name only, so it holds for files in any language.
 */
import { extensionOf, nameOf } from './paths.ts';

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

const testName =
  /^(?:test_.*\.py|.*_test\.(?:py|go|rs|cc|cpp|c)|conftest\.py|.*[.-](?:test|spec)\.[cm]?[jt]sx?|.*Tests?\.java|.*_(?:test|spec)\.rb)$/;
const licenceName = /^(?:licen[cs]e|copying|notice|unlicense|copyright|patents)(?:[.-].*)?$/i;
const documentationName =
  /^(?:readme|changes|changelog|history|news|authors|contributors|contributing|maintainers|security|code_of_conduct|support|todo|upgrading|install)(?:[.-].*)?$/i;
const documentationExtensions = new Set(['.md', '.markdown', '.rst', '.adoc', '.txt', '.mdx']);
const operationName =
  /^(?:dockerfile|.*\.dockerfile|docker-compose.*\.ya?ml|compose\.ya?ml|\.travis\.yml|\.gitlab-ci\.yml|appveyor\.yml|jenkinsfile|\.codecov\.yml|codecov\.yml|dependabot\.yml|pkg-info|\.readthedocs\.ya?ml)$/i;
const foundationName =
  /^(?:package(?:-lock)?\.json|.*\.lock|.*tsconfig.*\.json|jsconfig\.json|pnpm-workspace\.yaml|lerna\.json|turbo\.json|nx\.json|pyproject\.toml|setup\.(?:py|cfg)|requirements.*\.txt|tox\.ini|pytest\.ini|manifest\.in|pipfile|go\.(?:mod|sum|work)|cargo\.(?:toml|lock)|build\.rs|rust(?:-toolchain|fmt)(?:\.toml)?|pom\.xml|(?:build|settings)\.gradle(?:\.kts)?|gradle\.properties|makefile|gnumakefile|cmakelists\.txt|.*\.cmake|configure(?:\.ac|\.in)?|meson\.build|justfile|gemfile|rakefile|composer\.json|.*\.gemspec|.*\.csproj|.*\.sln|\..*rc(?:\.(?:js|cjs|mjs|json|ya?ml))?|\.(?:editorconfig|gitignore|gitattributes|npmignore|npmrc|nvmrc|dockerignore|prettierignore|eslintignore|mailmap|pre-commit-config\.yaml|golangci\.ya?ml|clang-format|clang-tidy)|.*\.config\.[cm]?[jt]s)$/i;

/** Whether a file is test code or test data. */
export function isTest(path: string): boolean {
  return testName.test(nameOf(path)) || hasFolder(path, testFolders);
}

/** The stem of the source that a test is named after, or null: `test_app.py` tests `app`. */
export function testedStem(path: string): string | null {
  const match =
    /^(?:test_(?<a>.+)\.py|(?<b>.+)_(?:test|spec)\.\w+|(?<c>.+)[.-](?:test|spec)\.[cm]?[jt]sx?|(?<d>.+?)Tests?\.java)$/.exec(
      nameOf(path),
    );
  return Object.values(match?.groups ?? {}).find((stem) => stem !== undefined) ?? null;
}

/** `isCode` tells whether the file is in a programming language. */
export function phaseOf(path: string, isCode: boolean): number {
  const name = nameOf(path);
  if (isTest(path)) return isCode ? phase.test : phase.testData;
  if (hasFolder(path, operationFolders) || operationName.test(name)) return phase.operations;
  if (hasFolder(path, exampleFolders)) return phase.example;
  // A `doc` folder among the sources is about documentation, but is code.
  const isManual = isCode
    ? documentationFolders.has(path.split('/', 1)[0] ?? '')
    : hasFolder(path, documentationFolders);
  if (isManual) return phase.documentation;
  if (licenceName.test(name) || foundationName.test(name)) return phase.foundation;
  if (documentationName.test(name)) return phase.documentation;
  if (isCode) return phase.source;
  return documentationExtensions.has(extensionOf(path)) ? phase.documentation : phase.data;
}

function hasFolder(path: string, folders: ReadonlySet<string>): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((part) => folders.has(part));
}
