/**
 * Asks git for the commit of a folder and its time. The call must not run anything that the
 * repository configures: no hooks, signatures, file monitors or fetches.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gitEnvironment } from '../../ports/git/environment.ts';
import { checkoutOf } from './checkout.ts';

const run = promisify(execFile);

export interface CommitFacts {
  readonly commit: string;
  readonly timeMs: number;
}

/** Settings that override the repository's own; else `cat-file` could fetch a missing object. */
const safety = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  // A folder in the repository may look like a bare repository with its own settings.
  'safe.bareRepository=explicit',
].concat(
  ['allow', 'ext.allow', 'file.allow', 'ssh.allow', 'git.allow', 'http.allow', 'https.allow'].map(
    (name) => `protocol.${name}=never`,
  ),
);

/**
 * Returns the folder's commit and its time. Null if the folder is not part of a commit, git is
 * missing, or git does not answer in time.
 */
export async function readCommit(folder: string, timeoutMs: number): Promise<CommitFacts | null> {
  if ((await checkoutOf(folder)) === null) return null;
  try {
    // Fails if the folder lies inside a checkout but is not part of its commit.
    await git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD:./'], timeoutMs);
    const commit = (
      await git(folder, ['rev-parse', '--verify', 'HEAD^{commit}'], timeoutMs)
    ).trim();
    if (!/^[0-9a-f]{40,64}$/.test(commit)) return null;
    const object = await git(folder, ['cat-file', 'commit', commit], timeoutMs);
    const seconds = /^committer .*> (\d{1,12}) [+-]\d{4}$/m.exec(object)?.[1];
    return { commit, timeMs: Number(seconds ?? 0) * 1000 };
  } catch {
    // No git, no commit yet, or a repository that git does not trust: the commit stays unknown.
    return null;
  }
}

async function git(folder: string, command: readonly string[], timeoutMs: number): Promise<string> {
  const options = safety.flatMap((setting) => ['-c', setting]);
  const { stdout } = await run('git', ['-C', folder, ...options, ...command], {
    timeout: timeoutMs,
    maxBuffer: 1024 * 1024,
    windowsHide: true,
    // Git then writes and fetches nothing.
    env: { ...gitEnvironment(process.env), GIT_NO_LAZY_FETCH: '1' },
  });
  return stdout;
}
