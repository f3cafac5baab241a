/**
 * Which paths of a folder are left out: nested .gitignore files as git reads them, the user's own
 * patterns, and folders that never belong to a repository.
 */
import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import ignoreFactory, { type Ignore } from 'ignore';

// The package's default export is the factory; its types wrap it once more for CommonJS.
const createIgnore = ignoreFactory as unknown as (options: IgnoreOptions) => Ignore;

interface IgnoreOptions {
  readonly ignorecase: boolean;
  readonly allowRelativePaths: boolean;
}

/** As git on Linux; a file may be called `..name`, which the package takes for a relative path. */
const options: IgnoreOptions = { ignorecase: false, allowRelativePaths: true };

/** Far beyond any written by hand; a larger one is not read. */
const gitignoreBytesMax = 1024 * 1024;

const skippedFolders = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  '.backstory',
  '.venv',
  '__pycache__',
]);

export function isSkippedFolder(name: string): boolean {
  return skippedFolders.has(name);
}

interface Rule {
  /** Folder of the .gitignore, relative to the source, with a trailing slash; '' at the top. */
  readonly base: string;
  /** Path from a .gitignore above the source down to it, with a trailing slash; else ''. */
  readonly prefix: string;
  readonly patterns: Ignore;
}

/** The rules that hold in a folder, outermost first. */
export type IgnoreRules = readonly Rule[];

/** The user's patterns, and the .gitignore files above a source that is part of a checkout. */
export async function outerRules(root: string, patterns: readonly string[]): Promise<IgnoreRules> {
  const rules: Rule[] = [];
  if (!(await hasName(root, '.git'))) {
    let prefix = '';
    for (let inner = root; dirname(inner) !== inner; inner = dirname(inner)) {
      const folder = dirname(inner);
      prefix = `${basename(inner)}/${prefix}`;
      const rule = { base: '', prefix, patterns: await readPatterns(folder) };
      // Rules that ignore the very folder the user named do not bind inside it.
      if (!rule.patterns.ignores(prefix)) rules.unshift(rule);
      if (await hasName(folder, '.git')) return [...rules, ...ownRules(patterns)];
    }
    // No checkout above: files called .gitignore there concern something else.
    rules.length = 0;
  }
  return ownRules(patterns);
}

function ownRules(patterns: readonly string[]): IgnoreRules {
  if (patterns.length === 0) return [];
  return [{ base: '', prefix: '', patterns: createIgnore(options).add([...patterns]) }];
}

/** Adds the folder's own .gitignore. */
export async function withFolder(
  rules: IgnoreRules,
  root: string,
  base: string,
): Promise<IgnoreRules> {
  return [...rules, { base, prefix: '', patterns: await readPatterns(join(root, base)) }];
}

/** No patterns where there is no .gitignore, or one that is not a plain readable file. */
async function readPatterns(folder: string): Promise<Ignore> {
  const path = join(folder, '.gitignore');
  try {
    const stats = await lstat(path);
    if (stats.isFile() && stats.size <= gitignoreBytesMax) {
      return createIgnore(options).add(await readFile(path, 'utf8'));
    }
  } catch {
    // Absent or unreadable: it ignores nothing.
  }
  return createIgnore(options);
}

async function hasName(folder: string, name: string): Promise<boolean> {
  return lstat(join(folder, name)).then(
    () => true,
    () => false,
  );
}

/** The innermost rule that says anything decides, as in git; `path` ends in / for a folder. */
export function isIgnored(rules: IgnoreRules, path: string): boolean {
  for (const { base, prefix, patterns } of rules.toReversed()) {
    const { ignored, unignored } = patterns.test(prefix + path.slice(base.length));
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}
