/**
 * A live data set whose teacher fails for two files: `dlq retry` of one letter brings the whole
 * repository back, although the join had dropped it and acknowledged its other parts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { physicalTopic, type TopicName } from '../../schemas/topology.ts';
import { openOutput } from '../../services/dataset/open-output.ts';
import { listSamples } from '../../services/dataset/samples.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import { sections, stages } from '../../services/registry.ts';
import type { Bus } from '../../services/runtime/bus/bus.ts';
import { openSqliteBus } from '../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { systemClock } from '../../services/runtime/clock.ts';
import { serveStages } from '../../services/runtime/cluster/cluster.ts';
import { readDeadLetters, retryDeadLetter } from '../../services/runtime/cluster/dead-letters.ts';
import { noSources, resolveConfiguration } from '../../services/runtime/config/resolve.ts';
import { clusterTopics } from '../../services/runtime/engine/open-engine.ts';
import { plainWire } from '../../services/runtime/records/wire.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { openTeacher } from '../../services/teacher/open.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../services/teacher/fake-openai-server.ts';
import { writeRepositories } from './repositories.ts';
import { smallOutput, writeByteTokenizer } from './run-graph.ts';

const deadlineMs = 60_000;

describe('a live data set with dead letters of files', () => {
  let folder: string;
  let bus: Bus;
  let server: FakeOpenAi;
  let down = true;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-dead-letter-retry-'));
    bus = openSqliteBus(join(folder, 'log'));
    await bus.createTopics(clusterTopics('default'));
    server = await startFakeOpenAi({
      fault: (messages) => {
        const text = messages.map(({ content }) => content).join();
        const hit = /file: src\/(?:queue|node)\.ts\npurpose: /.test(text);
        return down && hit ? { kind: 'status', status: 503 } : null;
      },
    });
  });
  afterAll(async () => {
    await bus.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const recordsIn = async (topic: TopicName) =>
    (await bus.endOffsets(physicalTopic('default', topic))).reduce((sum, end) => sum + end, 0);

  const serve = async (signal: AbortSignal) => {
    const { values, hash, inputHash } = resolveConfiguration(sections, {
      ...noSources,
      sets: [
        ...[...smallOutput, 'sink.quietMs=300', 'search.enabled=false', 'teacher.kind=openai'],
        ...['teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`],
        ...['teacher.retriesMax=0', 'runtime.retriesMax=0'],
      ],
      flags: {
        'discover.sources': writeRepositories(join(folder, 'sources')),
        'sink.tokenizer': writeByteTokenizer(folder),
      },
    });
    return serveStages({
      ...{ configuration: values, configurationHash: hash, inputHash, stages, bus },
      teacher: await openTeacher(values.teacher, {}, systemClock),
      ...{ scorer: null, registry: null, bounded: false, signal },
      isComplete: async () => false,
      outputFolder: join(folder, 'out'),
      stateFolder: join(folder, 'state'),
      objects: openLocalObjects(join(folder, 'out')),
      log: pino({ level: 'silent' }),
    });
  };

  it('takes the repository back when one of its letters is retried', async () => {
    const stop = new AbortController();
    const served = serve(stop.signal);
    const letters = () => readDeadLetters(bus, plainWire, 'default');
    const poll = { timeout: deadlineMs, interval: 100 };
    await expect.poll(async () => (await letters()).length, poll).toBe(2);
    await expect.poll(() => recordsIn('dropped'), poll).toBe(1);
    await expect.poll(() => recordsIn('trajectory'), poll).toBe(2);
    down = false;
    const all = await letters();
    const [first] = all;
    if (first === undefined) throw new Error('no letter waits');
    const place = { bus, wire: plainWire, dataset: 'default' };
    expect(await retryDeadLetter(place, first, all, false)).toHaveLength(2);
    await expect.poll(() => recordsIn('trajectory'), poll).toBe(3);
    const samples = async () => {
      const output = await openOutput(openLocalObjects(join(folder, 'out')));
      return (await listSamples(output)).map(({ name }) => name).sort();
    };
    await expect.poll(samples, poll).toEqual(['awkward', 'counter', 'queue']);
    stop.abort();
    expect(await served).toBe('stopped');
    expect((await letters()).map(({ status }) => status)).toEqual(['retried', 'retried']);
    await verifyOutput(join(folder, 'out'));
  });
});
