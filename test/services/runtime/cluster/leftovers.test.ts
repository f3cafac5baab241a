/** Leftovers of killed processes go when another one starts; what one may be writing stays. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { openSqliteBus } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { serveStages } from '../../../../services/runtime/cluster/cluster.ts';
import { runtimeKnobs } from '../../../../services/runtime/config/knobs.ts';
import { clusterTopics } from '../../../../services/runtime/engine/open-engine.ts';
import {
  newTemporaryName,
  openLocalObjects,
} from '../../../../services/runtime/store/objects/local.ts';
import { discoverKnobs } from '../../../../services/stages/discover/config.ts';
import { discover } from '../../../../services/stages/discover/stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-leftovers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a process that starts removes old temporary files, and no young ones', async () => {
  const names = { old: newTemporaryName(), young: newTemporaryName() };
  const at = (place: string, name: keyof typeof names) => join(folder, 'out', place, names[name]);
  const places = ['.', 'blobs/ab', 'memo/ab', 'spending', 'training'];
  for (const place of places) {
    mkdirSync(join(folder, 'out', place), { recursive: true });
    for (const name of ['old', 'young'] as const) writeFileSync(at(place, name), 'half');
    utimesSync(at(place, 'old'), 0, 0);
  }
  const withFile = (name: keyof typeof names) =>
    places.filter((place) => existsSync(at(place, name)));
  const bus = openSqliteBus(join(folder, 'log'));
  await bus.createTopics(clusterTopics('live'));
  const stop = new AbortController();
  const served = serveStages({
    configuration: {
      runtime: runtimeKnobs.parse({ dataset: 'live', drainMs: 1_000 }),
      discover: discoverKnobs.parse({ sources: [folder] }),
    },
    ...{ stages: [discover], teacher: null, scorer: null, codeHost: null, bounded: false },
    ...{ objects: openLocalObjects(join(folder, 'out')), bus, signal: stop.signal },
    ...{ registry: null, configurationHash: 'c', inputHash: 'i' },
    ...{ outputFolder: join(folder, 'out'), stateFolder: join(folder, 'state') },
    ...{ log: pino({ level: 'silent' }), isComplete: async () => false },
  });
  // They go beside the work, each in its own time.
  for (let tries = 0; tries < 600 && withFile('old').length > 1; tries += 1) await delay(50);
  stop.abort();
  await served;
  await bus.close();
  expect(withFile('old')).toEqual(['training']);
  expect(withFile('young')).toEqual(places);
});
