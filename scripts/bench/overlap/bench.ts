/**
 * How well a served stage keeps a model busy: the real simulate stage in a process of its own, on a
 * real Kafka, asks a model server of 64 slots whose answers take 0.2 to 20 s (log-normal), divided
 * by 5. Prints the share of busy slot time in the steady state, and the memory of the stage. Its
 * heap has a limit as in a container, because Node otherwise takes what the machine offers before
 * it collects. `OVERLAP_RECORDS=10000` makes it shorter than 100,000 records.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { physicalTopic } from '../../../schemas/topology.ts';
import type { Bus } from '../../../services/runtime/bus/bus.ts';
import { kafkaKnobs } from '../../../services/runtime/bus/kafka/config.ts';
import { openKafkaBus } from '../../../services/runtime/bus/kafka/kafka-bus.ts';
import { systemClock } from '../../../services/runtime/clock.ts';
import { openSchemaRegistry } from '../../../services/runtime/records/schema-registry.ts';
import { openConfluentWire } from '../../../services/runtime/records/wire-confluent.ts';
import { signalGroup, startBackstory } from '../../../test/soak/start-backstory.ts';
import type { Report } from '../../bench.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { type Busy, slots } from './model-server.ts';
import { writeTasks } from './tasks.ts';

const dataset = 'overlap';
/** More records in work than slots, so that their other costs, mostly durable writes, overlap. */
const concurrency = slots * 3;
const records = Number(process.env.OVERLAP_RECORDS ?? 100_000);
const heapMegabytesMax = 256;
/** Memory is also printed at this number of records, because it may not grow with them. */
const early = Math.min(10_000, records);
/** The steady state is the part of the run between these shares of all records. */
const steady = { from: 0.05, to: 0.95 };
const pollMs = 500;

interface ModelServer {
  readonly url: string;
  busy(): Promise<Busy>;
  close(): void;
}

async function startModelServer(): Promise<ModelServer> {
  const program = fileURLToPath(new URL('model-server.ts', import.meta.url));
  const child = fork(program, { execArgv: [] });
  const answer = <Message>() =>
    new Promise<Message>((resolve) =>
      child.once('message', (message) => resolve(message as Message)),
    );
  const { port } = await answer<{ port: number }>();
  return {
    url: `http://127.0.0.1:${port}/v1`,
    busy: () => {
      const told = answer<Busy>();
      child.send('busy');
      return told;
    },
    close: () => child.disconnect(),
  };
}

async function prepare(cluster: Cluster, bus: Bus, folder: string, output: string) {
  const servers = {
    BACKSTORY_KAFKA_BROKERS: cluster.address('kafka'),
    BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
  };
  const apply = await startBackstory(['topics', 'apply', '--dataset', dataset], servers).finished;
  if (apply.code !== 0) throw new Error(apply.output);
  const registry = openSchemaRegistry({ url: cluster.address('registry') });
  const log = pino({ level: 'silent' });
  const { signal } = new AbortController();
  const wire = await openConfluentWire(
    { registry, dataset, clock: systemClock, log, signal },
    ['file-task'],
    [],
  );
  await writeTasks(bus, wire, { folder, output, dataset, count: records });
  return servers;
}

function residentMb(pid: number): number {
  const [, kilobytes = '0'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

interface Sample {
  readonly done: number;
  readonly mb: number;
  readonly busy: Busy;
}

/** Polls stage and server until every record is done. */
async function watch(bus: Bus, server: ModelServer, pid: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (;;) {
    const ends = await bus.endOffsets(physicalTopic(dataset, 'file-trace'));
    const done = ends.reduce((sum, end) => sum + end, 0);
    samples.push({ done, mb: residentMb(pid), busy: await server.busy() });
    if (done >= records) return samples;
    await delay(pollMs);
  }
}

function reportAll(samples: readonly Sample[], report: Report): void {
  const within = samples.filter(
    ({ done }) => done >= steady.from * records && done <= steady.to * records,
  );
  const first = within[0]?.busy;
  const last = within.at(-1)?.busy;
  if (first === undefined || last === undefined) throw new Error('too few records to measure');
  const ms = last.atMs - first.atMs;
  report({ metric: 'records', value: records, unit: 'records' });
  report({ metric: 'limit of the heap', value: heapMegabytesMax, unit: 'MB' });
  report({
    metric: 'slot time busy, steady state',
    value: (last.busyMs - first.busyMs) / (ms * slots),
    unit: 'share',
  });
  report({ metric: 'answers', value: ((last.answers - first.answers) * 1000) / ms, unit: '1/s' });
  for (const count of new Set([early, records])) {
    const until = samples.filter(({ done }) => done > 0 && done <= count).map(({ mb }) => mb);
    for (const [name, share] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      const metric = `memory of the stage, ${name} up to ${count}`;
      report({ metric, value: percentile(until, share), unit: 'MB' });
    }
  }
}

export async function run(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-bench-'));
  const free = { kafkaPort: 0, kafkaControllerPort: 0, registryPort: 0 };
  const parts = ['kafka' as const, 'registry' as const];
  const cluster = await startCluster({ folder: join(folder, 'servers'), parts, ...free });
  const settings = kafkaKnobs.parse({ brokers: cluster.address('kafka') });
  const secrets = { username: undefined, password: undefined };
  const bus = await openKafkaBus({ settings, secrets, log: null });
  const server = await startModelServer();
  const output = join(folder, 'output');
  try {
    const servers = await prepare(cluster, bus, folder, output);
    const sets = [
      `simulate.concurrency=${concurrency}`,
      'teacher.kind=openai',
      `teacher.baseUrl=${server.url}`,
      'teacher.model=slots',
    ].flatMap((set) => ['--set', set]);
    const place = ['--dataset', dataset, '--out', output];
    const stage = startBackstory(['serve', 'simulate', ...place, ...sets], {
      ...servers,
      NODE_OPTIONS: `--max-old-space-size=${heapMegabytesMax}`,
    });
    const failed = stage.finished.then(({ code, output: text }): never => {
      throw new Error(`serve simulate: exit ${code}: ${text}`);
    });
    failed.catch(() => {});
    try {
      reportAll(await Promise.race([watch(bus, server, stage.child.pid ?? 0), failed]), report);
    } finally {
      signalGroup(stage.child, 'SIGKILL');
    }
  } finally {
    server.close();
    await bus.close();
    await cluster.down();
    await rm(folder, { recursive: true, force: true });
  }
}
