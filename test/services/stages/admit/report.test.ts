/** What a run tells of the files left out: counts, and the first paths by reason (I10, I11). */
import { expect, test } from 'vitest';
import type { RepoAdmittedBody } from '../../../../schemas/generated/types.ts';
import { admitReport } from '../../../../services/stages/admit/report.ts';

const markedFiles = [{ marked: { 'b/x': 1 } }, { marked: {} }, { marked: { 'b/x': 2, 'a/y': 1 } }];

function factsOf(bodies: readonly (readonly [name: string, paths: readonly string[]])[]) {
  const figures = admitReport.section.open();
  for (const [name, paths] of bodies) {
    const skipped = paths.map((path) => ({
      path,
      reason: path.endsWith('.l') ? 'link' : 'binary',
      detail: path === 'a.png' ? 'as c: d.png' : null,
    }));
    const files = paths.includes('z.l') ? markedFiles : [];
    const repository = { name, files, content: { bytes: 0 }, skipped };
    figures.add({ repository } as unknown as RepoAdmittedBody);
  }
  return figures.facts();
}

test('the facts name the files left out, by reason, in an order of their own', () => {
  const bodies = [
    ['b', ['x.l', 'a.png']],
    ['a', ['z.l', 'y.l']],
  ] as const;
  const expected = {
    skippedFiles: { link: 3, binary: 1 },
    skippedPaths: { link: ['a: y.l', 'a: z.l', 'b: x.l'], binary: ['b: a.png (as c: d.png)'] },
  };
  expect(factsOf(bodies)).toMatchObject(expected);
  expect(factsOf(bodies.toReversed())).toMatchObject(expected);
});

test('the facts add up what gates pointed out and left in place', () => {
  const { marked, markedFiles: files } = factsOf([
    ['r', ['z.l']],
    ['s', ['z.l']],
  ]);
  expect([Object.entries(marked), files]).toEqual([
    [
      ['a/y', 2],
      ['b/x', 6],
    ],
    4,
  ]);
});

test('I10: the facts hold a bounded number of paths, the first ones, and the whole count', () => {
  const paths = Array.from({ length: 1_000 }, (_, index) => `${String(index).padStart(4, '0')}.l`);
  const { skippedFiles, skippedPaths } = factsOf([['r', paths.toReversed()]]);
  expect(skippedFiles).toEqual({ link: 1_000 });
  expect(skippedPaths.link).toEqual(paths.slice(0, 20).map((path) => `r: ${path}`));
});
