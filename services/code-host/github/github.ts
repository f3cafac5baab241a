/** GitHub, or GitHub Enterprise, as a code host: what its answers mean for a repository. */
import type { CodeHost, SnapshotLimits } from '../../ports/code-host.ts';
import { pageSize } from '../../ports/code-host.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { readBounded } from '../../runtime/read-bounded.ts';
import { again, done, type Tried } from '../../runtime/retry.ts';
import { archiveTooLarge, withinTime } from '../failures.ts';
import {
  type Asked,
  type Client,
  type ClientSettings,
  type ClientTools,
  describeFailure,
  openClient,
} from './client.ts';
import { inspectArchive } from './inspect-archive.ts';
import { messageOf, retryAfterMs } from './judge.ts';
import { readCommit, readRepository, readSearchPage } from './shapes.ts';

export function openGitHub(settings: ClientSettings, tools: ClientTools): CodeHost {
  const client = openClient(settings, tools);
  const host = hostName(settings.baseUrl);
  return {
    name: host,
    repository: async (name, signal) => {
      const path = `repos/${pathOf(name)}`;
      const answer = await client.ask({ resource: 'core', path, subject: name }, signal);
      requireFound(answer, name);
      return readRepository(host, answer) ?? unexpected(name);
    },
    commit: async (name, reference, signal, etag = null) => {
      const sha = reference === null ? '' : `&sha=${encodeURIComponent(reference)}`;
      const path = `repos/${pathOf(name)}/commits?per_page=1${sha}`;
      const subject = reference === null ? name : `${name}@${reference}`;
      const answer = await client.ask({ resource: 'core', path, etag, subject }, signal);
      if (answer.status === 304) return 'unchanged';
      if (answer.status === 409 || isEmptyList(answer)) {
        throw new PipelineError('SOURCE_EMPTY', `${subject} has no commit`, { subject });
      }
      requireFound(answer, subject);
      return readCommit(answer) ?? unexpected(subject);
    },
    snapshot: (name, commit, limits, signal) => snapshot(client, { name, commit }, limits, signal),
    search: async (query, page, signal) => {
      const parameters = new URLSearchParams({
        q: query,
        per_page: `${pageSize}`,
        page: `${page}`,
      });
      // Of all orders this one changes least between two pages.
      parameters.set('sort', 'stars');
      const path = `search/repositories?${parameters}`;
      const answer = await client.ask({ resource: 'search', path, subject: 'the search' }, signal);
      if (answer.status >= 400) throw refusedSearch(answer);
      return readSearchPage(host, answer) ?? unexpected('the search');
    },
  };
}

/** github.com for the public API; else the host of the address, with its port. */
export function hostName(baseUrl: string): string {
  const { host } = new URL(baseUrl);
  return host === 'api.github.com' ? 'github.com' : host;
}

function pathOf(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

function isEmptyList({ status, body }: Asked): boolean {
  return status === 200 && body.toString('utf8').trim() === '[]';
}

/** SOURCE_GONE for what is not there or not for us: 404, 410, 451, 422, 403 that is no limit. */
function requireFound(answer: Asked, subject: string): void {
  if (answer.status === 200) return;
  const told = messageOf(answer.body);
  const why = answer.status === 451 ? 'it is blocked for legal reasons' : told || 'no such thing';
  const message = `the code host gives no ${subject}: ${answer.status} ${why}`;
  throw new PipelineError('SOURCE_GONE', message, { subject });
}

function refusedSearch({ status, body }: Asked): PipelineError {
  const message = `the code host refuses the search: ${status} ${messageOf(body)}`;
  return new PipelineError('SOURCE_UNREADABLE', message, { subject: 'the search' });
}

function unexpected(subject: string): never {
  throw new PipelineError(
    'HOST_REFUSED',
    `the answer about ${subject} is not of the form that GitHub documents; check discover.githubUrl`,
    { subject: 'discover.githubUrl' },
  );
}

interface Place {
  readonly name: string;
  readonly commit: string;
}

async function snapshot(
  client: Client,
  { name, commit }: Place,
  limits: SnapshotLimits,
  signal: AbortSignal,
): Promise<Buffer> {
  const subject = `${name} at ${commit.slice(0, 12)}`;
  const path = `repos/${pathOf(name)}/tarball/${commit}`;
  let address: URL | null = null;
  return withinTime(subject, limits, signal, (timed) =>
    client.persist(subject, timed, async () => {
      if (address === null) {
        const answer = await client.ask({ resource: 'core', path, subject }, timed);
        if (answer.elsewhere === null) requireFound(answer, subject);
        address = answer.elsewhere ?? unexpected(subject);
      }
      const got = await download(address, { subject, commit }, limits, timed);
      // A link to a private repository is valid for minutes: the next try asks for a new one.
      if (got.kind === 'again' && got.failure.startsWith('4')) address = null;
      return got;
    }),
  );
}

/** Unpacked bytes after which an archive counts as whole. */
const unpackedMax = 4 * 1024 ** 3;

/** The address needs no token: for a private repository it holds a key of its own. */
async function download(
  address: URL,
  { subject, commit }: { readonly subject: string; readonly commit: string },
  limits: SnapshotLimits,
  signal: AbortSignal,
): Promise<Tried<Buffer, string>> {
  let archive: Buffer | null;
  try {
    const response = await fetch(address, { headers: { 'user-agent': 'backstory' }, signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      const waitMs = retryAfterMs(response.headers) ?? 0;
      return again(`${response.status} for the archive`, waitMs);
    }
    archive = await readBounded(response, limits.bytesMax);
  } catch (error) {
    signal.throwIfAborted();
    return again(describeFailure(error));
  }
  if (archive === null) throw archiveTooLarge(subject, limits);
  const { isWhole, commit: written } = await inspectArchive(archive, unpackedMax);
  if (!isWhole) return again('the archive is cut off');
  if (written !== null && written !== commit) return again('the archive is of another commit');
  return done(archive);
}
