/** The client of GitHub on a scripted server: what answers mean, and where a token goes (I12). */
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { hostName } from '../../../../services/code-host/github/github.ts';
import { readCommit } from '../../../../services/code-host/github/shapes.ts';
import type { CodeHost } from '../../../../services/ports/code-host.ts';
import { countKinds } from '../../../samples/servers/github/ledger.ts';
import {
  type FakeRepository,
  fakeRepositories,
} from '../../../samples/servers/github/repositories.ts';
import {
  type GitHubOptions,
  type GitHubServer,
  startGitHub,
} from '../../../samples/servers/github/server.ts';
import { listen } from '../../../samples/servers/listen.ts';
import { type HostOptions, openHost } from '../../stages/discover/hosted/hosted-graph.ts';

let server: GitHubServer | null = null;
let other: Server | null = null;
afterEach(async () => {
  await server?.close();
  other?.closeAllConnections();
  other?.close();
  server = null;
  other = null;
});

const { signal } = new AbortController();
const limits = { bytesMax: 1_000_000, timeoutMs: 10_000 };

async function start(options: Partial<GitHubOptions> = {}, host: HostOptions = {}) {
  const repositories = options.repositories ?? fakeRepositories(3);
  server = await startGitHub({ repositories, ...options });
  const [first] = repositories as [FakeRepository];
  const name = `${first.owner}/${first.name}`;
  return { server, first, name, host: openHost(server.url, host) };
}

/** A host whose every answer is the same. */
async function startOther(status: number, headers: Record<string, string>, body: string) {
  const started = createServer((_request, response) => {
    response.writeHead(status, headers).end(body);
  });
  other = started;
  return listen(started);
}

test('a repository, its commit and its archive are what the host has', async () => {
  const { host, name, first, server: github } = await start();
  expect(await host.repository(name.toUpperCase(), signal)).toEqual({
    ...{ host: host.name, id: '1000', name, licence: null, fork: true },
  });
  const found = await host.commit(name, null, signal);
  expect(found).toMatchObject({ commit: first.commit, timeMs: first.committed * 1000 });
  const archive = await host.snapshot(name, first.commit, limits, signal);
  expect(archive.readUInt16BE(0)).toBe(0x1f8b);
  expect(countKinds(github.ledger)).toEqual({
    ...{ 'rate limit': 1, repository: 1, commit: 1, tarball: 1, archive: 1 },
  });
});

test('a question whose answer has not changed costs no quota', async () => {
  const { host, name, first, server: github } = await start({ limits: { core: 3, search: 1 } });
  const found = await host.commit(name, null, signal);
  if (found === 'unchanged') throw new Error('never asked before');
  for (let times = 0; times < 3; times += 1) {
    expect(await host.commit(name, null, signal, found.etag)).toBe('unchanged');
  }
  first.commit = 'f'.repeat(40);
  expect(await host.commit(name, null, signal, found.etag)).toMatchObject({ commit: first.commit });
  expect(github.ledger.offences).toEqual([]);
});

describe('I12: a token', () => {
  test('goes only to the address that its owner named', async () => {
    const tokens = ['one'];
    const { host, name, first, server: github } = await start({ tokens }, { tokens });
    await host.snapshot(name, first.commit, limits, signal);
    expect(github.ledger.offences).toEqual([]);
    expect(github.ledger.entries.find(({ kind }) => kind === 'tarball')?.token).toBe('one');
  });

  test('that the host does not know is used no more, and another takes its place', async () => {
    const {
      host,
      name,
      server: github,
    } = await start({ tokens: ['good'] }, { tokens: ['bad', 'good'] });
    for (let times = 0; times < 3; times += 1) await host.commit(name, null, signal);
    const refused = github.ledger.entries.filter(({ kind }) => kind === 'refused');
    expect(refused.length).toBeLessThanOrEqual(2);
    const alone = openHost(github.url, { tokens: ['bad', 'worse'] });
    const failure = { code: 'HOST_REFUSED', message: expect.stringMatching(/token 1, token 2/) };
    await expect(alone.commit(name, null, signal)).rejects.toMatchObject(failure);
  });

  test.each(['ftp://host', 'https://user:pass@host', 'https://host/api?token=1', 'host'])(
    'has no address %s',
    (baseUrl) => {
      expect(() => openHost(baseUrl)).toThrow(/discover\.githubUrl must/);
    },
  );
});

test('quota that is spent is waited for, by the clock of the host', async () => {
  const tokens = ['one', 'two'];
  const options = { tokens, limits: { core: 5, search: 2 }, windowSeconds: 1 };
  const { host, name, server: github } = await start(options, { tokens });
  await Promise.all(Array.from({ length: 24 }, () => host.commit(name, null, signal)));
  for (let times = 0; times < 5; times += 1) await host.search('stars:>=0', 1, signal);
  expect(countKinds(github.ledger)).toMatchObject({ commit: 24, search: 5 });
  expect(github.ledger.offences).toEqual([]);
});

