/**
 * One trace for each repository through a cluster: each stage is a process of its own on a real
 * Kafka, and a receiver of OTLP on a socket puts together what they send.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stageNames } from '../../schemas/topology.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import {
  type Receiver,
  type Span,
  startReceiver,
} from '../services/runtime/watch/traces/receiver.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { runClusterGroup } from '../soak/cluster-group.ts';

/** Far longer than the test needs: eight processes start on a machine that other tests load. */
const deadlineMs = 240_000;

describe('traces through a cluster of processes', () => {
  let folder: string;
  let receiver: Receiver;
  let sources: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-cluster-traces-'));
    receiver = await startReceiver();
    sources = writeRepositories(join(folder, 'sources')).slice(0, 2);
    const cluster = await sharedCluster('kafka', 'registry');
    await runClusterGroup({
      ...{ sources, dataset: uniqueName('traced'), output: join(folder, 'out'), deadlineMs },
      sets: [...smallOutput, `sink.tokenizer=${writeByteTokenizer(folder)}`],
      servers: {
        BACKSTORY_KAFKA_BROKERS: cluster.address('kafka'),
        BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.address,
      },
      lifeEnvironment: (stage) => ({ OTEL_SERVICE_NAME: `process of ${stage}` }),
    });
  }, clusterStartMsMax + deadlineMs);

  afterAll(async () => {
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const traces = () => [...Map.groupBy(receiver.spans, ({ traceId }) => traceId).values()];
  const serviceOf = ({ resource }: Span) => resource['service.name'];

  it('every span of a repository has its parent in the same trace, whoever sent it', () => {
    expect(traces()).toHaveLength(sources.length);
    for (const spans of traces()) {
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      expect(byId.size).toBe(spans.length);
      const repositories = spans.map(({ attributes }) => attributes['backstory.repository']);
      expect(new Set(repositories).size).toBe(1);
      const parents = spans.map(({ parentSpanId = '' }) => parentSpanId);
      const roots = spans.filter((_, place) => parents[place] === '');
      expect(roots.map(({ name }) => name)).toEqual(['discover']);
      for (const parent of parents) if (parent !== '') expect(byId.has(parent)).toBe(true);
    }
  });

  it('it leads from the source to the shard, each stage told by its own process', () => {
    for (const spans of traces()) {
      for (const stage of stageNames) {
        const services = spans.filter(({ name }) => name === stage).map(serviceOf);
        expect([...new Set(services)], stage).toEqual([`process of ${stage}`]);
      }
      const stored = spans.filter(({ name }) => name === 'sink stored');
      expect(stored.map(serviceOf)).toContain('process of sink');
      for (const { attributes } of stored) {
        expect(existsSync(join(folder, 'out', String(attributes['backstory.shard'])))).toBe(true);
      }
    }
  });

  it('a step lies behind the one that it is below, on the clock of this machine', () => {
    for (const spans of traces()) {
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      for (const { parentSpanId = '', startTimeUnixNano, name } of spans) {
        const parent = byId.get(parentSpanId);
        if (parent === undefined) continue;
        const [own, above] = [BigInt(startTimeUnixNano), BigInt(parent.startTimeUnixNano)];
        expect(own >= above, `${name} below ${parent.name}`).toBe(true);
      }
    }
  });
});
