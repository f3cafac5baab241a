/**
 * Any server that git can read, as a code host: references are listed, one commit is fetched
 * without its history, and `git archive` makes the tar of its files. Nothing of the repository is
 * run or checked out: the fetch is bare, without hooks, tags and submodules.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CodeHost, SnapshotLimits } from '../../ports/code-host.ts';
import { type GitAddress, readGitAddress } from '../../ports/git/address.ts';
import type { Clock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { again, done, repeat, type Tried } from '../../runtime/retry.ts';
import { archiveTooLarge, triedInVain, withinTime } from '../failures.ts';
import { archiveCommit, type GitFailure, isGitFailure, packBytes, runGit } from './run-git.ts';

export interface GitHostSettings {
  /** First wait after a failure. */
  readonly retryBaseMs: number;
}

interface Tools {
  readonly clock: Clock;
  readonly random: () => number;
}

/** A search and a name are things of GitHub. */
export type GitHost = Pick<CodeHost, 'repository' | 'commit' | 'snapshot'>;

const wholeHash = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Tries before a failure counts as this repository's own. */
const triesMax = 5;
const waitMsMax = 20_000;
/** A server that lists its references for longer does not serve. */
const listMsMax = 60_000;

/** Repositories are named by their addresses, as `readGitAddress` reads them. */
export function openGitHost({ retryBaseMs }: GitHostSettings, { clock, random }: Tools): GitHost {
  const persist = async <Result>(
    subject: string,
    signal: AbortSignal,
    task: () => Promise<Result>,
  ): Promise<Result> => {
    const backoff = { clock, random, baseMs: retryBaseMs, waitMsMax, retriesMax: triesMax - 1 };
    const last = await repeat({ ...backoff, signal }, () => tried(subject, signal, task));
    signal.throwIfAborted();
    if (last.kind === 'done') return last.result;
    throw triedInVain(subject, triesMax, last.failure);
  };
  return {
    repository: async (name) => {
      const { address, host, path } = readName(name);
      return { host, id: `${host}/${path}`, name: address, licence: null, fork: false };
    },
    commit: async (name, reference, signal) => {
      const { address } = readName(name);
      const subject = reference === null ? address : `${address}#${reference}`;
      if (reference !== null && wholeHash.test(reference)) {
        return { commit: reference, timeMs: 0, etag: null };
      }
      const wanted = reference === null ? ['HEAD'] : namesFor(reference);
      const listed = await persist(subject, signal, () =>
        runGit(['ls-remote', '--', address, ...wanted], { timeoutMs: listMsMax, signal }),
      );
      const commit = bestOf(listed, wanted);
      // The time of the commit stands in the archive.
      if (commit !== null) return { commit, timeMs: 0, etag: null };
      if (reference === null) {
        throw new PipelineError('SOURCE_EMPTY', `${subject} has no commit`, { subject });
      }
      const message = `${address} has no branch or tag ${reference}; a commit is named by its whole hash`;
      throw new PipelineError('SOURCE_GONE', message, { subject });
    },
    snapshot: async (name, commit, limits, signal) => {
      const { address } = readName(name);
      const subject = `${address} at ${commit.slice(0, 12)}`;
      return withinTime(subject, limits, signal, (timed) =>
        persist(subject, timed, () => fetchCommit({ address, commit, subject }, limits, timed)),
      );
    },
  };
}

function readName(name: string): GitAddress {
  const read = readGitAddress(name);
  if (read !== null && !('problem' in read)) return read;
  throw new PipelineError('SOURCE_GONE', `${name} is no address of a repository`, {
    subject: name,
  });
}

/** In git's order: a tag before a branch. What a signed tag points to comes before the tag. */
function namesFor(reference: string): readonly string[] {
  if (reference.startsWith('refs/')) return [`${reference}^{}`, reference];
  const tag = `refs/tags/${reference}`;
  return [`${tag}^{}`, tag, `refs/heads/${reference}`];
}

/** `ls-remote` matches the ends of names, so others may be among them. */
function bestOf(listed: string, wanted: readonly string[]): string | null {
  const lines = listed.split('\n').map((line) => line.split('\t'));
  for (const name of wanted) {
    const [hash = ''] = lines.find(([, each]) => each === name) ?? [];
    if (wholeHash.test(hash)) return hash;
  }
  return null;
}

async function tried<Result>(
  subject: string,
  signal: AbortSignal,
  task: () => Promise<Result>,
): Promise<Tried<Result, string>> {
  try {
    return done(await task());
  } catch (error) {
    signal.throwIfAborted();
    if (!isGitFailure(error)) throw error;
    if (mayPass(error)) return again(error.said);
    const message = `the server gives no ${subject}: ${error.said}`;
    throw new PipelineError('SOURCE_GONE', message, { subject, cause: error });
  }
}

/** What git says of a server that may serve later. */
const passing = anyOf([
  'could not resolve|connection (?:refused|reset|closed|timed)|timed out|unexpected disconnect',
  'early eof|hung up|rpc failed|error: (?:408|425|429|5\\d\\d)',
]);
/** What is an answer; a server of ssh says of each that the remote could not be read. */
const final = anyOf([
  'not found|does not exist|not appear to be|denied|authentication failed|prompts disabled',
  'could not read (?:username|password)|not exported|not our ref|unadvertised|host key',
  'error: 4\\d\\d',
]);

function anyOf(forms: readonly string[]): RegExp {
  return new RegExp(forms.join('|'), 'i');
}

function mayPass({ said }: GitFailure): boolean {
  return passing.test(said) || !final.test(said);
}

interface Wanted {
  readonly address: string;
  readonly commit: string;
  readonly subject: string;
}

async function fetchCommit(
  { address, commit, subject }: Wanted,
  limits: SnapshotLimits,
  signal: AbortSignal,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-git-'));
  try {
    const format = commit.length === 64 ? 'sha256' : 'sha1';
    await runGit(['init', '--quiet', '--bare', `--object-format=${format}`, folder], { signal });
    // Into one pack, whose growth can be watched.
    const fetch = ['-c', 'fetch.unpackLimit=1', 'fetch', '--quiet', '--depth=1', '--no-tags']
      .concat('--no-recurse-submodules', '--no-write-fetch-head', '--', address)
      .concat(commit);
    const watch = async () => {
      if ((await packBytes(folder)) > limits.bytesMax) throw archiveTooLarge(subject, limits);
    };
    await runGit(fetch, { folder, signal, watch });
    const archive = await archiveCommit(folder, commit, limits.bytesMax, signal);
    if (archive === null) throw archiveTooLarge(subject, limits);
    return archive;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
