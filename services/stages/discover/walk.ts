/**
 * Lists the entries of a folder, and the paths that are left out with their reasons. An error of
 * one entry does not affect the others. In a checkout, git's index and the .gitignore files decide;
 * of a plain folder .gitignore files ignore nothing, as in an archive of the same tree.
 */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { compareText } from '../../../schemas/compare-text.ts';
import { PipelineError } from '../../runtime/errors.ts';
import {
  cloneMarks,
  type LeftOut,
  type LeftOutReason,
  vendoredFolders,
  versionControlName,
} from '../../runtime/store/left-out.ts';
import { type IgnoreRules, isIgnored, outerRules, ownRules, withFolder } from './ignore-rules.ts';
import { readTracked, type Tracked } from './tracked.ts';

export interface WalkLimits {
  readonly entriesMax: number;
  readonly ignore: readonly string[];
  /** The run's own output folder, never packed; null if there is none. */
  readonly outputFolder: string | null;
}

export interface Entry {
  readonly path: string;
  readonly type: 'file' | 'symlink' | 'fifo';
  /** Set for a folder that could not be listed. */
  readonly skip?: 'unreadable';
}

export interface Walked {
  readonly entries: readonly Entry[];
  readonly leftOut: readonly LeftOut[];
}

interface Walk {
  readonly root: string;
  readonly limits: WalkLimits;
  readonly tracked: Tracked | null;
  readonly own: IgnoreRules;
  readonly entries: Entry[];
  readonly leftOut: LeftOut[];
}

/** Lists a folder; throws the system's error if the folder itself cannot be listed. */
export async function walkFolder(root: string, limits: WalkLimits): Promise<Walked> {
  const outer = await outerRules(root);
  const tracked = outer === null ? null : await readTracked(root, outer.checkout);
  const walk: Walk = {
    root,
    limits,
    tracked,
    own: ownRules(limits.ignore),
    entries: [],
    leftOut: [],
  };
  if (tracked?.isReadable === false) leave(walk, '.git', 'index-unreadable');
  await visitFolder(walk, { base: '', children: await list(root) }, outer?.rules ?? null);
  const { entries, leftOut } = walk;
  entries.sort((a, b) => compareText(a.path, b.path));
  leftOut.sort((a, b) => compareText(a.path, b.path));
  return { entries, leftOut };
}

interface Folder {
  /** Its path with a slash at the end; '' at the top. */
  readonly base: string;
  readonly children: readonly Dirent<Buffer>[];
}

function list(folder: string): Promise<Dirent<Buffer>[]> {
  return readdir(folder, { withFileTypes: true, encoding: 'buffer' });
}

/** `outer` is null outside of a checkout, where .gitignore files do not apply. */
async function visitFolder(
  walk: Walk,
  { base, children }: Folder,
  outer: IgnoreRules | null,
): Promise<void> {
  const rules = outer === null ? null : await withFolder(outer, walk.root, base);
  for (const child of children) {
    const path = base + child.name.toString();
    // A name in invalid UTF-8 cannot be opened by its text; `admit` refuses it as unsafe.
    if (!child.name.equals(Buffer.from(child.name.toString()))) add(walk, { path, type: 'file' });
    else await visit(walk, { path, name: child.name.toString(), child }, rules);
  }
}

interface Child {
  readonly path: string;
  readonly name: string;
  readonly child: Dirent<Buffer>;
}

async function visit(walk: Walk, at: Child, rules: IgnoreRules | null): Promise<void> {
  const { path, name, child } = at;
  if (versionControlName.test(name)) return leave(walk, path, 'version-control');
  if (!child.isDirectory()) {
    const isOut =
      isIgnored(walk.own, path) ||
      (rules !== null && !isTracked(walk, path) && isIgnored(rules, path));
    if (isOut) leave(walk, path, 'ignored');
    else add(walk, { path, type: entryType(child) });
    return;
  }
  const byPath = whyPathIsOut(walk, at);
  if (byPath !== null) return leave(walk, path, byPath);
  // A system error (no permission, gone, too deep) costs one entry.
  const children = await list(join(walk.root, path)).catch(() => null);
  const byContent = whyContentIsOut(walk, at, children ?? [], rules);
  if (byContent !== null) return leave(walk, path, byContent);
  if (children === null) return add(walk, { path, type: 'file', skip: 'unreadable' });
  await visitFolder(walk, { base: `${path}/`, children }, rules);
}

function whyPathIsOut(
  { root, limits, tracked, own }: Walk,
  { path, name }: Child,
): LeftOutReason | null {
  const folder = join(root, path);
  if (limits.outputFolder !== null && relative(limits.outputFolder, folder) === '') return 'output';
  if (isIgnored(own, `${path}/`)) return 'ignored';
  if (tracked?.submodules.has(path) === true) return 'submodule';
  if (tracked?.folders.has(path) === true) return null;
  return vendoredFolders.has(name) ? 'vendored' : null;
}

function whyContentIsOut(
  { tracked }: Walk,
  { path, name }: Child,
  children: readonly Dirent<Buffer>[],
  rules: IgnoreRules | null,
): LeftOutReason | null {
  if (tracked?.folders.has(path) === true) return null;
  const names = new Set(children.map((child) => child.name.toString()));
  if (names.has('pyvenv.cfg')) return 'vendored';
  if (name === '.backstory' || (names.has('run.json') && names.has('manifest'))) return 'output';
  if (rules !== null && isIgnored(rules, `${path}/`)) return 'ignored';
  return cloneMarks.some((mark) => names.has(mark)) ? 'nested-repository' : null;
}

function isTracked({ tracked }: Walk, path: string): boolean {
  return tracked !== null && (tracked.files.has(path) || tracked.folders.has(path));
}

function leave({ leftOut }: Walk, path: string, reason: LeftOutReason): void {
  leftOut.push({ path, reason });
}

function add({ entries, limits }: Walk, entry: Entry): void {
  entries.push(entry);
  if (entries.length <= limits.entriesMax) return;
  throw new PipelineError(
    'SOURCE_UNREADABLE',
    `the folder has more than ${limits.entriesMax} files; raise discover.entriesMax or ignore some`,
  );
}

/** Returns the entry's type; sockets and devices count as pipes and are never read. */
function entryType(child: Dirent<Buffer>): Entry['type'] {
  if (child.isFile()) return 'file';
  return child.isSymbolicLink() ? 'symlink' : 'fifo';
}
