/**
 * The cluster runtime in one process under seeded faults: several simulated processes per stage on
 * one bus, stopped or killed at any point, so that partitions are revoked and assigned again in the
 * middle of work. I5 and I6: the shards equal the embedded run's, byte for byte.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { physicalTopic, type StageName, stageNames } from '../../schemas/topology.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import type { Bus, OutgoingRecord } from '../../services/runtime/bus/bus.ts';
import { openSqliteBus } from '../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../../services/runtime/bus/topic-reader.ts';
import { readDeadLetters } from '../../services/runtime/cluster/dead-letters.ts';
import { plainWire } from '../../services/runtime/records/wire.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';
import { seededRandom } from './random.ts';
import { writeRepositories } from './repositories.ts';
import { runCluster } from './run-cluster.ts';
import { runGraph, writeByteTokenizer } from './run-graph.ts';

/**
 * Each stage runs twice, except the source; the sink, whose bounded order needs all partitions; and
 * extract, which keeps its parsers once per real process.
 */
const twice: readonly (readonly StageName[])[] = [
  ['discover'],
  ['admit', 'extract'],
  ['plan', 'simulate'],
  ['plan', 'search', 'flatten'],
  ['admit', 'simulate', 'search', 'flatten'],
  ['sink'],
];
/** A further stage runs in a process of its own. */
const further = stageNames.filter((stage) => !twice.flat().includes(stage));
const processes = [...twice, ...further.map((stage) => [stage])];
const calm = { duplicateShare: 0, delayShare: 0, partialShare: 0 };

async function isIn(bus: Bus, topic: string, key: string): Promise<boolean> {
  let found = false;
  await forEachRecord(bus, topic, async (record) => {
    found ||= record.key === key;
  });
  return found;
}

