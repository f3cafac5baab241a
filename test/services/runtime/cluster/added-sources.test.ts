/** A live data set takes sources that people add while it runs, and keeps them when it restarts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { physicalTopic } from '../../../../schemas/topology.ts';
import type { CodeHost } from '../../../../services/ports/code-host.ts';
import {
  openSqliteBus,
  type SqliteLog,
} from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../../../../services/runtime/bus/topic-reader.ts';
import { serveStages } from '../../../../services/runtime/cluster/cluster.ts';
import { tell } from '../../../../services/runtime/cluster/control.ts';
import { runtimeKnobs } from '../../../../services/runtime/config/knobs.ts';
import { clusterTopics } from '../../../../services/runtime/engine/open-engine.ts';
import { createCodec } from '../../../../services/runtime/records/codec.ts';
import { plainWire } from '../../../../services/runtime/records/wire.ts';
import { openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { openLocalObjects } from '../../../../services/runtime/store/objects/local.ts';
import { discoverKnobs } from '../../../../services/stages/discover/config.ts';
import { discover } from '../../../../services/stages/discover/stage.ts';

let folder: string;
let bus: SqliteLog;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'added-'));
  mkdirSync(join(folder, 'log'));
  bus = openSqliteBus(join(folder, 'log'));
  await bus.createTopics(clusterTopics('live'));
  for (const name of ['a', 'b', 'c', 'd']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'main.py'), `print("${name}")\n`);
  }
});
afterEach(async () => {
  await bus.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Serves discover until the signal aborts. */
function serve(signal: AbortSignal, codeHost: CodeHost | null = null) {
  const objects = openLocalObjects(folder);
  return serveStages({
    configuration: {
      runtime: runtimeKnobs.parse({ dataset: 'live', drainMs: 1_000 }),
      discover: discoverKnobs.parse({ sources: [join(folder, 'a')] }),
    },
    ...{
      stages: [discover],
      teacher: null,
      scorer: null,
      codeHost,
      bounded: false,
      objects,
      bus,
      signal,
    },
    ...{ registry: null, configurationHash: 'c', inputHash: 'i', outputFolder: folder },
    stateFolder: join(folder, 'state'),
    isComplete: async () => false,
    log: pino({ level: 'silent' }),
  });
}

async function names(topic: 'repo-found' | 'dropped'): Promise<string[]> {
  const codec = createCodec(await openLocalBlobStore(join(folder, 'blobs')), plainWire);
  const found: string[] = [];
  await forEachRecord(bus, physicalTopic('live', topic), async ({ value }) => {
    const { body } = await codec.decode(topic, value);
    found.push('reason' in body ? `${body.name} ${body.reason}` : body.name);
  });
  return found.sort();
}

const until = (topic: 'repo-found' | 'dropped', expected: readonly string[]) =>
  expect.poll(() => names(topic), { timeout: 20_000, interval: 100 }).toEqual(expected);
const add = (source: string) => tell(bus, 'live', { about: 'source', source });

test('each once, in this and in later processes, and what is missing costs itself alone', async () => {
  const first = new AbortController();
  const serving = serve(first.signal);
  await until('repo-found', ['a']);
  await add(join(folder, 'b'));
  await until('repo-found', ['a', 'b']);
  await add(join(folder, 'missing'));
  await add(`@${join(folder, 'missing.txt')}`);
  await add(join(folder, 'a'));
  const told = ['a DUPLICATE_REPOSITORY', 'missing SOURCE_UNREADABLE'];
  const dropped = [...told, 'missing.txt SOURCE_UNREADABLE'].sort();
  await until('dropped', dropped);
  first.abort();
  await serving;
  await add(join(folder, 'c'));
  await add(join(folder, 'b'));
  const second = new AbortController();
  const again = serve(second.signal);
  await until('repo-found', ['a', 'b', 'c']);
  await add(join(folder, 'd'));
  await until('repo-found', ['a', 'b', 'c', 'd']);
  expect(await names('dropped')).toEqual(dropped);
  second.abort();
  await again;
});

test('a list that has grown is added again, and brings what is new in it alone', async () => {
  const stopping = new AbortController();
  const serving = serve(stopping.signal);
  const list = join(folder, 'list.txt');
  writeFileSync(list, `${join(folder, 'b')}\n`);
  await add(`@${list}`);
  await until('repo-found', ['a', 'b']);
  writeFileSync(list, `${join(folder, 'c')}\n${join(folder, 'b')}\n`);
  await add(`@${list}`);
  await until('repo-found', ['a', 'b', 'c']);
  writeFileSync(list, `${join(folder, 'd')}\n${join(folder, 'c')}\n`);
  await add(`@${list}`);
  await until('repo-found', ['a', 'b', 'c', 'd']);
  expect(await names('dropped')).toEqual([]);
  stopping.abort();
  await serving;
});

test('a stop while a source waits for its host is no failure', async () => {
  const stopping = new AbortController();
  const asked = Promise.withResolvers<void>();
  const wait = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      asked.resolve();
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  const silent: CodeHost = {
    name: 'silent',
    repository: (_name, signal) => wait(signal),
    commit: (_name, _reference, signal) => wait(signal),
    snapshot: (_name, _commit, _limits, signal) => wait(signal),
    search: (_query, _page, signal) => wait(signal),
  };
  const serving = serve(stopping.signal, silent);
  await until('repo-found', ['a']);
  await add('github:owner/name');
  await asked.promise;
  stopping.abort();
  await expect(serving).resolves.toBe('stopped');
  expect(await names('dropped')).toEqual([]);
});