test('quota that is spent for longer than one would wait stops the run', async () => {
  const limited = { limits: { core: 1, search: 1 }, windowSeconds: 900 };
  const { host, name, server: github } = await start(limited, { waitMsMax: 1_000 });
  await host.commit(name, null, signal);
  const failure = { code: 'HOST_UNAVAILABLE', message: expect.stringMatching(/for 15 minutes/) };
  await expect(host.commit(name, null, signal)).rejects.toMatchObject(failure);
  expect(github.ledger.offences).toEqual([]);
});

describe('an archive', () => {
  test('that is cut off is fetched again, and given up only when it never comes', async () => {
    const { host, name, first } = await start({ faults: { truncated: 0.6, seed: 3 } });
    expect(await host.snapshot(name, first.commit, limits, signal)).toBeInstanceOf(Buffer);
    await server?.close();
    const never = await start({ faults: { truncated: 1 } });
    const failure = { code: 'SOURCE_FAILED', message: expect.stringMatching(/is cut off/) };
    await expect(
      never.host.snapshot(never.name, never.first.commit, limits, signal),
    ).rejects.toMatchObject(failure);
  });

  test('is bounded in bytes and in time', async () => {
    const { host, name, first } = await start();
    const small = { ...limits, bytesMax: 100 };
    const large = { code: 'ARCHIVE_TOO_LARGE', message: expect.stringMatching(/100 bytes/) };
    await expect(host.snapshot(name, first.commit, small, signal)).rejects.toMatchObject(large);
    await server?.close();
    const stuck = await start({ faults: { truncated: 1 } }, { retryBaseMs: 10_000 });
    const short = { ...limits, timeoutMs: 300 };
    const late = { code: 'SOURCE_FAILED', message: expect.stringMatching(/within .* \(300 ms\)/) };
    await expect(
      stuck.host.snapshot(stuck.name, stuck.first.commit, short, signal),
    ).rejects.toMatchObject(late);
  });

  test('ends at once when the run ends', async () => {
    const { host, name, first } = await start(
      { faults: { truncated: 1 } },
      { retryBaseMs: 10_000 },
    );
    const run = new AbortController();
    const fetching = host.snapshot(name, first.commit, limits, run.signal);
    run.abort(new Error('stopped'));
    await expect(fetching).rejects.toThrow('stopped');
  });
});

describe('an address that is no API of GitHub', () => {
  test.each([
    ['a page', 200, { date: new Date().toUTCString() }, '<html>'],
    ['another form', 200, { date: new Date().toUTCString() }, '{"items": 3}'],
    [
      'nothing that can be used',
      200,
      { date: new Date().toUTCString() },
      '{"total_count": 5, "items": [1, {}, {}, {}, {}]}',
    ],
    ['hostile names', 200, {}, '{"id": 1, "full_name": "../../etc/passwd"}'],
  ])('%s is HOST_REFUSED', async (_what, status, headers, body) => {
    const host: CodeHost = openHost(await startOther(status, headers, body));
    const refused = { code: 'HOST_REFUSED' };
    await expect(host.repository('a/b', signal)).rejects.toMatchObject(refused);
    await expect(host.search('x', 1, signal)).rejects.toMatchObject(refused);
    await expect(host.commit('a/b', null, signal)).rejects.toMatchObject(refused);
  });

  test('redirects in circles, and limits for ever, end', async () => {
    const circle = openHost(await startOther(301, { location: '/again' }, ''));
    const unavailable = { code: expect.stringMatching(/SOURCE_FAILED|HOST_UNAVAILABLE/) };
    await expect(circle.repository('a/b', signal)).rejects.toMatchObject(unavailable);
    other?.close();
    const limited = await startOther(429, {}, '{"message": "Too many requests"}');
    const host = openHost(limited, { limitedMs: 1 });
    await expect(host.repository('a/b', signal)).rejects.toMatchObject({
      code: 'HOST_UNAVAILABLE',
    });
  });
});

test('a host that is gone is HOST_UNAVAILABLE after the patience, never before', async () => {
  const { host, name, server: github } = await start({}, { patienceMs: 60_000 });
  github.down = true;
  setTimeout(() => {
    github.down = false;
  }, 700);
  expect(await host.repository(name, signal)).toMatchObject({ name });
  github.down = true;
  const impatient = openHost(github.url);
  await expect(impatient.repository(name, signal)).rejects.toMatchObject({
    ...{ code: 'HOST_UNAVAILABLE', subject: github.url },
  });
});

test.each([
  ['https://api.github.com', 'github.com'],
  ['https://git.example.org/api/v3', 'git.example.org'],
  ['http://127.0.0.1:8080', '127.0.0.1:8080'],
])('the host of %s is %s', (baseUrl, name) => {
  expect(hostName(baseUrl)).toBe(name);
});

test('a commit without a time, or none at all', () => {
  const answer = (body: unknown) =>
    readCommit({ status: 200, headers: new Headers(), body: Buffer.from(JSON.stringify(body)) });
  const sha = 'a'.repeat(40);
  expect(answer([{ sha }])).toEqual({ commit: sha, timeMs: 0, etag: null });
  expect(answer([{ sha: '../x' }])).toBeNull();
  expect(answer({ sha })).toBeNull();
});
