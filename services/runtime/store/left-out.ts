/**
 * What a packed folder says about the paths that it was packed without: the contract between
 * `discover`, which leaves them out and lists them, and `admit`, which reports them. Pure.
 */

/** Why a folder or file is not part of the repository. */
export const leftOutReasons = [
  'ignored',
  'output',
  'vendored',
  'version-control',
  'submodule',
  'nested-repository',
  /** Git's index could not be read, so only .gitignore files decided on the files. */
  'index-unreadable',
] as const;

export type LeftOutReason = (typeof leftOutReasons)[number];

export interface LeftOut {
  readonly path: string;
  readonly reason: LeftOutReason;
}

/** Why an entry was packed without its bytes: these two are entries of the repository still. */
export const packedSkips = ['too-large', 'unreadable', ...leftOutReasons] as const;

export type PackedSkip = (typeof packedSkips)[number];

/** The pax record of an entry without bytes; its value is a PackedSkip. */
export const packedSkipRecord = 'BACKSTORY.skip';

export function isLeftOut(reason: string | null): boolean {
  return leftOutReasons.some((each) => each === reason);
}

/** Names of version control's own state: a folder, or a file as in worktrees and submodules. */
export const versionControlName = /^(?:\.(?:git|hg|svn|jj|bzr|sl|pijul|fslckout)|_darcs|_FOSSIL_)$/;

/**
 * Names that show that the folder around them is a clone. `.svn` is none: old Subversion puts it
 * into every folder of a checkout.
 */
export const cloneMarks: readonly string[] = ['.git', '.hg', '.jj'];

/** Returns the outermost folder below the root that the path shows to be a clone. */
export function cloneOn(path: string): string | undefined {
  const names = path.split('/');
  const at = names.findIndex((name, index) => index > 0 && cloneMarks.includes(name));
  return at === -1 ? undefined : names.slice(0, at).join('/');
}

/** Folders of installed packages and of caches; they are packed only if git tracks them. */
export const vendoredFolders: ReadonlySet<string> = new Set([
  'node_modules',
  '.venv',
  '__pycache__',
]);
