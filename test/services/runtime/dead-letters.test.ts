/** Dead letters as people handle them: what was done is remembered, and trying again is bounded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deadLetterTopic, physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import type { Bus } from '../../../services/runtime/bus.ts';
import { openSqliteBus } from '../../../services/runtime/bus-sqlite.ts';
import {
  dropDeadLetter,
  readDeadLetters,
  retryDeadLetter,
} from '../../../services/runtime/dead-letters.ts';
import { clusterTopics } from '../../../services/runtime/open-engine.ts';
import { plainWire } from '../../../services/runtime/wire.ts';

const dataset = 'default';
const payload = Buffer.from('what the stage got');

describe('dead letters', () => {
  let folder: string;
  let bus: Bus;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-dead-letters-'));
    bus = openSqliteBus(folder);
    await bus.createTopics(clusterTopics(dataset));
  });
  afterEach(async () => {
    await bus.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As a stage that fails leaves it; records that cannot be read get an id of their place. */
  const fail = (topic: TopicName, id: string) =>
    bus.produce([
      {
        topic: physicalTopic(dataset, deadLetterTopic(topic)),
        key: 'repository',
        value: plainWire.encodeDeadLetter(topic, {
          envelope: {
            ...{ id, parentId: 'p', repositoryId: 'repository', dataset, stage: 'admit' },
            ...{ stageVersion: 1, seed: 0, eventTimeMs: 0, sourceSequence: 0, attempt: 1 },
          },
          body: {
            ...{ stage: 'admit', topic, partition: 0, offset: 0, reason: 'BLOB_MISSING' },
            ...{ detail: 'it is gone', attempts: 1, payload },
          },
          bodyReference: null,
        }),
      },
    ]);
  const letters = () => readDeadLetters(bus, plainWire, dataset);
  const waiting = async () => {
    const [letter, ...others] = (await letters()).filter(({ status }) => status === 'waiting');
    expect(others).toEqual([]);
    if (letter === undefined) throw new Error('no letter waits');
    return letter;
  };
  const recordsIn = async (topic: string) =>
    (await bus.endOffsets(physicalTopic(dataset, topic))).reduce((sum, end) => sum + end, 0);

  it.each([
    ['under one id', () => 'id'],
    ['under an id of its place', (time: number) => `id ${time}`],
  ])('puts a record back three times %s, then only when its cause is mended', async (_how, id) => {
    for (let time = 0; time < 3; time += 1) {
      await fail('repo-found', id(time));
      const letter = await waiting();
      expect(letter.retries).toBe(time);
      await retryDeadLetter(bus, dataset, letter, false);
    }
    await fail('repo-found', id(3));
    const letter = await waiting();
    await expect(retryDeadLetter(bus, dataset, letter, false)).rejects.toThrow(/3 times.*--mended/);
    expect(await recordsIn('repo-found')).toBe(3);
    await retryDeadLetter(bus, dataset, letter, true);
    expect(await recordsIn('repo-found')).toBe(4);
    expect((await letters()).map(({ status }) => status)).not.toContain('waiting');
  });

  it('refuses a file of a repository that has ended, and forgets what was dropped', async () => {
    await fail('file-task', 'file');
    const letter = await waiting();
    await expect(retryDeadLetter(bus, dataset, letter, true)).rejects.toThrow('has ended');
    await dropDeadLetter(bus, dataset, letter);
    expect(await letters()).toMatchObject([{ id: 'file', status: 'dropped' }]);
    expect(await recordsIn('file-task')).toBe(0);
  });
});
