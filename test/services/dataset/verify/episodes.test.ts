/** What verify holds over the episodes of a repository. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProvenanceLine } from '../../../../schemas/manifest.ts';
import { renderTrajectory, type TextSegment } from '../../../../schemas/trajectory-text.ts';
import { openOutput } from '../../../../services/dataset/open-output.ts';
import { listSamples, readSample } from '../../../../services/dataset/samples.ts';
import { checkDocument } from '../../../../services/dataset/verify/document.ts';
import { createEpisodeChecker, sampleIdOf } from '../../../../services/dataset/verify/episodes.ts';
import { verifyOutput } from '../../../../services/dataset/verify/verify.ts';
import { sha256 } from '../../../../services/runtime/ids.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  newOutput,
  placeRecords,
} from '../../../samples/sink-harness.ts';

let harness: Harness;
let out: string;

beforeAll(async () => {
  harness = await createHarness();
  out = newOutput(harness);
  const files = Array.from({ length: 6 }, (_, at) => ({
    path: `f${at}`,
    text: `text of ${at}\n`.repeat(20),
    reads: at === 0 ? [] : [[`f${at - 1}`, 1, 2] as const],
  }));
  const records = [
    await harness.trajectory({ name: 'large', files, episodeTokens: 300 }, 0),
    await harness.trajectory({ name: 'small', files: files.slice(0, 1) }, 1),
    closedRecord(2),
  ];
  await deliver(await harness.open(out), placeRecords(records));
});

afterAll(() => harness.remove());

describe('an output with episodes', () => {
  it('verifies, and every file is in it', async () => {
    const { samples, files } = await verifyOutput(out);
    expect(samples).toBeGreaterThan(3);
    expect(files).toBe(7);
  });

  it('names an episode by its number', async () => {
    const output = await openOutput(out);
    const large = (await listSamples(output)).filter(({ name }) => name === 'large');
    for (const { id, episode } of large) {
      const { overview } = await readSample(output, `large#${episode?.number}`);
      expect(overview).toMatchObject({ id, episode: { of: large.length } });
      expect((await readSample(output, `lar#${episode?.number}`)).overview.id).toBe(id);
    }
    expect((await readSample(output, 'small')).overview.episode).toBeNull();
    const several = `large has ${large.length} episodes, and large names several; name one: large#1 to`;
    await expect(readSample(output, 'large')).rejects.toThrow(several);
    for (const { id, episode } of large) {
      const { segments } = await readSample(output, id);
      const path = segments.findLast(({ kind }) => kind === 'write')?.path ?? '';
      expect((await readSample(output, 'large', path)).overview.episode).toEqual(episode);
    }
    const nowhere = 'no episode of large writes nowhere.py';
    await expect(readSample(output, 'large', 'nowhere.py')).rejects.toThrow(nowhere);
    await expect(readSample(output, 'large#99')).rejects.toThrow('no sample here begin with');
  });
});

const line = (number: number, of: number, files: Record<string, string>): ProvenanceLine => ({
  ...({ name: 'large', parentId: 'p', stage: 'flatten', stageVersion: 2 } as ProvenanceLine),
  episode: { number, of },
  files: Object.entries(files).map(([path, text]) => ({
    ...{ path, bytes: text.length, sha256: sha256(text) },
  })),
});

const plain = { path: null, lines: null, body: '' };
const step = (kind: TextSegment['kind'], path: string, body: string): TextSegment => ({
  ...{ kind, path, body, lines: null },
});

/** An episode that reads some files, and then writes one. */
function episode(number: number, of: number, path: string, reads: readonly TextSegment[] = []) {
  const files = { [path]: `${path}\n` };
  const segments: TextSegment[] = [
    { ...plain, kind: 'backstory', path: 'large' },
    { ...plain, kind: 'task', body: 'Do it.\n' },
    ...(number === 1 ? [{ ...plain, kind: 'requirements', body: 'Work.\n' } as const] : []),
    { ...plain, kind: 'plan', body: 'Plan.\n' },
    step('file', path, 'Write.\n'),
    ...reads.flatMap((read) => [step('read', read.path ?? '', ''), read]),
    { ...plain, kind: 'think', body: 'I think.\n' },
    step('write', path, `${path}\n`),
    { ...plain, kind: 'done' },
  ];
  const text = renderTrajectory(segments).map((segment) => segment.text);
  const facts = line(number, of, files);
  return { line: facts, document: checkDocument(Buffer.from(text.join('')), facts) };
}

const observed = (path: string, body: string): TextSegment => ({
  ...step('observe', path, body),
  earlier: true,
});

function check(...episodes: ReturnType<typeof episode>[]) {
  const checker = createEpisodeChecker();
  for (const each of episodes) checker.add(each.line, each.document);
  return checker;
}

describe('episodes that come in any order', () => {
  it('are accepted if each shows what an earlier one wrote', () => {
    const third = episode(3, 3, 'c', [observed('a', 'a\n'), observed('b', 'b\n')]);
    const checker = check(third, episode(1, 3, 'a'), episode(2, 3, 'b'));
    expect(() => checker.finish(() => false)).not.toThrow();
  });

  it.each([
    ['show what was not written there', () => [observed('a', 'b\n')], /not what was written there/],
    [
      'show what a later one writes',
      () => [observed('c', 'c\n')],
      /reads c before that is written/,
    ],
    ['show what none writes', () => [observed('x', '')], /reads x before that is written/],
  ])('are refused if they %s', (_what, reads, message) => {
    const second = episode(2, 3, 'b', reads());
    expect(() => check(second, episode(1, 3, 'a'), episode(3, 3, 'c'))).toThrow(message);
  });

  it('are refused if two write one file, or disagree on their number', () => {
    expect(() => check(episode(1, 2, 'a'), episode(2, 2, 'a'))).toThrow(/written before/);
    expect(() => check(episode(1, 2, 'a'), episode(2, 3, 'b'))).toThrow(/do not agree/);
    expect(() => check(episode(3, 2, 'a'))).toThrow(/episode 3 of 2/);
  });

  it('are refused if one is missing that the manifest does not list', () => {
    const checker = check(episode(2, 3, 'b'));
    const known = new Set([1, 3].map((number) => sampleIdOf(line(1, 3, {}), number)));
    expect(() => checker.finish((id) => known.has(id))).not.toThrow();
    known.delete(sampleIdOf(line(1, 3, {}), 3));
    expect(() => checker.finish((id) => known.has(id))).toThrow('episode 3 of large is not in');
  });

  it('are refused if the first reads an earlier one, or marks its own file', () => {
    expect(() => episode(1, 2, 'a', [observed('x', '')])).toThrow(/but is the first/);
    expect(() => episode(2, 2, 'b', [observed('b', 'b\n')])).toThrow(/says that an earlier/);
    const unmarked = step('observe', 'a', 'a\n');
    expect(() => episode(2, 2, 'b', [unmarked])).toThrow(/before that is written/);
  });
});
