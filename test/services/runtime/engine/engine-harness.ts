/**
 * An engine for tests of single runners: a real bus, codec and crash journal in a folder, and a
 * record of what the runner asked of its process. Nothing restarts and nothing ends by itself.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DeadLetterBody, TopicBodies } from '../../../../schemas/generated/types.ts';
import { deadLetterTopic, physicalTopic, type TopicName } from '../../../../schemas/topology.ts';
import type { Bus } from '../../../../services/runtime/bus/bus.ts';
import { openSqliteBus } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../../../../services/runtime/bus/topic-reader.ts';
import { type Clock, systemClock } from '../../../../services/runtime/clock.ts';
import { type RuntimeKnobs, runtimeKnobs } from '../../../../services/runtime/config/knobs.ts';
import { openBurials } from '../../../../services/runtime/engine/burials.ts';
import { openCrashJournal } from '../../../../services/runtime/engine/crash-journal.ts';
import {
  datasetEnvelope,
  type Engine,
  type PlannedRecord,
  produce,
} from '../../../../services/runtime/engine/engine.ts';
import { topicConfigurations } from '../../../../services/runtime/engine/open-engine.ts';
import { type Codec, createCodec } from '../../../../services/runtime/records/codec.ts';
import { plainWire } from '../../../../services/runtime/records/wire.ts';
import { hidePlaces } from '../../../../services/runtime/redact.ts';
import type { AnyTools } from '../../../../services/runtime/stage.ts';
import { openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { noTraces } from '../../../../services/runtime/watch/traces/traces.ts';
import { nothingWatched } from '../../../samples/nothing-watched.ts';

export const dataset = 'd';

export interface HarnessOptions {
  readonly bounded?: boolean;
  readonly clock?: Clock;
  readonly settings?: Partial<RuntimeKnobs>;
  /** Wrappers of the real codec and bus, so that a test can inject faults. */
  readonly codec?: (codec: Codec) => Codec;
  readonly bus?: (bus: Bus) => Bus;
}

export interface EngineHarness {
  readonly engine: Engine;
  readonly failures: unknown[];
  readonly restarts: string[];
  /** Produces without the faults that the test injects. */
  produce(records: readonly PlannedRecord[]): Promise<void>;
  bodies<Topic extends TopicName>(topic: Topic): Promise<TopicBodies[Topic][]>;
  deadLetters(topic: TopicName): Promise<DeadLetterBody[]>;
  /** Number of records of a topic that a group has committed. */
  committed(group: string, topic: TopicName): Promise<number>;
  crashes(): string[];
  abort(): void;
  close(): Promise<void>;
}

export async function openHarness(options: HarnessOptions = {}): Promise<EngineHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-engine-'));
  const bus = openSqliteBus(join(folder, 'log'));
  await bus.createTopics(topicConfigurations(dataset));
  const codec = createCodec(await openLocalBlobStore(join(folder, 'blobs')));
  const crashes = openCrashJournal(folder);
  const failures: unknown[] = [];
  const restarts: string[] = [];
  const over = new AbortController();
  const { bounded = false, clock = systemClock, settings = {} } = options;
  const engine: Engine = {
    bus: options.bus?.(bus) ?? bus,
    codec: options.codec?.(codec) ?? codec,
    run: { dataset, seed: 0, outputFolder: folder, bounded, runId: 'r' },
    settings: { ...runtimeKnobs.parse({ retryBaseMs: 1 }), ...settings },
    clock,
    log: pino({ level: 'silent' }),
    hide: hidePlaces,
    metrics: createMetrics({}, nothingWatched),
    progress: { deadLetters: 0, observe: () => {}, openBelow: async () => {} },
    traces: noTraces,
    crashes,
    burials: openBurials(bus, codec, dataset),
    crashPoint: () => {},
    signal: over.signal,
    fail: (error) => failures.push(error),
    finish: () => {},
    restart: (stage) => restarts.push(stage),
    toolsFor: () => ({ config: {} }) as AnyTools,
  };
  const read = async (topic: string, visit: (value: Uint8Array) => Promise<void>) =>
    forEachRecord(bus, physicalTopic(dataset, topic), ({ value }) => visit(value));
  return {
    engine,
    failures,
    restarts,
    produce: (records) => produce({ ...engine, bus, codec }, records),
    bodies: async (topic) => {
      const found: TopicBodies[typeof topic][] = [];
      await read(topic, async (value) => {
        found.push((await codec.decode(topic, value)).body);
      });
      return found;
    },
    deadLetters: async (topic) => {
      const found: DeadLetterBody[] = [];
      await read(deadLetterTopic(topic), async (value) => {
        found.push((await plainWire.decodeDeadLetter(topic, value)).body);
      });
      return found;
    },
    committed: async (group, topic) => {
      const name = physicalTopic(dataset, topic);
      let total = 0;
      for (const partition of (await bus.endOffsets(name)).keys()) {
        total += (await bus.committed(group, { topic: name, partition }))?.offset ?? 0;
      }
      return total;
    },
    crashes: () => readFileSync(join(folder, 'crashes.log'), 'utf8').split('\n').filter(Boolean),
    abort: () => over.abort(new Error('the run is over')),
    close: async () => {
      await bus.close();
      crashes.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The source's record of a repository with this name. */
export function found(engine: Engine, name: string): PlannedRecord {
  const id = `repository-${name}`;
  return {
    topic: 'repo-found',
    envelope: { ...datasetEnvelope(engine), id, repositoryId: id, stage: 'discover' },
    body: {
      name,
      origin: `origin of ${name}`,
      commit: null,
      archive: { sha256: 'a'.repeat(64), bytes: 0 },
      format: 'tar',
      treeSha256: null,
      hosted: null,
      near: null,
    },
  };
}
