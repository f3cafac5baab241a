/** The page changes something only where it was started with that right, and only for its owner. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OutputState, Totals } from '../../../../services/ui/api.ts';
import { askServer, type Served, serveFolders } from './serve-output.ts';

let folder: string;
let served: Served;

const cookie = () => `backstory-ui-${served.server.port}=right`;
const own = () => `http://127.0.0.1:${served.server.port}`;
const allowed = () => ({ cookie: cookie(), origin: own(), 'content-type': 'application/json' });
const letters = JSON.stringify({ out: 0, what: 'drop', ids: ['a'], mended: false });

const post = (headers: Readonly<Record<string, string>>, body = letters, path = '/api/letters') =>
  askServer(served.server.port, path, headers, 'POST', body);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-changes-'));
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ dataset: 'default', runId: 'r' }));
  served = await serveFolders([folder], { mayChange: true, token: 'right' });
});

afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

test('such a page needs a token, also on this machine and for reading', async () => {
  await expect(serveFolders([folder], { mayChange: true })).rejects.toMatchObject({
    code: 'USAGE',
  });
  expect((await served.ask('/api/outputs')).status).toBe(401);
  expect((await served.ask('/api/outputs', { cookie: cookie() })).status).toBe(200);
});

test.each([
  ['without the token', { cookie: '' }, 401],
  ['with a token of another server', { cookie: 'backstory-ui-1=right' }, 401],
  ['from another origin', { origin: 'http://evil.example' }, 403],
  ['from a file', { origin: 'null' }, 403],
  ['from a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['as a form sends it', { 'content-type': 'text/plain' }, 403],
  ['as a form with a likely type', { 'content-type': 'text/plain; application/json' }, 403],
  ['to another name of this address', { host: 'evil.example' }, 421],
])('a change %s is refused', async (_, headers, status) => {
  expect((await post({ ...allowed(), ...headers })).status).toBe(status);
});

test('a change that names no origin is refused', async () => {
  const { origin: _, ...headers } = allowed();
  expect((await post(headers)).status).toBe(403);
});

test('other methods and unknown changes are refused', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    const answered = await askServer(
      served.server.port,
      '/api/letters',
      allowed(),
      method,
      letters,
    );
    expect(answered.status).toBe(405);
  }
  expect((await post(allowed(), letters, '/api/samples')).status).toBe(404);
  expect((await post(allowed(), letters, '/')).status).toBe(404);
});

test.each([
  ['no JSON', '{'],
  ['an unknown field', JSON.stringify({ ...JSON.parse(letters), path: '/etc/passwd' })],
  ['an act that is none', letters.replace('drop', 'delete')],
  ['an output that is not there', letters.replace('"out":0', '"out":1')],
  ['too much', `"${'a'.repeat(100_000)}"`],
])('a change that is %s is refused with a word', async (_, body) => {
  const { status, text } = await post(allowed(), body);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'USAGE' } });
});

test('letters of a run are tried again by its own command, and nothing was written', async () => {
  const { status, text } = await post(allowed());
  expect(status).toBe(400);
  expect(text).toContain('backstory run');
  expect(readdirSync(folder)).toEqual(['run.json']);
});

test('a page without the right refuses every change', async () => {
  const reading = await serveFolders([folder]);
  try {
    const { port } = reading.server;
    const headers = { origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' };
    const answered = await askServer(port, '/api/letters', headers, 'POST', letters);
    expect(answered.status).toBe(405);
  } finally {
    await reading.close();
  }
});

test('a run that has sealed no shard is a data set without samples', async () => {
  const ask = async (path: string) =>
    JSON.parse((await served.ask(path, { cookie: cookie() })).text);
  const [state] = (await ask('/api/outputs')) as OutputState[];
  expect(state).toMatchObject({ head: '', closed: false, shards: 0, problem: null, runId: 'r' });
  expect((await ask('/api/totals')) as Totals).toMatchObject({ samples: 0, packs: 0 });
  expect(await ask('/api/samples')).toMatchObject({ matched: 0, rows: [] });
  expect(await ask('/api/live')).toMatchObject({ live: null, why: expect.stringMatching(/log/) });
});

test.each([
  ['news', 'event: outputs\ndata: [{'],
  ['watch?out=0', 'event: live\ndata: {"live":null'],
])('pages hear of what is: %s', async (path, start) => {
  const response = await fetch(`${own()}/api/${path}`, { headers: { cookie: cookie() } });
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(
    Buffer.from(value ?? [])
      .toString()
      .startsWith(start),
  ).toBe(true);
  await reader?.cancel();
  expect((await served.ask('/api/watch?out=9', { cookie: cookie() })).status).toBe(404);
});
