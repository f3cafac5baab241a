/**
 * All durable data in an S3-compatible bucket: a run and a served data set write there, byte for
 * byte, the shards that a run into a folder writes; verify and inspect read them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localObjects } from '../../scripts/cluster/servers.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import { s3Credentials, s3Url } from '../samples/servers/s3.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';
import { startBackstory } from '../soak/start-backstory.ts';

const deadlineMs = 240_000;
const dataset = uniqueName('stored');
/** What it says is shown where the code is another. */
const fine = { code: 0, output: expect.any(String) };

describe('object storage', () => {
  let folder: string;
  let environment: Record<string, string>;
  let bucket: string;
  let sources: string[];
  let knobs: string[];
  let expected: Map<string, string>;

  const run = (...parameters: string[]) => startBackstory(parameters, environment).finished;
  const asFlags = (sets: readonly string[]) => sets.flatMap((set) => ['--set', set]);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-stored-'));
    const cluster = await sharedCluster('kafka', 'registry', 'objects');
    const endpoint = cluster.address('objects');
    // The server stores each object as a file of the same name.
    bucket = join(cluster.folder, 'objects', 'data', localObjects.bucket);
    environment = {
      ...s3Credentials,
      BACKSTORY_KAFKA_BROKERS: cluster.address('kafka'),
      BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
      BACKSTORY_STORAGE_ENDPOINT: endpoint,
      BACKSTORY_STORAGE_PATH_STYLE: 'true',
    };
    sources = writeRepositories(join(folder, 'sources'));
    const tokenizer = `sink.tokenizer=${writeByteTokenizer(folder)}`;
    knobs = asFlags([...smallOutput, tokenizer, `runtime.dataset=${dataset}`]);
    const output = join(folder, 'local');
    expect(await run('run', ...sources, '--out', output, '--quiet', ...knobs)).toEqual(fine);
    expected = outputHashes(output);
  }, clusterStartMsMax + deadlineMs);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the output of a run; verify, inspect and export read it there', {
    timeout: deadlineMs,
  }, async () => {
    const prefix = `${dataset}/run`;
    const url = s3Url(prefix);
    const stored = [...knobs, ...asFlags([`storage.url=${s3Url(prefix)}`])];
    const output = join(folder, 'run');
    expect(await run('run', ...sources, '--out', output, '--quiet', ...stored)).toEqual(fine);
    expect(differences(expected, outputHashes(join(bucket, prefix)))).toEqual([]);

    expect(await run('verify', url)).toEqual(fine);
    const inspected = await run('inspect', url);
    expect(inspected).toEqual(fine);
    expect(inspected.output).toContain('counter');
    const target = join(folder, 'exported');
    const exported = await run('export', url, '--format', 'jsonl', '--to', target);
    expect(exported).toEqual(fine);
  });

  it('holds the output of serve: blobs, memo, shards and manifest', {
    timeout: deadlineMs,
  }, async () => {
    const prefix = `${dataset}/served`;
    const stored = [...knobs, ...asFlags([`storage.url=${s3Url(prefix)}`])];
    const output = join(folder, 'served');
    expect(await run('topics', 'apply', ...stored)).toEqual(fine);
    const serve = ['serve', 'all', ...sources, '--bounded', '--out', output];
    expect(await run(...serve, ...stored)).toEqual(fine);
    expect(differences(expected, outputHashes(join(bucket, prefix)))).toEqual([]);
  });
});
