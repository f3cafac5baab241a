/** Dead letters as people handle them: actions are remembered, and retries are bounded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deadLetterTopic, physicalTopic, type TopicName } from '../../../../schemas/topology.ts';
import type { Bus } from '../../../../services/runtime/bus/bus.ts';
import { openSqliteBus } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../../../../services/runtime/bus/topic-reader.ts';
import {
  dropDeadLetter,
  readDeadLetters,
  retryDeadLetter,
} from '../../../../services/runtime/cluster/dead-letters.ts';
import { deadLetterRecord } from '../../../../services/runtime/engine/engine.ts';
import { clusterTopics } from '../../../../services/runtime/engine/open-engine.ts';
import { createCodec } from '../../../../services/runtime/records/codec.ts';
import { plainWire } from '../../../../services/runtime/records/wire.ts';
import { hidePlaces } from '../../../../services/runtime/redact.ts';
import { openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';

const dataset = 'default';
const payload = Buffer.from('what the stage got');

const envelopeOf = (id: string) => ({
  ...{ id, parentId: 'p', repositoryId: 'repository', dataset, stage: 'admit' },
  ...{ stageVersion: 1, seed: 0, eventTimeMs: 0, sourceSequence: 0, attempt: 1 },
});

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

  /** A dead letter as a failing stage writes it; unreadable records get an id from their offset. */
  const fail = (topic: TopicName, id: string, bytes: Uint8Array = payload) =>
    bus.produce([
      {
        topic: physicalTopic(dataset, deadLetterTopic(topic)),
        key: 'repository',
        value: plainWire.encodeDeadLetter(topic, {
          envelope: envelopeOf(id),
          body: {
            ...{ stage: 'admit', topic, partition: 0, offset: 0, reason: 'BLOB_MISSING' },
            ...{ detail: 'it is gone', attempts: 1, payload: bytes },
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
  const place = () => ({ bus, wire: plainWire, dataset });
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
      await retryDeadLetter(place(), letter, [letter], false);
    }
    await fail('repo-found', id(3));
    const letter = await waiting();
    await expect(retryDeadLetter(place(), letter, [letter], false)).rejects.toThrow(
      /3 times.*--mended/,
    );
    expect(await recordsIn('repo-found')).toBe(3);
    await retryDeadLetter(place(), letter, [letter], true);
    expect(await recordsIn('repo-found')).toBe(4);
    expect((await letters()).map(({ status }) => status)).not.toContain('waiting');
  });

  it('refuses a retry that nobody would take, because the bounded data set is at its end', async () => {
    await fail('repo-found', 'id');
    const letter = await waiting();
    const envelope = envelopeOf('closed');
    await bus.produce([
      {
        topic: physicalTopic(dataset, 'input-closed'),
        key: dataset,
        value: plainWire.encode('input-closed', {
          envelope,
          body: { sources: 1 },
          bodyReference: null,
        }),
      },
    ]);
    await expect(retryDeadLetter(place(), letter, [letter], false)).rejects.toMatchObject({
      code: 'OUTPUT_CLOSED',
      message: expect.stringContaining('new data set'),
    });
    expect((await waiting()).status).toBe('waiting');
    // A record of the stage is under way: its process is there and takes the other one, too.
    await bus.produce([
      { topic: physicalTopic(dataset, 'repo-found'), key: 'other', value: payload },
    ]);
    expect(await retryDeadLetter(place(), letter, [letter], false)).toHaveLength(1);
  });

  it('carries the beginning of a large record, and a retry puts the whole record back', async () => {
    const topic = physicalTopic(dataset, 'repo-found');
    const large = Buffer.alloc(1_000_000, 'stranger');
    await bus.produce([{ topic, key: 'repository', value: large }]);
    const [partition] = (await bus.endOffsets(topic)).flatMap((end, at) => (end > 0 ? [at] : []));
    if (partition === undefined) throw new Error('the record is nowhere');
    const [record] = await bus.read({ topic, partition }, 0, 1);
    if (record === undefined) throw new Error('the record is not there');
    const codec = createCodec(await openLocalBlobStore(folder));
    const run = { dataset, seed: 0, outputFolder: folder, bounded: true, runId: 'run' };
    const cause = { reason: 'RECORD_INVALID' as const, detail: 'no frame', attempts: 1 };
    const letter = { stage: 'admit', topic: 'repo-found', record, cause } as const;
    const letterRecord = deadLetterRecord(
      { codec, run, hide: hidePlaces },
      letter,
      envelopeOf('id'),
    );
    expect(letterRecord.value.byteLength).toBeLessThan(2 ** 17);
    await bus.produce([letterRecord]);
    const letterRead = await waiting();
    await retryDeadLetter(place(), letterRead, [letterRead], false);
    const [, again] = await bus.read({ topic, partition }, 0, 2);
    expect(Buffer.compare(again?.value ?? Buffer.alloc(0), large)).toBe(0);
  });

  it('puts back all files of a repository together, with a higher attempt', async () => {
    const body = {
      ...{ path: 'a.ts', ordinal: 0, of: 2 },
      structure: { sha256: 'a'.repeat(64), bytes: 1 },
      plan: { sha256: 'b'.repeat(64), bytes: 1 },
    };
    const task = (id: string) =>
      plainWire.encode('file-task', { envelope: envelopeOf(id), body, bodyReference: null });
    await fail('file-task', 'one', task('task one'));
    await fail('file-task', 'two', task('task two'));
    await fail('file-task', 'gone', task('task three'));
    const dropped = (await letters()).find(({ id }) => id === 'gone');
    if (dropped !== undefined) await dropDeadLetter(bus, dataset, dropped);
    const all = await letters();
    const [letter] = all;
    if (letter === undefined) throw new Error('no letter waits');
    const retried = await retryDeadLetter(place(), letter, all, false);
    expect(retried.map(({ id }) => id)).toEqual(['one', 'two']);
    expect((await letters()).map(({ status }) => status)).toEqual([
      'retried',
      'retried',
      'dropped',
    ]);
    const envelopes: unknown[] = [];
    await forEachRecord(bus, physicalTopic(dataset, 'file-task'), async ({ value }) => {
      envelopes.push((await plainWire.decode('file-task', value)).envelope);
    });
    expect(envelopes).toMatchObject([
      { id: 'task one', attempt: 2 },
      { id: 'task two', attempt: 2 },
    ]);
  });
});