describe('cluster', () => {
  let folder: string;
  let sources: string[];
  let tokenizer: string;
  let expected: Map<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-cluster-'));
    sources = writeRepositories(join(folder, 'sources'));
    tokenizer = writeByteTokenizer(folder);
    const corrupt = join(folder, 'sources', 'corrupt.tar.gz');
    writeFileSync(corrupt, 'this is no archive');
    sources.splice(1, 0, corrupt);
    const outputFolder = join(folder, 'embedded');
    await runGraph({ outputFolder, sources, tokenizer });
    expected = outputHashes(outputFolder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('I6: equals the embedded run without faults, with two open repositories', async () => {
    const outputFolder = join(folder, 'calm');
    const sets = ['runtime.openRepositoriesMax=2'];
    const random = seededRandom(0);
    await runCluster({
      ...{ outputFolder, sources, tokenizer, sets, processes, random },
      faults: 0,
      busFaults: calm,
    });
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
    await verifyOutput(outputFolder);
  });

  it.each([1, 2])(
    'I5, I6: equals the embedded run under stops and deaths of seed %i',
    async (seed) => {
      const outputFolder = join(folder, `seed-${seed}`);
      const report = await runCluster({
        ...{ outputFolder, sources, tokenizer, processes, random: seededRandom(seed) },
        faults: 12,
        busFaults: { duplicateShare: 0.2, delayShare: 0.3, partialShare: 0.05 },
      });
      expect(report.deaths + report.stops).toBeGreaterThanOrEqual(12);
      expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
      await verifyOutput(outputFolder);
    },
  );

  it('I5: ends a repository when the record of one file became unreadable', async () => {
    const outputFolder = join(folder, 'unreadable');
    const topic = physicalTopic('default', 'file-trace');
    let key: string | null = null;
    const corrupt = async (record: OutgoingRecord, bus: Bus) => {
      if (record.topic !== topic || key !== null) return record;
      key = record.key;
      // Spoiled once the join already holds another part of the repository.
      while (!(await isIn(bus, physicalTopic('default', 'file-thought'), key))) await delay(20);
      await delay(300);
      return { ...record, value: record.value.subarray(0, 9) };
    };
    // Every process must end: the join may not wait for the file that never comes.
    await runCluster({
      ...{ outputFolder, sources, tokenizer, processes, random: seededRandom(0) },
      faults: 0,
      busFaults: { ...calm, corrupt },
    });
    const { samples } = await verifyOutput(outputFolder);
    expect(samples).toBe(2);
    const bus = openSqliteBus(join(outputFolder, 'log'));
    const letters = await readDeadLetters(bus, plainWire, 'default');
    expect(letters.map(({ topic: of, envelope }) => [of, envelope.repositoryId])).toEqual([
      ['file-trace', key],
    ]);
    await bus.close();
  });

  it('makes a dead letter of every record that the join cannot read, not only of the first', async () => {
    const outputFolder = join(folder, 'unreadable-parts');
    const topic = physicalTopic('default', 'file-thought');
    let key: string | null = null;
    const corrupted = new Set<string>();
    const corrupt = async (record: OutgoingRecord) => {
      if (record.topic !== topic) return record;
      key ??= record.key;
      if (record.key !== key || corrupted.size === 2) return record;
      // A record written again after a fault or a restart is the same record.
      const value = record.value.subarray(0, 9 + corrupted.size);
      corrupted.add(Buffer.from(value).toString('hex'));
      return { ...record, value };
    };
    await runCluster({
      ...{ outputFolder, sources, tokenizer, processes, random: seededRandom(0) },
      faults: 0,
      busFaults: { ...calm, corrupt },
    });
    expect((await verifyOutput(outputFolder)).samples).toBe(2);
    const bus = openSqliteBus(join(outputFolder, 'log'));
    const letters = await readDeadLetters(bus, plainWire, 'default');
    const expected = ['file-thought', key];
    expect(letters.map(({ topic: of, envelope }) => [of, envelope.repositoryId])).toEqual([
      expected,
      expected,
    ]);
    await bus.close();
  });

  it('I5, I6: ends when the manifest is closed, although the groups of earlier stages were forgotten', async () => {
    const outputFolder = join(folder, 'forgotten');
    const run = (...processes: readonly (readonly StageName[])[]) =>
      runCluster({
        ...{ outputFolder, sources, tokenizer, processes },
        ...{ random: seededRandom(1), faults: 0, busFaults: calm },
      });
    await run(['discover', 'admit']);
    const forget = () => {
      const log = new DatabaseSync(join(outputFolder, 'log', 'log.db'));
      const { changes } = log.prepare('DELETE FROM commits').run();
      log.close();
      return changes;
    };
    expect(forget()).toBeGreaterThan(0);
    const rest = stageNames.filter((stage) => !['discover', 'admit', 'sink'].includes(stage));
    await run(rest, ['sink']);
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
    // Started again, nobody does anything again.
    expect(forget()).toBeGreaterThan(0);
    await run(['discover'], ['admit'], rest, ['sink']);
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
  });

  it('I11: a process ends with LOG_TRUNCATED where another stage can never be done', async () => {
    const outputFolder = join(folder, 'truncated');
    const run = (...processes: readonly (readonly StageName[])[]) =>
      runCluster({
        ...{ outputFolder, sources, tokenizer, processes },
        ...{ random: seededRandom(1), faults: 0, busFaults: calm },
      });
    await run(['discover']);
    const log = new DatabaseSync(join(outputFolder, 'log', 'log.db'));
    const topic = physicalTopic('default', 'repo-found');
    const { id } = log
      .prepare(
        'SELECT records.id / 4294967296 AS id FROM records JOIN partitions ON partitions.id = records.id / 4294967296 WHERE topic = ? LIMIT 1',
      )
      .get(topic) as { id: number };
    log.prepare('UPDATE records SET id = id + 5 WHERE id / 4294967296 = ?').run(id);
    log.close();
    for (const stages of [['admit'], ['plan']] as const) {
      await expect(run(stages)).rejects.toMatchObject({
        code: 'LOG_TRUNCATED',
        message: expect.stringContaining('5 records were deleted before they were read'),
      });
    }
  });
});
