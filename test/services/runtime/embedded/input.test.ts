/**
 * What a data set has of its input is told by content, not by place or text: nothing that was added
 * or changed is passed over without a word (I5, I11).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PipelineError } from '../../../../services/runtime/errors.ts';
import { drop } from '../../../../services/runtime/outcomes.ts';
import { endings, runSmallGraph } from '../small-graph.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'input-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dropAll = async () => [drop('LICENCE_REFUSED', 'a test')];

/** Names that share their part before the dot have the same files. */
function run(names: readonly string[], stopAt: string | null = null) {
  const forms = names.filter((name) => name.includes('.'));
  return runSmallGraph({
    folder,
    names,
    trees: Object.fromEntries(forms.map((name) => [name, `tree ${name.split('.')[0]}`])),
    inputHash: 'the list',
    settings: { openRepositoriesMax: 1 },
    handle: async (record) => {
      if (record.body.name !== stopAt) return dropAll();
      throw new PipelineError('OUTPUT_UNWRITABLE', 'the disk is full');
    },
  });
}

describe('an input that grows', () => {
  it('is read where a stopped run has not read it, also before its first line', async () => {
    await expect(run(['a', 'b', 'c'], 'b')).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    const summary = await run(['new', 'a', 'b', 'c', 'last']);
    expect(summary.repositories.dropped.map(({ name }) => name).sort()).toEqual([
      'a',
      'b',
      'c',
      'last',
      'new',
    ]);
    expect(endings(folder)).toHaveLength(5);
  });

  it('counts equal sources once each, however often the run is resumed', async () => {
    await expect(run(['a', 'a', 'b', 'a'], 'b')).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
    });
    const { repositories } = await run(['a', 'a', 'b', 'a']);
    expect(repositories.dropped.map(({ name, reason }) => `${name} ${reason}`).sort()).toEqual([
      'a DUPLICATE_REPOSITORY',
      'a DUPLICATE_REPOSITORY',
      'a LICENCE_REFUSED',
      'b LICENCE_REFUSED',
    ]);
  });

  it('of a finished run enters, wherever it stands, and the same input does nothing', async () => {
    await run(['a', 'b']);
    const longer = await run(['new', 'a', 'b', 'c']);
    expect(longer.repositories.dropped.map(({ name }) => name).sort()).toEqual([
      'a',
      'b',
      'c',
      'new',
    ]);
    expect(endings(folder)).toHaveLength(4);
    expect(await run(['c', 'b', 'a', 'new'])).toMatchObject({ resumed: true });
    expect(endings(folder)).toHaveLength(4);
  });

  it('enters once, also when the process died before it took the end back', async () => {
    await run(['a', 'b']);
    await expect(run(['a', 'b', 'c'], 'c')).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    const { repositories } = await run(['a', 'b', 'c', 'd']);
    expect(repositories.dropped.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('sources with the same files', () => {
  const forms = ['a.tar', 'b', 'a.zip', 'a.whl'];
  const ended = [
    'a.tar LICENCE_REFUSED',
    'a.whl DUPLICATE_REPOSITORY',
    'a.zip DUPLICATE_REPOSITORY',
  ];
  const told = ({ repositories: { dropped } }: Awaited<ReturnType<typeof run>>) =>
    dropped.map(({ name, reason }) => `${name} ${reason}`).sort();

  it('I5: end once each, and the first in the input stays', async () => {
    const summary = await run(forms);
    expect(told(summary)).toEqual([...ended, 'b LICENCE_REFUSED']);
    expect(summary.repositories.found).toBe(4);
    expect(endings(folder).sort()).toEqual([
      '0 a.tar LICENCE_REFUSED',
      '1 b LICENCE_REFUSED',
      '2 a.zip DUPLICATE_REPOSITORY',
      '3 a.whl DUPLICATE_REPOSITORY',
    ]);
    expect(told(await run(forms))).toEqual([...ended, 'b LICENCE_REFUSED']);
    expect(endings(folder)).toHaveLength(4);
  });

  it('are recognised by another process, which reads them back from the log', async () => {
    await expect(run(forms, 'b')).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    expect(told(await run(['a.new', ...forms]))).toEqual([
      'a.new DUPLICATE_REPOSITORY',
      ...ended,
      'b LICENCE_REFUSED',
    ]);
    expect(endings(folder)).toHaveLength(5);
  });
});
