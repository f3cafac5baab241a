/**
 * Decides which paths of a folder are ignored: by nested .gitignore files as in git, and by the
 * user's own patterns.
 */
import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import ignoreFactory, { type Ignore } from 'ignore';
import { checkoutOf } from './checkout.ts';

// The package's default export is the factory, but its types describe the CommonJS wrapper.
const createIgnore = ignoreFactory as unknown as (options: IgnoreOptions) => Ignore;

interface IgnoreOptions {
  readonly ignorecase: boolean;
  readonly allowRelativePaths: boolean;
}

/** Case as in git on Linux. The package would take a file named `..name` for a relative path. */
const options: IgnoreOptions = { ignorecase: false, allowRelativePaths: true };

/** A larger .gitignore is not read; hand-written ones are far smaller. */
const gitignoreBytesMax = 1024 * 1024;

interface Rule {
  /** Folder of the .gitignore, relative to the source, with a trailing slash; '' at the top. */
  readonly base: string;
  /** Path to the source from a .gitignore above it, with a trailing slash; else ''. */
  readonly prefix: string;
  readonly patterns: Ignore;
}

/** The rules that apply in a folder, outermost first. */
export type IgnoreRules = readonly Rule[];

export interface Checkout {
  /** The folder that holds `.git`. */
  readonly checkout: string;
  /** The rules of the .gitignore files above the source. */
  readonly rules: IgnoreRules;
}

/**
 * Returns the checkout that the source is or belongs to. Null for a plain folder, and for a folder
 * that the checkout around it ignores, because that folder is not part of the repository.
 */
export async function outerRules(root: string): Promise<Checkout | null> {
  const checkout = await checkoutOf(root);
  if (checkout === null) return null;
  const rules: Rule[] = [];
  let prefix = '';
  let isIgnoredBelow = false;
  for (let inner = root; inner !== checkout; inner = dirname(inner)) {
    const folder = dirname(inner);
    prefix = `${basename(inner)}/${prefix}`;
    const rule = { base: '', prefix, patterns: await readPatterns(folder) };
    if (rule.patterns.ignores(prefix)) isIgnoredBelow = true;
    rules.unshift(rule);
  }
  return isIgnoredBelow ? null : { checkout, rules };
}

/** Returns the rules of the user's own patterns, which apply to tracked files, too. */
export function ownRules(patterns: readonly string[]): IgnoreRules {
  if (patterns.length === 0) return [];
  return [{ base: '', prefix: '', patterns: createIgnore(options).add([...patterns]) }];
}

/** Returns the rules with those of the folder's own .gitignore added. */
export async function withFolder(
  rules: IgnoreRules,
  root: string,
  base: string,
): Promise<IgnoreRules> {
  return [...rules, { base, prefix: '', patterns: await readPatterns(join(root, base)) }];
}

/** Returns no patterns if .gitignore is missing, unreadable, too large or not a plain file. */
async function readPatterns(folder: string): Promise<Ignore> {
  const path = join(folder, '.gitignore');
  try {
    const stats = await lstat(path);
    if (stats.isFile() && stats.size <= gitignoreBytesMax) {
      return createIgnore(options).add(await readFile(path, 'utf8'));
    }
  } catch {
    // A missing or unreadable .gitignore ignores nothing.
  }
  return createIgnore(options);
}

/**
 * Whether the rules ignore the path; the innermost matching rule decides, as in git. `path` must
 * end in / for a folder.
 */
export function isIgnored(rules: IgnoreRules, path: string): boolean {
  for (const { base, prefix, patterns } of rules.toReversed()) {
    const { ignored, unignored } = patterns.test(prefix + path.slice(base.length));
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}
