/** The local servers: settings, absent tools, and starting, killing and stopping real ones. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster, status } from '../../scripts/cluster/cluster.ts';
import { settingsFrom } from '../../scripts/cluster/settings.ts';
import { javaMajor } from '../../scripts/cluster/tools.ts';
import { clusterStartMsMax, sharedCluster, smallCluster } from '../samples/servers/cluster.ts';

const program = fileURLToPath(new URL('../../scripts/cluster.ts', import.meta.url));

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'backstory-cluster-test-'));
}

/** Runs the command with only these programs on the path. */
function runWithTools(tools: Readonly<Record<string, string>>, ...parameters: string[]) {
  const folder = temporaryFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(tools)) {
    if (script.startsWith('/')) symlinkSync(script, join(bin, name));
    else writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const environment = { PATH: bin, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
  const all = [program, ...parameters, '--folder', join(folder, 'data')];
  const result = spawnSync(process.execPath, all, { encoding: 'utf8', env: environment });
  rmSync(folder, { recursive: true, force: true });
  return result;
}

describe('settings', () => {
  it('takes flags over environment over defaults', () => {
    const environment = { CLUSTER_KAFKA_PORT: '1111', CLUSTER_REDIS_PORT: '2222' };
    const { settings, json } = settingsFrom(['--redis-port', '3333', '--json'], environment);
    expect(settings).toMatchObject({ kafkaPort: 1111, redisPort: 3333, registryPort: 8081 });
    expect(settings.parts).toEqual(['kafka', 'registry', 'redis']);
    expect(json).toBe(true);
  });

  it('keeps the ports that the servers of a folder had', () => {
    const portsOf = (folder: string) => (folder === '/here' ? { redisPort: 7, kafkaPort: 8 } : {});
    const here = ['--folder', '/here'];
    const { settings } = settingsFrom([...here, '--kafka-port', '9'], {}, portsOf);
    expect(settings).toMatchObject({ kafkaPort: 9, redisPort: 7, registryPort: 8081 });
    expect(settingsFrom([], {}, portsOf).settings.redisPort).toBe(6379);
  });

  it.each([
    [['--redis-port', 'many'], 'CONFIG_INVALID', 'redis-port'],
    [['--parts', 'kafka,zookeeper'], 'CONFIG_INVALID', 'parts'],
    [['--no-such-flag'], 'USAGE', 'no-such-flag'],
  ])('refuses %s and names it', (flags, code, name) => {
    expect(() => settingsFrom(flags, {})).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(name) }),
    );
  });
});

describe('absent tools', () => {
  it.each([
    ['java', {}, 'kafka'],
    ['java', { java: 'echo \'openjdk version "11.0.2"\' >&2' }, 'kafka'],
    ['maven', { java: 'echo \'openjdk version "17.0.1"\' >&2' }, 'registry'],
    ['redis-server', {}, 'redis'],
  ])('reports %s with a coded error that says how to install it', (name, tools, part) => {
    const { status: code, stderr } = runWithTools(tools, 'up', '--parts', part);
    expect(stderr).toMatch(/^error TOOL_MISSING: /);
    expect(stderr).toContain('install');
    expect(stderr).toContain(name === 'java' ? 'default-jre-headless' : name);
    expect(code).toBe(2);
  });

  it('reads the version of Java in both forms', () => {
    expect(javaMajor('openjdk version "17.0.15" 2025-04-15')).toBe(17);
    expect(javaMajor('java version "1.8.0_402"')).toBe(8);
    expect(javaMajor('nonsense')).toBe(0);
  });
});

describe('the shared servers', () => {
  it(
    'are all ready after start, and starting again changes nothing',
    async () => {
      const cluster = await sharedCluster('kafka', 'registry', 'redis');
      const first = await status(cluster.folder);
      await sharedCluster('kafka', 'registry', 'redis');
      const second = await status(cluster.folder);
      for (const part of ['kafka', 'registry', 'redis'] as const) {
        expect(first[part]?.ready, part).toBe(true);
        expect(second[part]?.pid, part).toBe(first[part]?.pid);
        expect(existsSync(first[part]?.log ?? ''), part).toBe(true);
      }
      const subjects = await fetch(`${cluster.address('registry')}/subjects`);
      expect(await subjects.json()).toBeInstanceOf(Array);
    },
    clusterStartMsMax,
  );
});

describe('one server of its own', () => {
  let folder = '';
  let cluster: Cluster;

  beforeAll(async () => {
    folder = temporaryFolder();
    cluster = await startCluster({ ...smallCluster, folder, parts: ['redis'] });
  });
  afterAll(async () => {
    await cluster.down();
    rmSync(folder, { recursive: true, force: true });
  });

  const redis = (command: string) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(cluster.address('redis'));
      const socket = connect(Number(port), hostname, () => socket.write(`${command}\r\n`));
      socket.once('error', reject);
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data.toString().trim());
      });
    });

  it('keeps its data and its address over a kill', async () => {
    const address = cluster.address('redis');
    expect(await redis('SET key kept')).toBe('+OK');
    await cluster.signal('redis', 'SIGKILL');
    await cluster.start('redis');
    expect(cluster.address('redis')).toBe(address);
    expect(await redis('EXISTS key')).toBe(':1');
  });

  it('stops even while it is suspended, and status reports it as down', async () => {
    await cluster.signal('redis', 'SIGSTOP');
    await cluster.down();
    expect((await status(folder)).redis).toMatchObject({ running: false, ready: false });
    await cluster.start('redis');
    expect((await status(folder)).redis).toMatchObject({ running: true, ready: true });
  });

  it('refuses a port that another program has', async () => {
    const { port } = new URL(cluster.address('redis'));
    const other = temporaryFolder();
    const second = startCluster({
      ...smallCluster,
      folder: other,
      parts: ['redis'],
      redisPort: Number(port),
    });
    await expect(second).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: expect.stringMatching(/in use.*redis needs .*--redis-port PORT/),
    });
    rmSync(other, { recursive: true, force: true });
  });

  it('shows the end of the log when a server cannot start', async () => {
    const other = temporaryFolder();
    mkdirSync(join(other, 'redis'));
    writeFileSync(join(other, 'redis', 'appendonlydir'), 'not a folder');
    const broken = startCluster({ ...smallCluster, folder: other, parts: ['redis'] });
    await expect(broken).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: expect.stringMatching(/ended while it started.*append/s),
    });
    rmSync(other, { recursive: true, force: true });
  });
});
