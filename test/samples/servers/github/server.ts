/**
 * A scripted GitHub on two sockets, the API and the server of archives, after GitHub's documentation:
 * search with its cap, Link headers, ETags, quotas, secondary limits, redirects of renamed
 * repositories. On demand it fails at random. Its ledger tells what the client sent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type SeededRandom, seededRandom } from '../../../simulation/random.ts';
import { listen } from '../listen.ts';
import { type Account, type Ledger, openAccount } from './ledger.ts';
import { type FakeRepository, fakeTarball } from './repositories.ts';
import { describe, searchRepositories } from './search.ts';

/** Shares of the requests that fail, from 0 to 1. */
export interface GitHubFaults {
  readonly seed?: number;
  /** 502, with a page of a proxy. */
  readonly broken?: number;
  /** The connection ends without an answer. */
  readonly cut?: number;
  /** The archive ends early, as if it were whole. */
  readonly truncated?: number;
  readonly incomplete?: number;
  /** 403 or 429 with Retry-After. */
  readonly limited?: number;
}

export interface GitHubOptions {
  readonly repositories: readonly FakeRepository[];
  /** Valid tokens; without any everybody may ask. */
  readonly tokens?: readonly string[];
  readonly limits?: Readonly<Record<'core' | 'search', number>>;
  readonly windowSeconds?: number;
  readonly faults?: GitHubFaults;
}

export interface GitHubServer {
  readonly url: string;
  readonly ledger: Ledger;
  /** While true every request ends in 503. */
  down: boolean;
  close(): Promise<void>;
}

interface State extends GitHubOptions {
  readonly ledger: Ledger;
  readonly accounts: Map<string, Account>;
  readonly random: SeededRandom;
  readonly byName: ReadonlyMap<string, FakeRepository>;
  readonly byId: ReadonlyMap<string, FakeRepository>;
  archives: string;
  isDown: () => boolean;
}

export async function startGitHub(options: GitHubOptions): Promise<GitHubServer> {
  const { repositories } = options;
  const nameOf = (name: string) => name.toLowerCase();
  const state: State = {
    ...options,
    ledger: { entries: [], offences: [] },
    accounts: new Map(),
    random: seededRandom(options.faults?.seed ?? 1),
    byName: new Map(repositories.map((each) => [nameOf(`${each.owner}/${each.name}`), each])),
    byId: new Map(repositories.map((each) => [`${each.id}`, each])),
    archives: '',
    isDown: () => server.down,
  };
  const api = createServer((request, response) => answerApi(state, request, response));
  const archives = createServer((request, response) => answerArchive(state, request, response));
  state.archives = await listen(archives);
  const server: GitHubServer = {
    url: await listen(api),
    ledger: state.ledger,
    down: false,
    close: async () => {
      for (const each of [api, archives]) {
        each.closeAllConnections();
        await new Promise((done) => each.close(done));
      }
    },
  };
  return server;
}

interface Reply {
  readonly kind: string;
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function answerApi(state: State, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const note = (kind: string, status: number) =>
    state.ledger.entries.push({ kind, path: `${url.pathname}${url.search}`, token, status });
  if (hits(state, state.faults?.cut)) {
    note('cut', 0);
    request.socket.destroy();
    return;
  }
  const reply = replyOf(state, request, url, token);
  note(reply.kind, reply.status);
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=utf-8',
    ...reply.headers,
  });
  response.end(reply.status === 304 ? undefined : text);
}

function hits({ random }: State, share = 0): boolean {
  return share > 0 && random.next() < share;
}

function replyOf(state: State, request: IncomingMessage, url: URL, token: string): Reply {
  const { tokens = [], faults = {} } = state;
  if (state.isDown() || hits(state, faults.broken)) {
    return { kind: 'broken', status: 502, body: '<html>Unicorn!</html>' };
  }
  if (token !== '' && !tokens.includes(token)) {
    return { kind: 'refused', status: 401, body: { message: 'Bad credentials' } };
  }
  const account = accountOf(state, token);
  if (url.pathname === '/rate_limit') return rateLimits(account);
  const resource = url.pathname.startsWith('/search/') ? 'search' : 'core';
  const early = limitedReply(state, account, resource);
  if (early !== null) return early;
  const reply = route(state, url);
  const tag = request.headers['if-none-match'];
  if (tag !== undefined && tag === reply.headers?.etag) {
    // An answer that has not changed costs nothing.
    return { kind: 'unchanged', status: 304, headers: quotaHeaders(account, resource) };
  }
  account.use(resource);
  return { ...reply, headers: { ...quotaHeaders(account, resource), ...reply.headers } };
}

function accountOf({ accounts, limits, windowSeconds = 3600 }: State, token: string): Account {
  const account =
    accounts.get(token) ?? openAccount(limits ?? { core: 5000, search: 30 }, windowSeconds);
  accounts.set(token, account);
  return account;
}

const waitMs = 1000;
const graceMs = 300;

