/**
 * Sources at addresses of git, from a real server: each once, at the commit that was listed,
 * whoever dies meanwhile and whatever is pushed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openGitHost } from '../../../../../services/code-host/git/git-host.ts';
import { withAddresses } from '../../../../../services/code-host/hosts.ts';
import type { CodeHost } from '../../../../../services/ports/code-host.ts';
import { systemClock } from '../../../../../services/runtime/clock.ts';
import { ProcessDeath } from '../../../../../services/runtime/stage.ts';
import { type GitServer, startGitServer } from '../../../../samples/servers/git/server.ts';
import { endings } from '../../../runtime/small-graph.ts';
import { openHost, runHosted } from './hosted-graph.ts';

let folder: string;
let server: GitServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'addresses-'));
  server = await startGitServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const git = openGitHost({ retryBaseMs: 1 }, { clock: systemClock, random: Math.random });
/** No source here is named, so nobody asks it. */
const host = withAddresses(openHost('http://localhost:9'), git);

test('a restart reads the commit that was listed, though the branch has moved', async () => {
  const first = server.commit('g/p', { 'a.py': 'x = 1\n' });
  const sources = [`${server.url}/g/p#main`];
  const fetched: string[] = [];
  const snapshot: CodeHost['snapshot'] = (name, commit, ...rest) => {
    fetched.push(commit);
    return host.snapshot(name, commit, ...rest);
  };
  const crashPoint = (name: string) => {
    if (name !== 'discover:after-listed') return;
    server.commit('g/p', { 'a.py': 'x = 2\n' });
    throw new ProcessDeath(name);
  };
  const dying = runHosted({ folder, sources, host, faults: { crashPoint } });
  await expect(dying).rejects.toThrow(ProcessDeath);
  await runHosted({ folder, sources, host: { ...host, snapshot } });
  expect(endings(folder)).toEqual(['0 p LICENCE_REFUSED']);
  expect(fetched).toEqual([first]);
  const before = server.asked.length;
  await runHosted({ folder, sources, host });
  expect(server.asked).toHaveLength(before);
});

test('the same commit under two addresses is one repository, and told', async () => {
  server.commit('g/p', { 'a.py': 'x = 1\n' });
  const sources = [`${server.url}/g/p`, `${server.url}/g/p.git#main`];
  await runHosted({ folder, sources, host });
  const reasons = endings(folder).map((line) => line.split(' ')[2]);
  expect(reasons.sort()).toEqual(['DUPLICATE_REPOSITORY', 'LICENCE_REFUSED']);
});

test('what fails costs itself alone', async () => {
  server.commit('g/p', { 'a.py': 'x = 1\n' });
  server.commit('g/q', { 'a.py': 'x = 3\n' });
  const sources = ['g/p', 'g/none', 'g/q#no-such-branch', 'g/q'].map(
    (name) => `${server.url}/${name}`,
  );
  await runHosted({ folder, sources, host });
  expect(endings(folder).sort()).toEqual([
    '0 p LICENCE_REFUSED',
    '1 none SOURCE_GONE',
    '2 q SOURCE_GONE',
    '3 q LICENCE_REFUSED',
  ]);
});
