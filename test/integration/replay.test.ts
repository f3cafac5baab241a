/**
 * Replays of a data set whose answers were paid for: one follows it while it grows; two are made
 * from the memo alone, while the model's server is down, and are equal byte for byte. I6.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import '../../services/runtime/bus/kafka/guard.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../services/teacher/fake-openai-server.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';
import { startBackstory } from '../soak/start-backstory.ts';

const deadlineMs = 240_000;

describe('replay', () => {
  const original = uniqueName('original');
  let folder: string;
  let sources: string[];
  let knobs: string[];
  let teacher: FakeOpenAi;
  let brokers: string;
  let servers: Record<string, string>;
  const started: ReturnType<typeof startBackstory>[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-replay-'));
    sources = writeRepositories(join(folder, 'sources'));
    teacher = await startFakeOpenAi({ model: 'fake-model' });
    const cluster = await sharedCluster('kafka', 'registry');
    brokers = cluster.address('kafka');
    servers = {
      BACKSTORY_KAFKA_BROKERS: brokers,
      BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
    };
    knobs = [
      ...smallOutput,
      `sink.tokenizer=${writeByteTokenizer(folder)}`,
      ...['teacher.kind=openai', 'teacher.model=fake-model', `teacher.baseUrl=${teacher.baseUrl}`],
    ].flatMap((set) => ['--set', set]);
  }, clusterStartMsMax);
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await teacher.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...parameters: string[]) => {
    const process = startBackstory(parameters, servers);
    started.push(process);
    return process;
  };
  const ends = async ({ finished }: ReturnType<typeof startBackstory>) => {
    const { code, output } = await finished;
    expect(code, output).toBe(0);
  };
  const out = (name: string) => join(folder, name);
  const replay = (dataset: string, name: string, ...more: string[]) =>
    start(
      ...['replay', '--from', 'plan', '--of', original, '--of-out', out('original')],
      ...['--dataset', dataset, '--out', out(name), ...knobs, ...more],
    );

  it('refuses a data set that has not ended, and with --follow follows it to its end', {
    timeout: deadlineMs,
  }, async () => {
    await ends(start('topics', 'apply', '--dataset', original));
    await ends(start('pause', 'extract', '--dataset', original));
    const place = ['--dataset', original, '--out', out('original'), '--bounded', ...knobs];
    const serving = start('serve', 'all', ...sources, ...place);
    let said = '';
    serving.child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await expect.poll(() => said, { timeout: deadlineMs, interval: 200 }).toContain('serving');
    const early = await replay(uniqueName('early'), 'early').finished;
    expect(early).toMatchObject({ code: 2, output: expect.stringContaining('--follow') });
    const dataset = uniqueName('followed');
    const following = replay(dataset, 'followed', '--follow');
    let heard = '';
    following.child.stderr?.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    await expect.poll(() => heard, { timeout: deadlineMs, interval: 200 }).toContain('serving');
    await ends(start('resume', 'extract', '--dataset', original));
    await ends(serving);
    await ends(following);
    const run = ['--set', `runtime.dataset=${dataset}`, '--quiet', '--out', out('run'), ...knobs];
    await ends(start('run', ...sources, ...run));
    expect(differences(outputHashes(out('run')), outputHashes(out('followed')))).toEqual([]);
    await verifyOutput(out('followed'));
  });

  it('makes the same bytes twice from the memo alone, while the model is down', {
    timeout: deadlineMs,
  }, async () => {
    await teacher.close();
    const asked = teacher.requests.length;
    const dataset = uniqueName('again');
    await ends(replay(dataset, 'first', '--memo', 'only'));
    await deleteTopics(dataset);
    await ends(replay(dataset, 'second', '--memo', 'only'));
    expect(outputHashes(out('first')).size).toBeGreaterThan(1);
    expect(differences(outputHashes(out('first')), outputHashes(out('second')))).toEqual([]);
    expect(teacher.requests.length).toBe(asked);
    const text = readFileSync(join(out('first'), 'replay.json'), 'utf8');
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    const manifest = JSON.parse(text) as { ends: Record<string, number[]> };
    expect(manifest).toMatchObject({
      ...{ of: original, from: 'plan', follow: false, seed: 0 },
      ...{ configurationHash: sha256, promptsHash: sha256 },
      code: { version: expect.any(String), hash: sha256 },
      teacher: { name: 'openai', model: 'fake-model' },
      scorer: { name: 'bytes' },
      tokenizer: { name: 'custom', fingerprint: sha256 },
      schemaIds: { [`${dataset}--trajectory-value`]: expect.any(Number) },
    });
    const copied = Object.values(manifest.ends).flat();
    expect(copied.reduce((sum, end) => sum + end, 0)).toBeGreaterThanOrEqual(sources.length);
  });

  it('names the answer that the memo lacks', { timeout: deadlineMs }, async () => {
    const changed = ['--memo', 'only', '--set', 'teacher.temperature=0.123'];
    const { code, output } = await replay(uniqueName('miss'), 'miss', ...changed).finished;
    expect(code, output).toBe(2);
    expect(output).toMatch(/MEMO_MISS.*plan of (counter|queue|awkward)/);
  });

  async function deleteTopics(dataset: string): Promise<void> {
    const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const names = (await admin.listTopics()).filter((name) => name.startsWith(`${dataset}--`));
    await admin.deleteTopics({ topics: names });
    await admin.disconnect();
  }
});
