/** The SQLite bus under the bus contract, and duties that only a file-based bus has. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IncomingRecord } from '../../services/runtime/bus/bus.ts';
import { openSqliteBus } from '../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { requireWhole } from '../../services/runtime/bus/topic-reader.ts';
import { busContract } from './bus.ts';

busContract('node:sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-bus-'));
  return {
    open: async () => openSqliteBus(folder),
    destroy: () => rm(folder, { recursive: true, force: true }),
  };
});

describe('one process per log folder', () => {
  const holder = `
import { openSqliteBus } from '${new URL('../../services/runtime/bus/sqlite/sqlite-bus.ts', import.meta.url)}';
    const bus = openSqliteBus(process.argv[1]);
    await bus.createTopics([{ name: 'numbers', partitions: 1 }]);
    for (let i = 0; ; i += 1) {
      await bus.produce([{ topic: 'numbers', key: 'k', value: Buffer.from(String(i)) }]);
      process.stdout.write(i + '\\n');
    }`;

  it('refuses a second process, and frees the folder when the first is killed: no acknowledged record is lost', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstory-bus-'));
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    while (output.split('\n').length < 50) await once(child.stdout, 'data');
    expect(() => openSqliteBus(folder)).toThrow(
      expect.objectContaining({ code: 'OUTPUT_LOCKED', subject: folder }),
    );
    child.kill('SIGKILL');
    await once(child, 'close');
    const acknowledged = output.slice(0, output.lastIndexOf('\n')).split('\n').length;
    const bus = openSqliteBus(folder);
    const [end] = await bus.endOffsets('numbers');
    expect(end).toBeGreaterThanOrEqual(acknowledged);
    const read = await bus.read({ topic: 'numbers', partition: 0 }, 0, acknowledged);
    expect(read.map((record) => Buffer.from(record.value).toString())).toEqual(
      Array.from({ length: acknowledged }, (_, index) => `${index}`),
    );
    await bus.close();
    await rm(folder, { recursive: true, force: true });
  });
});

describe('records that are taken back', () => {
  it('leave no gap: others keep their offsets, and a consumer and a whole topic go on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstory-bus-'));
    const bus = openSqliteBus(folder);
    await bus.createTopics([{ name: 'numbers', partitions: 1 }]);
    const record = (text: string) => ({ topic: 'numbers', key: 'k', value: Buffer.from(text) });
    await bus.produce(['a', 'b', 'c', 'd'].map(record));
    const at = { topic: 'numbers', partition: 0 };
    const places = [0, 1, 3].map((offset) => ({ ...at, offset }));
    await bus.amend(places, [record('e')]);
    const texts = (records: readonly IncomingRecord[]) =>
      records.map(({ offset, value }) => `${offset} ${Buffer.from(value)}`);
    expect(texts(await bus.read(at, 0, 1))).toEqual(['2 c']);
    expect(texts(await bus.read(at, 0, 10))).toEqual(['2 c', '4 e']);
    await requireWhole(bus, 'numbers');
    const seen = Promise.withResolvers<string[]>();
    const got: string[] = [];
    const consumer = await bus.consume({
      ...{ group: 'readers', topics: ['numbers'], batchMax: 1 },
      startOffset: () => 0,
      onRevoked: () => {},
      onRecords: (records) => {
        got.push(...texts(records));
        if (got.length === 2) seen.resolve(got);
      },
      onFailure: seen.reject,
    });
    expect(await seen.promise).toEqual(['2 c', '4 e']);
    await consumer.close();
    await bus.close();
    await rm(folder, { recursive: true, force: true });
  });
});