function limitedReply(state: State, account: Account, resource: 'core' | 'search'): Reply | null {
  const { ledger, faults = {} } = state;
  const leftMs = account.blockedUntilMs - Date.now();
  // Requests that were on their way when the limit struck are nobody's fault.
  if (leftMs > 0 && leftMs < waitMs - graceMs) {
    ledger.offences.push('sent before the time of Retry-After');
  }
  const { used, limit } = account.look(resource);
  const headers = quotaHeaders(account, resource);
  if (used >= limit) {
    ledger.offences.push(`sent without quota for ${resource}`);
    const message = 'API rate limit exceeded for user ID 1.';
    return { kind: 'exceeded', status: 403, body: { message }, headers };
  }
  if (!hits(state, faults.limited)) return null;
  account.blockedUntilMs = Date.now() + waitMs;
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes.';
  const status = state.random.next() < 0.5 ? 403 : 429;
  return {
    kind: 'secondary',
    status,
    body: { message },
    headers: { ...headers, 'retry-after': '1' },
  };
}

function quotaHeaders(account: Account, resource: 'core' | 'search'): Record<string, string> {
  const { limit, used, reset } = account.look(resource);
  return {
    'x-ratelimit-limit': `${limit}`,
    'x-ratelimit-remaining': `${limit - used}`,
    'x-ratelimit-used': `${used}`,
    'x-ratelimit-reset': `${reset}`,
    'x-ratelimit-resource': resource,
  };
}

function rateLimits(account: Account): Reply {
  const of = (resource: 'core' | 'search') => {
    const { limit, used, reset } = account.look(resource);
    return { limit, used, remaining: limit - used, reset };
  };
  const resources = { core: of('core'), search: of('search') };
  return { kind: 'rate limit', status: 200, body: { resources, rate: resources.core } };
}

const notFound: Reply = { kind: 'not found', status: 404, body: { message: 'Not Found' } };

function route(state: State, url: URL): Reply {
  if (url.pathname === '/search/repositories') {
    const incomplete = hits(state, state.faults?.incomplete);
    const { link, ...answer } = searchRepositories(state.repositories, url, incomplete);
    return { kind: 'search', ...answer, ...(link === null ? {} : { headers: { link } }) };
  }
  const [, name, id, rest = ''] =
    /^\/(?:repos\/([^/]+\/[^/]+)|repositories\/(\d+))(\/.*)?$/.exec(url.pathname) ?? [];
  const repository =
    name === undefined ? state.byId.get(id ?? '') : state.byName.get(name.toLowerCase());
  if (repository !== undefined) return repositoryReply(state, repository, rest, url);
  const renamed = state.repositories.find(({ oldNames = [] }) => oldNames.includes(name ?? ''));
  if (renamed === undefined) return notFound;
  const location = `${url.origin}/repositories/${renamed.id}${rest}${url.search}`;
  const message = 'Moved Permanently';
  return { kind: 'renamed', status: 301, body: { message, url: location }, headers: { location } };
}

function repositoryReply(state: State, repository: FakeRepository, rest: string, url: URL): Reply {
  const { gone, commit, committed, owner, name } = repository;
  if (gone === 451)
    return { kind: 'gone', status: 451, body: { message: 'Repository access blocked' } };
  if (gone === 403)
    return { kind: 'gone', status: 403, body: { message: 'Repository access blocked' } };
  if (gone === 404) return notFound;
  if (rest === '') return { kind: 'repository', status: 200, body: describe(repository) };
  if (rest === '/commits') {
    if (repository.empty === true) {
      return { kind: 'empty', status: 409, body: { message: 'Git Repository is empty.' } };
    }
    const sha = url.searchParams.get('sha') ?? 'main';
    if (sha !== 'main' && sha !== commit) return notFound;
    const date = new Date(committed * 1000).toISOString();
    const body = [{ sha: commit, commit: { committer: { name: 'A', date } } }];
    return { kind: 'commit', status: 200, body, headers: { etag: `W/"${commit}"` } };
  }
  if (rest !== `/tarball/${commit}`) return notFound;
  const location = `${state.archives}/${owner}/${name}/legacy.tar.gz/${commit}`;
  return { kind: 'tarball', status: 302, headers: { location } };
}

function answerArchive(state: State, request: IncomingMessage, response: ServerResponse): void {
  const { ledger, byName, faults = {} } = state;
  const path = request.url ?? '/';
  if (request.headers.authorization !== undefined) {
    ledger.offences.push('sent a token to the server of archives');
  }
  const repository = byName.get(path.split('/').slice(1, 3).join('/').toLowerCase());
  if (state.isDown() || repository === undefined || hits(state, faults.broken)) {
    ledger.entries.push({ kind: 'broken archive', path, token: '', status: 502 });
    response.writeHead(repository === undefined ? 404 : 502).end();
    return;
  }
  const archive = fakeTarball(repository);
  const isCut = hits(state, faults.truncated);
  ledger.entries.push({ kind: isCut ? 'cut archive' : 'archive', path, token: '', status: 200 });
  response.writeHead(200, { 'content-type': 'application/x-gzip' });
  response.end(isCut ? archive.subarray(0, Math.floor(archive.length * 0.8)) : archive);
}
