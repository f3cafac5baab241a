/** A source is input, never configuration (I12): which files a command takes knobs from. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  readConfigurationFile,
  sourceOfFile,
} from '../../../../services/cli/open/configuration-file.ts';
import { listen } from '../../../samples/servers/listen.ts';
import { runLine } from '../terminal.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'backstory-configuration-file-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Makes files below a folder of its own; a name that ends in / makes an empty folder. */
function folder(name: string, files: Readonly<Record<string, string>>): string {
  const place = join(root, name);
  for (const [path, text] of Object.entries(files)) {
    const full = join(place, path);
    mkdirSync(path.endsWith('/') ? full : join(full, '..'), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(full, text);
  }
  return place;
}

const code = { 'main.py': 'def main():\n    return 1\n' };
const knobs = { 'backstory.yaml': 'runtime:\n  seed: 7\n' };

describe('a found file and the sources', () => {
  const clone = folder('clone', {
    '.git/': '',
    ...knobs,
    'src/backstory.yaml': knobs['backstory.yaml'],
    'tools/backstory.yaml': knobs['backstory.yaml'],
  });
  const unpacked = folder('unpacked', { ...knobs, 'src/main.py': '', 'deep/er/x.py': '' });
  const work = folder('work', {
    ...knobs,
    'flask/.git/HEAD': '',
    'flask/src/app.py': '',
    'flask.tgz': 'archive',
    'list.txt': 'flask\n',
    'bad.txt': '# where we stand\n.\n',
  });
  const submodule = folder('outer', {
    '.git/': '',
    ...knobs,
    'vendor/.git': 'gitdir: x',
    'a.tgz': '',
  });
  const other = folder('other', code);
  symlinkSync(clone, join(root, 'alias'));
  mkdirSync(join(root, 'linked'));
  symlinkSync(join(clone, 'backstory.yaml'), join(root, 'linked', 'backstory.yaml'));

  test.each([
    ['the source itself', clone, clone],
    ['below the source', join(clone, 'src'), clone],
    ['above the source, in its checkout', clone, join(clone, 'src')],
    ['beside the source, in its checkout', join(clone, 'tools'), join(clone, 'src')],
    ['above the source, where nothing shows where it ends', unpacked, join(unpacked, 'src')],
    ['in a checkout that holds the source as a submodule', submodule, join(submodule, 'vendor')],
    ['in a checkout that holds the archive', submodule, join(submodule, 'a.tgz')],
    ['the source by another name', join(root, 'alias'), clone],
    ['the source by a link', clone, join(root, 'alias')],
    ['a link into the source', join(root, 'linked'), clone],
    ['named by a list', work, `@${join(work, 'bad.txt')}`],
  ])('%s: not taken', async (_where, place, source) => {
    expect(await sourceOfFile(join(place, 'backstory.yaml'), [other, source])).not.toBeNull();
    const { text, refusal } = await readConfigurationFile(place, undefined, [source]);
    expect(text).toBeNull();
    expect(refusal).toContain('--config backstory.yaml');
    // The owner may still name it.
    const named = await readConfigurationFile(place, 'backstory.yaml', [source]);
    expect(named).toMatchObject({ text: knobs['backstory.yaml'], found: false, refusal: null });
  });

  test.each([
    ['a source elsewhere', work, other],
    ['a checkout below', work, join(work, 'flask')],
    ['a folder of a checkout below', work, join(work, 'flask', 'src')],
    ['an archive beside it', work, join(work, 'flask.tgz')],
    ['a list', work, `@${join(work, 'list.txt')}`],
    ['a name that begins alike', unpacked, folder('unpacked-too', code)],
  ])('%s: taken', async (_what, place, source) => {
    const taken = await readConfigurationFile(place, undefined, [source]);
    expect(taken).toMatchObject({ text: knobs['backstory.yaml'], found: true, refusal: null });
  });
});

describe('a run inside a hostile clone', () => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.authorization}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data": []}');
  });
  let clone = '';
  let address = '';
  beforeAll(async () => {
    address = `${await listen(server)}/v1`;
    const yaml = `teacher:\n  kind: openai\n  model: m\n  baseUrl: ${address}\nadmit:\n  secrets: keep\n`;
    clone = folder('hostile', { ...code, 'backstory.yaml': yaml });
  });
  afterAll(() => server.close());
  const environment = { OPENAI_API_KEY: 'k'.repeat(20), BACKSTORY_TEACHER_API_KEY: 'l'.repeat(20) };

  test('takes nothing from its backstory.yaml, and says so', async () => {
    const argv = ['run', clone, '--out', join(root, 'out')];
    const { exitCode, err } = await runLine(argv, { workingFolder: clone, environment });
    expect(err).toContain('backstory.yaml in this folder is not taken');
    expect(err).toContain('knobs: no configuration file');
    expect(exitCode, err).toBe(0);
    expect(requests).toEqual([]);
  });

  test('structure takes nothing from it either', async () => {
    const { exitCode, err } = await runLine(['structure', clone], { workingFolder: clone });
    expect(exitCode, err).toBe(0);
    expect(err).toContain('is not taken');
  });

  test.each([
    ['teacher', 'baseUrl', 'http://127.0.0.1:9/v1'],
    ['scorer', 'url', 'http://127.0.0.1:9/v1'],
    ['storage', 'url', 's3://bucket'],
    ['storage', 'endpoint', 'http://127.0.0.1:9'],
    ['kafka', 'brokers', '127.0.0.1:9'],
    ['schemaRegistry', 'url', 'http://127.0.0.1:9'],
    ['redis', 'url', 'redis://127.0.0.1:9'],
    ['runtime', 'metricsHost', '0.0.0.0'],
    ['discover', 'sources', '[/etc]'],
    ['extract', 'cacheFolder', '/tmp/anywhere'],
  ])('a found file may not set %s.%s; a named one may', async (section, knob, value) => {
    const place = folder(`knob-${section}-${knob}`, {
      'backstory.yaml': `${section}:\n  ${knob}: ${value}\n`,
    });
    const found = await runLine(['config'], { workingFolder: place, environment });
    expect(found.exitCode).toBe(2);
    expect(found.err).toContain(`${section}.${knob} (backstory.yaml): a file that is merely found`);
    const named = await runLine(['config', '--config', 'backstory.yaml'], { workingFolder: place });
    expect(named.exitCode, named.err).toBe(0);
  });

  test('a file that is taken is named, with how many knobs are from it', async () => {
    const work = folder('own', knobs);
    const argv = ['run', clone, '--set', 'search.enabled=false', '--out', join(work, 'out')];
    const environmentToo = { ...environment, BACKSTORY_RUNTIME_LOG_LEVEL: 'error' };
    const { err } = await runLine(argv, { workingFolder: work, environment: environmentToo });
    expect(err).toContain(
      'knobs: 1 from backstory.yaml (found in this folder), 1 from the environment, 1 from options',
    );
  });
});

