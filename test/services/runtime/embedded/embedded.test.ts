/** The runtime's promises on a small graph: every input ends once, whatever its handler does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus } from '../../../../services/runtime/bus/bus.ts';
import { openSqliteBus } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { manualClock } from '../../../../services/runtime/clock.ts';
import { PipelineError } from '../../../../services/runtime/errors.ts';
import { drop, reject, retry } from '../../../../services/runtime/outcomes.ts';
import { ProcessDeath } from '../../../../services/runtime/stage.ts';
import { endings, runSmallGraph } from '../small-graph.ts';

describe('embedded runtime', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstory-embedded-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const dropAll = async () => [drop('SOURCE_EMPTY', 'nothing in it')];

  it('I5: ends every input once: dropped, rejected, thrown as coded, or poisoned', async () => {
    const summary = await runSmallGraph({
      folder,
      names: ['dropped', 'rejected', 'coded', 'poison', 'retried'],
      faults: { clock: manualClock() },
      handle: async ({ body }) => {
        if (body.name === 'dropped') return [drop('SOURCE_EMPTY', 'nothing in it')];
        if (body.name === 'rejected') return [reject('RECORD_INVALID', 'bad for ever')];
        if (body.name === 'coded') throw new PipelineError('ARCHIVE_CORRUPT', 'cannot be read');
        if (body.name === 'retried') return [retry('TEACHER_UNAVAILABLE', 'down', 10)];
        throw new TypeError('our bug');
      },
    });
    expect(endings(folder).sort()).toEqual([
      '0 dropped SOURCE_EMPTY',
      '1 rejected RECORD_INVALID',
      '2 coded ARCHIVE_CORRUPT',
      '3 poison STAGE_POISONED',
      '4 retried TEACHER_UNAVAILABLE',
    ]);
    expect(summary.deadLetters).toBe(3);
    expect(summary.repositories.dropped.map((end) => [end.name, end.disposition]).sort()).toEqual([
      ['coded', 'drop'],
      ['dropped', 'drop'],
      ['poison', 'dead_letter'],
      ['rejected', 'dead_letter'],
      ['retried', 'dead_letter'],
    ]);
  });

  it('retries as often as configured, and not more often', async () => {
    let calls = 0;
    await runSmallGraph({
      folder,
      names: ['a'],
      settings: { retriesMax: 3 },
      faults: { clock: manualClock() },
      handle: async () => {
        calls += 1;
        return [retry('TEACHER_UNAVAILABLE', 'down', 1)];
      },
    });
    expect(calls).toBe(4);
  });

  it('recovers from a transient failure', async () => {
    let calls = 0;
    const summary = await runSmallGraph({
      folder,
      names: ['a'],
      faults: { clock: manualClock() },
      handle: async () => {
        calls += 1;
        if (calls < 3) throw new PipelineError('TEACHER_UNAVAILABLE', 'down');
        return [drop('SOURCE_EMPTY', 'reached')];
      },
    });
    expect(summary.deadLetters).toBe(0);
    expect(endings(folder)).toEqual(['0 a SOURCE_EMPTY']);
  });

  it('halts at too many dead letters, and resumes after the cause is fixed', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `r${index}`);
    const settings = { deadLettersMax: 2 };
    await expect(
      runSmallGraph({
        folder,
        names,
        settings,
        handle: async () => [reject('RECORD_INVALID', 'x')],
      }),
    ).rejects.toMatchObject({ code: 'DEAD_LETTER_LIMIT' });
    await runSmallGraph({ folder, names, settings, handle: dropAll });
    expect(endings(folder)).toHaveLength(30);
  });

  it('I5, I11: a transient fault of the bus costs no record; a lasting one ends the run', async () => {
    const names = ['a', 'b', 'c'];
    const down = new PipelineError('REGISTRY_UNAVAILABLE', 'down');
    let calls = 0;
    const failing = (fails: (call: number) => boolean) => ({
      clock: manualClock(),
      bus: (bus: Bus): Bus => ({
        createTopics: (topics) => bus.createTopics(topics),
        produce: async (records) => {
          calls += 1;
          if (fails(calls)) throw down;
          await bus.produce(records);
        },
        consume: (options) => bus.consume(options),
        read: (at, offset, limit) => bus.read(at, offset, limit),
        endOffsets: (topic) => bus.endOffsets(topic),
        startOffsets: (topic) => bus.startOffsets(topic),
        committed: (group, at) => bus.committed(group, at),
        committedOf: (group, topic) => bus.committedOf(group, topic),
        close: () => bus.close(),
      }),
    });
    const stays = failing((call) => call > 2);
    await expect(
      runSmallGraph({ folder, names, faults: stays, handle: dropAll }),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
    const passes = failing((call) => call % 3 !== 0);
    const summary = await runSmallGraph({ folder, names, faults: passes, handle: dropAll });
    expect(summary).toMatchObject({ resumed: true, deadLetters: 0 });
    expect(endings(folder).sort()).toEqual(names.map((name, at) => `${at} ${name} SOURCE_EMPTY`));
  });

  it('drops the second occurrence of a repository', async () => {
    await runSmallGraph({ folder, names: ['same', 'other', 'same'], handle: dropAll });
    expect(endings(folder).sort()).toEqual([
      '0 same SOURCE_EMPTY',
      '1 other SOURCE_EMPTY',
      '2 same DUPLICATE_REPOSITORY',
    ]);
  });

  it('ends an empty input', async () => {
    const summary = await runSmallGraph({ folder, names: [], handle: dropAll });
    expect(summary.repositories).toEqual({ found: 0, written: 0, dropped: [] });
  });

  it('I10: keeps at most a bounded number of repositories open', async () => {
    let open = 0;
    let most = 0;
    await runSmallGraph({
      folder,
      names: Array.from({ length: 40 }, (_, index) => `r${index}`),
      settings: { openRepositoriesMax: 3 },
      handle: async () => {
        open += 1;
        most = Math.max(most, open);
        await new Promise((resolve) => setTimeout(resolve, 2));
        open -= 1;
        return [drop('SOURCE_EMPTY', '')];
      },
    });
    expect(most).toBeLessThanOrEqual(3);
  });

  it('stops on request and resumes later', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `r${index}`);
    const stop = new AbortController();
    let handled = 0;
    const interrupted = runSmallGraph({
      folder,
      names,
      signal: stop.signal,
      handle: async () => {
        handled += 1;
        if (handled === 5) stop.abort();
        return [drop('SOURCE_EMPTY', '')];
      },
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const summary = await runSmallGraph({ folder, names, handle: dropAll });
    expect(summary.resumed).toBe(true);
    expect(endings(folder)).toHaveLength(20);
  });

  it('refuses a folder that holds another run or in which another process works', async () => {
    await runSmallGraph({ folder, names: ['a'], handle: dropAll });
    await expect(runSmallGraph({ folder, names: ['b'], handle: dropAll })).rejects.toMatchObject({
      code: 'OUTPUT_MISMATCH',
      message: expect.stringContaining('inputHash'),
    });
    const other = openSqliteBus(join(folder, 'log'));
    await expect(runSmallGraph({ folder, names: ['a'], handle: dropAll })).rejects.toMatchObject({
      code: 'OUTPUT_LOCKED',
    });
    await other.close();
  });

  it('I5: ends every input once under deaths at any crash point, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(12)), async (gaps) => {
        const run = await mkdtemp(join(folder, 'run-'));
        const names = Array.from({ length: 12 }, (_, index) => `r${index}`);
        for (let attempt = 0; ; attempt += 1) {
          expect(attempt).toBeLessThan(100);
          // Later processes live longer, so that the run ends.
          let left = (gaps.next().value as number) + attempt;
          let dead = false;
          const die = () => {
            dead = true;
            throw new ProcessDeath('killed');
          };
          try {
            await runSmallGraph({
              folder: run,
              names,
              handle: dropAll,
              faults: {
                crashPoint: () => {
                  if (dead || left === 0) die();
                  left -= 1;
                },
                bus: (bus) => ({
                  ...bus,
                  createTopics: (topics) => bus.createTopics(topics),
                  produce: async (records) => (dead ? die() : bus.produce(records)),
                  consume: async (options) => {
                    const consumer = await bus.consume(options);
                    return {
                      ...consumer,
                      commit: async (commits) => (dead ? die() : consumer.commit(commits)),
                    };
                  },
                  read: (at, offset, limit) => bus.read(at, offset, limit),
                  endOffsets: (topic) => bus.endOffsets(topic),
                  startOffsets: (topic) => bus.startOffsets(topic),
                  committed: (group, at) => bus.committed(group, at),
                  committedOf: (group, topic) => bus.committedOf(group, topic),
                  close: () => bus.close(),
                }),
              },
            });
            break;
          } catch (error) {
            expect(error).toBeInstanceOf(ProcessDeath);
          }
        }
        const positions = endings(run).map((line) => Number(line.split(' ')[0]));
        expect(positions.sort((a, b) => a - b)).toEqual(names.map((_, index) => index));
      }),
      { numRuns: 6 },
    );
  });
});
