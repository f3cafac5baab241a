/**
 * No way out of the program carries a secret or a path of the machine (I12): a server that echoes
 * what it was sent meets a run, and everything that the run prints and keeps is searched.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../../samples/servers/listen.ts';
import { startFakeOpenAi } from '../teacher/fake-openai-server.ts';
import { runLine } from './terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'backstory-secrets-'));
const source = join(root, 'source');
/** Built from parts, so that no scanner takes it for a real one. */
const key = ['Zq8', 'vT2', 'mLw', '9Rb', 'Xc4', 'Kd7', 'Hn5', 'Pj3'].join('');

beforeAll(() => {
  mkdirSync(source);
  writeFileSync(join(source, 'main.py'), 'def main():\n    return 1\n');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Every file below a folder, as bytes: text or database. */
function filesOf(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name);
    if (statSync(path).isFile()) found.set(name, readFileSync(path, 'latin1'));
  }
  return found;
}

function pieceOf(text: string): string | null {
  for (let at = 0; at + 8 <= key.length; at += 1) {
    if (text.includes(key.slice(at, at + 8))) return key.slice(at, at + 8);
  }
  return null;
}

/** A server that answers every call with what it was sent. */
function echoing(status: number) {
  return createServer((request, response) => {
    const sent = String(request.headers.authorization);
    const long = `${'word '.repeat(56)}${sent} tail`;
    const body = {
      error: { message: `${sent} is wrong; ${JSON.stringify(request.headers)} ${long}` },
    };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
}

describe('a server that echoes the key', () => {
  let server = echoing(400);
  afterEach(() => server.close());

  test.each([400, 401, 403, 404, 413, 429, 500])(
    'status %i: nothing that leaves holds it',
    async (status) => {
      server = echoing(status);
      const own = await listen(server);
      const out = join(root, `out-${status}`);
      const sets = [
        `teacher.baseUrl=${own}/v1`,
        ...['teacher.model=m', 'teacher.retriesMax=0', 'runtime.logLevel=trace'],
      ].flatMap((knob) => ['--set', knob]);
      const environment = { BACKSTORY_TEACHER_API_KEY: key };
      const where = { workingFolder: root, environment };
      const options = ['--teacher', 'openai', '--out', out];
      const checked = await runLine(['run', source, ...options, ...sets], where);
      const json = await runLine(['run', source, ...options, '--json', ...sets], where);
      const doctor = await runLine(['doctor', '--set', 'teacher.kind=openai', ...sets], where);
      for (const { out: stdout, err } of [checked, json, doctor]) {
        expect(pieceOf(stdout), stdout).toBeNull();
        expect(pieceOf(err), err).toBeNull();
      }
      expect(doctor.out).toContain('***');
    },
  );
});

describe('a server that fails only when it is asked to think', () => {
  test('the dead letter, the log and the summary hold no key', async () => {
    // It lists its models, so that the run begins, and then echoes.
    const server = createServer((request, response) => {
      if (request.url?.endsWith('/models') === true) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"object": "list", "data": [{"id": "m"}]}');
        return;
      }
      const message = `key ${request.headers.authorization} may not, says http://me:${key}@proxy/`;
      response.writeHead(413, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message } }));
    });
    const own = await listen(server);
    const out = join(root, 'out-letters');
    const argv = ['run', source, '--teacher', 'openai', '--out', out].concat(
      [
        ...['teacher.model=m', `teacher.baseUrl=${own}/v1`],
        ...['runtime.logLevel=trace', 'search.enabled=false'],
      ].flatMap((knob) => ['--set', knob]),
    );
    const environment = { BACKSTORY_TEACHER_API_KEY: key };
    const run = await runLine(argv, { workingFolder: root, environment });
    server.close();
    expect(run.out + run.err).toContain('TEACHER_REFUSED');
    expect(run.out + run.err).toContain('***');
    expect(pieceOf(run.out + run.err)).toBeNull();
    const files = filesOf(out);
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['run.json', 'run.log', 'log/log.db']),
    );
    for (const [name, text] of files) expect(pieceOf(text), name).toBeNull();
    expect(files.get('run.log')).toContain('***');
    // Lines of the log are JSON, with the level by name, an ISO time and the data set.
    for (const line of files.get('run.log')?.trim().split('\n') ?? []) {
      expect(JSON.parse(line)).toMatchObject({
        level: expect.stringMatching(/^[a-z]+$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        dataset: 'default',
      });
    }
  });
});

test('a password in an address is refused, and not printed', async () => {
  for (const address of [`http://me:${key}@127.0.0.1:9/v1`, `http://127.0.0.1:9/v1?key=${key}`]) {
    const knobs = ['--set', `teacher.baseUrl=${address}`, '--set', 'teacher.model=m'];
    for (const kind of ['teacher', 'scorer'] as const) {
      const own =
        kind === 'teacher'
          ? knobs
          : ['--search', 'on', '--set', `scorer.url=${address}`, '--set', 'scorer.model=m'];
      const option = kind === 'teacher' ? ['--teacher', 'openai'] : ['--scorer', 'http'];
      const argv = ['run', source, ...option, ...own, '--out', join(root, 'refused')];
      const { exitCode, out, err } = await runLine(argv, { workingFolder: root });
      expect(exitCode).toBe(2);
      expect(err).toContain('the key belongs into the environment');
      expect(pieceOf(out + err)).toBeNull();
    }
    const config = await runLine(['config', ...knobs], { workingFolder: root });
    expect(pieceOf(config.out + config.err)).toBeNull();
    const wrong = await runLine(['config', '--set', `redis.url=${address}`], {
      workingFolder: root,
    });
    expect(wrong.exitCode).toBe(2);
    expect(pieceOf(wrong.out + wrong.err)).toBeNull();
  }
});

test('an endpoint that redirects is not followed to an address that nobody named', async () => {
  const asked: string[] = [];
  const other = createServer((request, response) => {
    asked.push(String(request.url));
    response.writeHead(200).end('{}');
  });
  const target = `${await listen(other)}/v1`;
  const first = createServer((request, response) => {
    response.writeHead(307, { location: `${target}${request.url}` }).end();
  });
  const baseUrl = `${await listen(first)}/v1`;
  const argv = ['run', source, '--teacher', 'openai', '--out', join(root, 'redirected')];
  const sets = ['--set', `teacher.baseUrl=${baseUrl}`, '--set', 'teacher.model=m'];
  const { exitCode } = await runLine([...argv, ...sets], { workingFolder: root });
  first.close();
  other.close();
  expect(exitCode).toBe(2);
  expect(asked).toEqual([]);
});

test('a model that is a path goes by its last part into everything that is kept', async () => {
  const model = join(root, 'private-folder', 'my-model');
  const fake = await startFakeOpenAi({ model });
  const out = join(root, 'out-model');
  const knobs = [
    `teacher.baseUrl=${fake.baseUrl}`,
    `teacher.model=${model}`,
    'search.enabled=false',
  ];
  const argv = ['run', source, '--teacher', 'openai', '--out', out];
  const run = await runLine([...argv, ...knobs.flatMap((knob) => ['--set', knob])], {
    workingFolder: root,
  });
  expect(run.exitCode, run.err).toBe(0);
  const exported = await runLine(['export', out, '--format', 'jsonl'], { workingFolder: root });
  expect(exported.exitCode, exported.err).toBe(0);
  expect(fake.requests.at(-1)?.body.model).toBe(model);
  await fake.close();
  const files = filesOf(out);
  for (const [name, text] of files) expect(text.includes('private-folder'), name).toBe(false);
  expect(files.get('run.json')).toContain('"my-model"');
});