describe('.cluster/cluster.json', () => {
  const state = (address: string) => ({
    '.cluster/cluster.json': JSON.stringify({
      servers: { redis: { address }, kafka: { address: '127.0.0.1:9' } },
    }),
  });
  const doctor = (workingFolder: string, environment = {}) =>
    runLine(['topics', 'plan', '--set', 'kafka.patienceMs=0'], { workingFolder, environment });

  test('of another machine is refused', async () => {
    const place = folder('far', state('redis://cache.example:6379'));
    const { exitCode, err } = await doctor(place);
    expect(exitCode).toBe(2);
    expect(err).toContain('cache.example:6379 is not an address of this machine');
  });

  test('gets no password of the environment', async () => {
    const place = folder('near', state('redis://127.0.0.1:9'));
    const { exitCode, err } = await doctor(place, { REDIS_PASSWORD: 'p'.repeat(12) });
    expect(exitCode).toBe(2);
    expect(err).toContain('REDIS_PASSWORD is set');
    expect(err).not.toContain('pppp');
  });

  test('that may have come with a source is not taken', async () => {
    const place = folder('scanned', { ...code, ...state('redis://cache.example:6379') });
    const argv = ['serve', 'all', place, '--set', 'kafka.patienceMs=0'];
    const { err } = await runLine(argv, { workingFolder: place });
    expect(err).toContain('.cluster/cluster.json in this folder is not taken');
    expect(err).not.toContain('cache.example');
  });
});
