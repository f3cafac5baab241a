/**
 * A real S3-compatible server under the object store contract; errors for a wrong bucket or key;
 * outages; and a server that ignores the condition on PUT, which `check` must detect.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../../scripts/cluster/cluster.ts';
import {
  clusterStartMsMax,
  sharedCluster,
  smallCluster,
  uniqueName,
} from '../samples/servers/cluster.ts';
import { listen } from '../samples/servers/listen.ts';
import { openS3, s3Credentials } from '../samples/servers/s3.ts';
import { objectStoreContract } from './object-store.ts';

beforeEach(() => {
  for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

objectStoreContract('an S3 server', async () => {
  for (const [name, value] of Object.entries(s3Credentials)) process.env[name] = value;
  const cluster = await sharedCluster('objects');
  const prefix = uniqueName('contract');
  return {
    open: () => openS3(cluster.address('objects'), { prefix }),
    remove: async () => {},
  };
});

describe('a server that refuses', () => {
  let endpoint: string;
  beforeAll(async () => {
    endpoint = (await sharedCluster('objects')).address('objects');
  }, clusterStartMsMax);

  it('fails at once with STORE_UNSUITABLE for a missing bucket', async () => {
    const store = openS3(endpoint, { bucket: 'no-such-bucket' });
    const refused = { code: 'STORE_UNSUITABLE', subject: 's3://no-such-bucket' };
    await expect(store.create('a', Buffer.from('x'))).rejects.toMatchObject(refused);
    expect(await store.check()).toContain('NoSuchBucket');
    await store.close();
  });

  it('fails at once with STORE_UNSUITABLE for a wrong key', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
    const store = openS3(endpoint);
    await expect(store.read('a')).rejects.toMatchObject({ code: 'STORE_UNSUITABLE' });
    expect(await store.check()).toContain('AWS_SECRET_ACCESS_KEY');
    await store.close();
  });
});

describe('a server that goes away', () => {
  let folder: string;
  let cluster: Cluster;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-objects-'));
    cluster = await startCluster({ ...smallCluster, folder, parts: ['objects'] });
  }, clusterStartMsMax);
  afterAll(async () => {
    await cluster?.down();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes writes and reads wait, and they succeed when it is back', async () => {
    const store = openS3(cluster.address('objects'));
    await store.create('before', Buffer.from('kept'));
    await cluster.signal('objects', 'SIGKILL');
    const waiting = [store.create('during', Buffer.from('written')), store.read('before')];
    expect(await store.check()).toContain('does not answer');
    await cluster.start('objects');
    const [created, read] = await Promise.all(waiting);
    expect(created).toBe(true);
    expect(String(read)).toBe('kept');
    expect(String(await store.read('during'))).toBe('written');
    expect(await store.check()).toBeNull();
    await store.close();
  });

  it('makes writes fail with STORE_UNAVAILABLE after storage.patienceMs', async () => {
    const store = openS3(cluster.address('objects'), { patienceMs: 300 });
    await cluster.signal('objects', 'SIGSTOP');
    await cluster.signal('objects', 'SIGKILL');
    const unavailable = { code: 'STORE_UNAVAILABLE', subject: 's3://backstory' };
    await expect(store.create('a', Buffer.from('x'))).rejects.toMatchObject(unavailable);
    await store.close();
  });
});

it('check reports a server that lets every writer of a name win', async () => {
  // A server that ignores the header answers each PUT with 200.
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(request.method === 'DELETE' ? 204 : 200).end());
  });
  const own = await listen(server);
  const store = openS3(own);
  expect(await store.check()).toContain('8 of 8 writers won one name');
  await store.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
