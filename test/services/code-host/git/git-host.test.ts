/**
 * Repositories at addresses of git, from a real server: which commit a name means, what the archive
 * holds, and how each failure ends.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openGitHost } from '../../../../services/code-host/git/git-host.ts';
import { systemClock } from '../../../../services/runtime/clock.ts';
import { type GitServer, startGitServer } from '../../../samples/servers/git/server.ts';

const never = new AbortController().signal;
const limits = { bytesMax: 1_000_000, timeoutMs: 60_000 };
const host = openGitHost({ retryBaseMs: 1 }, { clock: systemClock, random: Math.random });
let server: GitServer;
let scratch: string;
let first: string;
let second: string;
let address: string;

beforeAll(async () => {
  server = await startGitServer();
  scratch = mkdtempSync(join(tmpdir(), 'backstory-git-scratch-'));
  // Where this process makes its temporary folders from here on.
  process.env.TMPDIR = scratch;
  first = server.commit('group/sub/project', { 'a.py': 'x = 1\n', LICENSE: 'MIT\n' });
  server.git('group/sub/project', 'tag', 'v1');
  server.git('group/sub/project', 'branch', 'stable');
  second = server.commit('group/sub/project', {
    'a.py': 'x = 2\n',
    'src/b.py': 'y = 1\n',
    '.gitattributes': 'hidden.txt export-ignore\n',
    'hidden.txt': 'not in archives\n',
  });
  server.git('group/sub/project', 'branch', 'v1.x');
  address = `${server.url}/group/sub/project.git`;
});
afterEach(() => {
  server.faults.length = 0;
  expect(readdirSync(scratch)).toEqual([]);
});
afterAll(async () => {
  await server.close();
  rmSync(scratch, { recursive: true });
});

describe('which commit', () => {
  test('the default branch, a branch, a tag, a full name, a hash', async () => {
    const commits = [null, 'main', 'stable', 'v1', 'v1.x', 'refs/heads/stable', first].map(
      async (reference) => host.commit(address, reference, never),
    );
    const hashes = [second, second, first, first, second, first, first];
    expect(await Promise.all(commits)).toEqual(
      hashes.map((commit) => ({ commit, timeMs: 0, etag: null })),
    );
  });

  test('of a signed tag, what it points to; a tag before a branch of its name', async () => {
    server.git('group/sub/project', 'tag', '--annotate', '--message=it', 'both', first);
    server.git('group/sub/project', 'branch', 'both', second);
    expect(await host.commit(address, 'both', never)).toMatchObject({ commit: first });
  });

  test('a name that is only the end of another one is none', async () => {
    server.git('group/sub/project', 'branch', 'feature/login');
    await expect(host.commit(address, 'login', never)).rejects.toMatchObject({
      code: 'SOURCE_GONE',
      message: expect.stringContaining('has no branch or tag login'),
    });
  });

  test('of a repository without a commit', async () => {
    server.commit('bare', {});
    server.git('bare', 'update-ref', '-d', 'refs/heads/main');
    await expect(host.commit(`${server.url}/bare.git`, null, never)).rejects.toMatchObject({
      code: 'SOURCE_EMPTY',
    });
  });
});

test('a repository is the same under each form of its address', async () => {
  const forms = [
    'https://Host.example/g/p',
    'https://host.example/g/p.git/',
    'git@host.example:g/p',
  ];
  const ids = forms.map(async (form) => (await host.repository(form, never)).id);
  expect(new Set(await Promise.all(ids))).toEqual(new Set(['host.example/g/p']));
});

describe('the archive', () => {
  test('holds the files of the commit, as git archives it, with its time', async () => {
    expect(await filesOf(await host.snapshot(address, second, limits, never))).toEqual({
      'repository/.gitattributes': 'hidden.txt export-ignore\n',
      'repository/LICENSE': 'MIT\n',
      'repository/a.py': 'x = 2\n',
      'repository/src/b.py': 'y = 1\n',
    });
    const old = await filesOf(await host.snapshot(address, first, limits, never));
    expect(old['repository/a.py']).toBe('x = 1\n');
  });

  test('is asked for without the history', async () => {
    server.asked.length = 0;
    await host.snapshot(address, second, limits, never);
    expect(server.asked).toEqual([
      '/group/sub/project.git/info/refs?service=git-upload-pack',
      '/group/sub/project.git/git-upload-pack',
    ]);
  });

  test('beyond the limit, packed or archived, is too large', async () => {
    const noise = Array.from({ length: 60_000 }, (_, at) => (at * 2_654_435_761) % 9_999_991);
    const commit = server.commit('large', { 'noise.txt': noise.join('\n') });
    await expect(
      host.snapshot(`${server.url}/large`, commit, { ...limits, bytesMax: 10_000 }, never),
    ).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
  });
});

describe('failures', () => {
  test('what may pass is tried again', async () => {
    server.faults.push(503, 0, 429);
    expect(await host.commit(address, null, never)).toMatchObject({ commit: second });
    server.faults.push(502);
    await host.snapshot(address, first, limits, never);
    expect(server.faults).toEqual([]);
  });

  test('what stays is the failure of this repository', async () => {
    server.faults.push(500, 500, 500, 500, 500);
    await expect(host.commit(address, null, never)).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringMatching(/^http:.*project\.git failed 5 times, last: .*500/),
    });
  });

  test.each([
    [401, 'private'],
    [404, 'not there'],
  ])('%i is an answer: %s', async (status) => {
    server.faults.push(status, status, status, status, status);
    await expect(host.commit(address, null, never)).rejects.toMatchObject({ code: 'SOURCE_GONE' });
    expect(server.faults).toHaveLength(4);
  });

  test('a commit that the server does not have', async () => {
    const message = expect.not.stringContaining(scratch);
    await expect(
      host.snapshot(address, '0123456789'.repeat(4), limits, never),
    ).rejects.toMatchObject({ code: 'SOURCE_GONE', message });
  });

  test('a server that never answers costs no more than the time it may take', async () => {
    server.faults.push(-1);
    await expect(
      host.snapshot(address, first, { ...limits, timeoutMs: 300 }, never),
    ).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringContaining('discover.snapshotTimeoutMs (300 ms)'),
    });
  });

  test('a run that is stopped waits for no server', async () => {
    server.faults.push(-1);
    const stop = new AbortController();
    const asking = host.commit(address, null, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(asking).rejects.toThrow('stopped');
  });
});

async function filesOf(archive: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const entry of Readable.from([archive]).pipe(createGunzip()).pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, type, mtime } = entry.header;
    if (type !== 'file') continue;
    expect(mtime).toEqual(new Date('2026-01-02T03:04:05Z'));
    files[name] = Buffer.concat(chunks).toString('utf8');
  }
  return files;
}
